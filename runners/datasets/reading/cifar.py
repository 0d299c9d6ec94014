"""The archives of CIFAR-10 and CIFAR-100 (Krizhevsky 2009): pickles of numpy arrays, which may come from anywhere.

A pickle can call any function when it is loaded. Torchvision trusts those whose MD5 it knows; here nothing is trusted:
only what makes a numpy array of bytes can be called, and everything else is refused.
"""

import io
import pickle
import tarfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from runners.datasets.reading import DatasetError
from runners.datasets.reading.download import cache, download
from runners.datasets.reading.pixels import Part

SHAPE = (3, 32, 32)


@dataclass(frozen=True)
class Archive:
    """What an archive is called, its directory, its members, and the key of the labels in them."""

    file: str
    directory: str
    train: Sequence[str]
    test: Sequence[str]
    labels: bytes


def read(name: str, kind: str, archive: Archive, root: Path | None) -> tuple[Part, Part]:
    """Training and test images, from the archive or its directory in `root`, or `root` itself, else downloaded.

    Raises DatasetError where the files are missing or cannot be read.
    """
    home = root or cache() / name
    if _place(home, archive) is None:
        download(name, kind, home, f"neither {archive.file} nor {archive.directory}/ is in {home}")
    place = _place(home, archive) or home
    with ExitStack() as stack:
        opened = _opener(place, archive, stack)
        train, test = (
            [_batch(opened, place, member, archive.labels) for member in members]
            for members in (archive.train, archive.test)
        )
    return _joined(train), _joined(test)


def _place(home: Path, archive: Archive) -> Path | None:
    """The archive, or the directory that it was extracted to."""
    if home.is_file() or (home / archive.test[0]).is_file():
        return home
    places = (home / archive.directory, home / archive.file)
    return next((place for place in places if place.exists()), None)


def _opener(place: Path, archive: Archive, stack: ExitStack) -> Callable[[str], bytes]:
    """A function that reads a member. Nothing is extracted to the disk."""
    if place.is_dir():
        return lambda member: (place / member).read_bytes()
    try:
        opened = stack.enter_context(tarfile.open(place))  # noqa: SIM115 - closed with the stack
    except (OSError, EOFError, tarfile.TarError) as error:
        said = " ".join(str(error).split())
        raise DatasetError(f"{place}: cannot be read: {said}; fetch it again") from error

    def read(member: str) -> bytes:
        file = opened.extractfile(f"{archive.directory}/{member}")
        if file is None:
            raise KeyError(f"{member} is no file")
        return file.read()

    return read


def _batch(read: Callable[[str], bytes], place: Path, member: str, key: bytes) -> Part:
    try:
        content = _Arrays(io.BytesIO(read(member)), encoding="bytes").load()
        data, labels = content[b"data"], np.array(content[key], np.int64)
        if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or labels.shape != data.shape[:1]:
            raise ValueError("its images or labels are not those of CIFAR")
        return data.reshape(-1, *SHAPE), labels
    except Exception as error:  # a broken pickle raises whatever its bytes happen to mean
        said = " ".join(str(error).split())
        raise DatasetError(
            f"{place}: {member} cannot be read: {type(error).__name__}: {said}; fetch it again"
        ) from error


class _Arrays(pickle.Unpickler):
    """Loads numbers, bytes, lists, dictionaries and numpy arrays, and calls nothing else."""

    _ALLOWED = (
        {("numpy", "ndarray"): np.ndarray, ("numpy", "dtype"): np.dtype}
        | {(f"numpy.{core}.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0] for core in ("core", "_core")}
    )  # fmt: skip

    def find_class(self, module: str, name: str) -> Any:
        """What makes an array; raises UnpicklingError for anything else."""
        try:
            return self._ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no array needs") from None


def _joined(parts: Sequence[Part]) -> Part:
    return np.concatenate([pixels for pixels, _ in parts]), np.concatenate([labels for _, labels in parts])
