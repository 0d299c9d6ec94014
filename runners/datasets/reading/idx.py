"""Data sets in the files of MNIST (LeCun et al. 1998): big-endian arrays of bytes, mostly gzipped."""

import gzip
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from runners.datasets.reading import DatasetError
from runners.datasets.reading.download import cache, download
from runners.datasets.reading.pixels import Part

FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
_UNSIGNED_BYTE = 8


def read(name: str, kind: str, root: Path | None, places: Sequence[Path] = ()) -> tuple[Part, Part]:
    """Training and test images, from `root`, else from `places`, else from what torchvision's class `kind` downloads.

    Raises DatasetError where the files are missing or cannot be read.
    """
    home = root or cache() / name
    beside = [home, home / "raw", home / kind / "raw"]
    looked_in = beside if root else [*places, *beside]
    directory = _directory(looked_in)
    if directory is None:
        names = ", ".join(str(place) for place in looked_in)
        download(name, kind, home, f"the file {_missing(looked_in)}.gz is in none of {names}")
        directory = _directory(looked_in) or home
    train, test = (tuple(array(_file(directory, file)) for file in FILES[part]) for part in ("train", "test"))
    return _part(train, directory), _part(test, directory)


def array(path: Path) -> NDArray[np.uint8]:
    """The array that an idx file holds; raises DatasetError where it is not whole."""
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{path}: cannot be read: {error}; fetch it again") from error
    dimensions = raw[3] if len(raw) >= 4 else 0
    if raw[:3] != bytes([0, 0, _UNSIGNED_BYTE]) or not dimensions or len(raw) < 4 * (1 + dimensions):
        raise DatasetError(f"{path}: is no idx file of bytes; fetch it again")
    shape = tuple(int.from_bytes(raw[4 * each : 4 * each + 4]) for each in range(1, 1 + dimensions))
    values = np.frombuffer(raw, np.uint8, offset=4 * (1 + dimensions))
    if len(values) != np.prod(shape, dtype=object):
        raise DatasetError(f"{path}: has {len(values)} values where it announces {shape}; fetch it again")
    return values.reshape(shape)


def _part(arrays: tuple[NDArray[np.uint8], ...], directory: Path) -> Part:
    images, labels = arrays
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        raise DatasetError(f"{directory}: has images of shape {images.shape} and labels of shape {labels.shape}")
    return images[:, None].copy(), labels.astype(np.int64)


def _file(directory: Path, name: str) -> Path:
    packed = directory / f"{name}.gz"
    return packed if packed.is_file() else directory / name


def _directory(places: Sequence[Path]) -> Path | None:
    """The first place that holds all files."""
    return next((place for place in places if all(_file(place, file).is_file() for file in _all())), None)


def _missing(places: Sequence[Path]) -> str:
    """The first file that the place lacks which holds most of them."""
    best = max(places, key=lambda place: sum(_file(place, file).is_file() for file in _all()))
    return next(file for file in _all() if not _file(best, file).is_file())


def _all() -> list[str]:
    return [file for files in FILES.values() for file in files]
