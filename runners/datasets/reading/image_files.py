"""Images in directories, one for each class: listed at once, and decoded when they are asked for or all together."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from runners import random_crops
from runners.datasets.reading import DatasetError
from runners.examples import Rows

SUFFIXES = (".jpeg", ".jpg", ".png", ".bmp", ".webp")
CANVAS = 256 / 224  # how much larger an image is made than the part in its middle that is evaluated (He et al. 2016)
THREADS = 8  # that decode in one process, at most


@dataclass(frozen=True)
class ImageFiles:
    """Files under `root`, by their names and sizes in bytes, fed as RGB images of `size` × `size` pixels.

    They are evaluated as ImageNet's are: resized so that the shorter side has `size` × 256/224 pixels, then cropped in
    the middle. Random crops are taken from the whole image. Both are torchvision's own, on Pillow's images.
    """

    root: Path
    names: tuple[str, ...]
    bytes: tuple[int, ...]
    size: int

    @property
    def shape(self) -> torch.Size:
        """(examples, 3, size, size)."""
        return torch.Size((len(self.names), 3, self.size, self.size))

    def __getitem__(self, rows: Rows) -> Tensor:
        """The images at `rows` as they are evaluated: uint8 (examples, 3, size, size)."""
        return self._decoded([(name, self._middle) for name in self._chosen(rows)])

    def cropped(self, rows: Rows, numbers: Tensor) -> Tensor:
        """The images at `rows`, each cropped, resized and mirrored as its row of `numbers` (examples, 41) says."""
        crops = map(self._crop, numbers.tolist())
        return self._decoded(list(zip(self._chosen(rows), crops, strict=True)))

    def subset(self, rows: Tensor) -> "ImageFiles":
        """The images at `rows` alone."""
        chosen = rows.tolist()
        return ImageFiles(
            self.root,
            tuple(self.names[row] for row in chosen),
            tuple(self.bytes[row] for row in chosen),
            self.size,
        )

    def listing(self) -> Iterator[str]:
        """Name and bytes of each file, and the size that it is fed at."""
        for name, length in zip(self.names, self.bytes, strict=True):
            yield f"{name}\t{length}\t{self.size}"

    def _chosen(self, rows: Rows) -> Sequence[str]:
        return self.names[rows] if isinstance(rows, slice) else [self.names[row] for row in rows.tolist()]

    def _decoded(self, wanted: Sequence[tuple[str, Callable[[Image.Image], Image.Image]]]) -> Tensor:
        def one(task: tuple[str, Callable[[Image.Image], Image.Image]]) -> NDArray[np.uint8]:
            return decode(self.root / task[0], task[1])

        if not wanted:
            return torch.empty(0, *self.shape[1:], dtype=torch.uint8)
        return torch.from_numpy(np.stack(list(_threads().map(one, wanted)))).movedim(-1, 1).contiguous()

    def _middle(self, image: Image.Image) -> Image.Image:
        from torchvision.transforms.v2 import functional  # seconds to import

        larger = functional.resize(image, [round(self.size * CANVAS)], antialias=True)
        return functional.center_crop(larger, [self.size, self.size])

    def _crop(self, numbers: list[float]) -> Callable[[Image.Image], Image.Image]:
        def cropped(image: Image.Image) -> Image.Image:
            crop = random_crops.crop(numbers, image.height, image.width)
            return random_crops.apply(image, crop, [self.size, self.size])

        return cropped


def listed(root: Path, part: str, classes: Sequence[str], size: int) -> tuple[ImageFiles, Tensor]:
    """The images in `root/part/CLASS/`, sorted by name, and the position of their class among `classes`.

    Raises DatasetError where the directory holds none, or a class that is not among `classes`.
    """
    unknown = sorted(set(class_names(root, part)) - set(classes))
    if unknown:
        raise DatasetError(f"{root / part / unknown[0]}: is a class that the training images do not have")
    names, lengths, labels = [], [], []
    for label, name in enumerate(classes):
        for entry in _images(root / part / name):
            names.append(f"{part}/{name}/{entry.name}")
            lengths.append(entry.stat().st_size)
            labels.append(label)
    if not names:
        raise DatasetError(f"{root / part}: has no images ({', '.join(SUFFIXES)}) in its directories")
    return ImageFiles(root, tuple(names), tuple(lengths), size), torch.tensor(labels)


def class_names(root: Path, part: str) -> list[str]:
    """The directories in `root/part`, sorted; raises DatasetError where there are none."""
    directory = root / part
    try:
        names = sorted(each.name for each in os.scandir(directory) if each.is_dir() and not each.name.startswith("."))
    except OSError as error:
        raise DatasetError(
            f"{directory}: cannot be read: {error.strerror}; expected {directory}/CLASS/*.jpg"
        ) from error
    if not names:
        raise DatasetError(f"{directory}: has no directories; expected one for each class: {directory}/CLASS/*.jpg")
    return names


def decode(path: Path, view: Callable[[Image.Image], Image.Image]) -> NDArray[np.uint8]:
    """The view of an image as (height, width, 3); raises DatasetError where it cannot be decoded."""
    try:
        with Image.open(path) as image:
            return np.asarray(view(image.convert("RGB")))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:  # what Pillow raises
        raise DatasetError(f"{path}: cannot be decoded: {' '.join(str(error).split())}") from error


def dimensions(path: Path) -> tuple[int, int]:
    """Height and width, from the beginning of the file alone; raises DatasetError where it is no image."""
    try:
        with Image.open(path) as image:
            return image.height, image.width
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DatasetError(f"{path}: cannot be decoded: {' '.join(str(error).split())}") from error


def _images(directory: Path) -> list[os.DirEntry]:
    if not directory.is_dir():  # a class without images in this part
        return []
    found = (each for each in os.scandir(directory) if each.name.lower().endswith(SUFFIXES))
    return sorted(found, key=lambda each: each.name)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1), thread_name_prefix="decode")
