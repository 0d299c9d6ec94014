"""Images of one's own, in `root/train/CLASS/`, `root/test/CLASS/` and, if there is one, `root/validation/CLASS/`.

Classes are numbered in the order of their names. Without `validation/`, a tenth of the training images is held out,
drawn once and for ever. Images are fed in colour, normalised by the mean and the deviation of the training images (of
1,000, evenly spaced in the order of their names, where there are more).

Without `size`, all images must have one size, and are decoded once and kept in memory. With it, they are decoded for
each batch as ImageNet's are.
"""

from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from runners.datasets.reading import DatasetError, image_files
from runners.datasets.reading.image_files import ImageFiles, decode
from runners.datasets.reading.stratified import sample, without
from runners.examples import Dataset, Normalisation, Split

VALIDATION = 10  # one in so many of the training images
MEASURED = 1_000  # training images that mean and deviation are taken from
LARGEST = 4 << 30  # bytes of decoded images that are kept in memory


def load(root: Path | None, size: int | None) -> Dataset:
    """Raises DatasetError where directories are missing, or images are too many or differ in size, without `size`."""
    if root is None:
        raise DatasetError("a data set of image files needs `root`: the directory that holds train/ and test/")
    classes = image_files.class_names(root, "train")
    parts = {part: image_files.listed(root, part, classes, size or 1) for part in ("train", "test")}
    if (root / "validation").is_dir():
        parts["validation"] = image_files.listed(root, "validation", classes, size or 1)
    if size is None:
        _check_sizes(root, [name for files, _ in parts.values() for name in files.names])
    splits = {part: Split(files if size else _pixels(files), labels) for part, (files, labels) in parts.items()}
    if "validation" not in splits:
        whole = splits["train"]
        rows = sample(whole.labels, round(len(whole) / VALIDATION))
        splits |= {"train": whole.subset(without(rows, len(whole))), "validation": whole.subset(rows)}
    normalisation = _normalisation(splits["train"])
    train, validation, test = (
        Split(splits[part].inputs, splits[part].labels, normalisation) for part in ("train", "validation", "test")
    )
    return Dataset(train, validation, test, len(classes))


def _check_sizes(root: Path, names: list[str]) -> None:
    height, width = image_files.dimensions(root / names[0])
    for name in names:
        found = image_files.dimensions(root / name)
        if found != (height, width):
            raise DatasetError(
                f"{root / name}: has {found[0]} × {found[1]} pixels and {names[0]} has {height} × {width}; say what "
                "size they are to be fed at: `size`"
            )
    if len(names) * height * width * 3 > LARGEST:
        raise DatasetError(
            f"{root}: {len(names)} images of {height} × {width} pixels take more than the {LARGEST >> 30} GiB that are "
            "kept in memory; say what size they are to be fed at, and they are decoded batch by batch: `size`"
        )


def _pixels(files: ImageFiles) -> Tensor:
    images = map(partial(decode, view=lambda image: image), (files.root / name for name in files.names))
    return torch.from_numpy(np.stack(list(images))).movedim(-1, 1).contiguous()


def _normalisation(train: Split) -> Normalisation:
    """From sums of whole numbers, so that it is the same on any machine."""
    spaced = torch.linspace(0, len(train) - 1, min(len(train), MEASURED), dtype=torch.float64).round().long()
    pixels = train.inputs[spaced].movedim(1, 0).flatten(1).long()
    mean = pixels.sum(dim=1).double() / pixels.shape[1]
    variance = (pixels**2).sum(dim=1).double() / pixels.shape[1] - mean**2
    deviation = variance.clamp(min=1.0).sqrt()  # a channel that is the same everywhere is not blown up
    return Normalisation(tuple((mean / 255).tolist()), tuple((deviation / 255).tolist()))
