"""Data sets. Each module of this package is one, under its own name, with a function `load() -> Dataset`."""

import pkgutil
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import torch
from msgspec import Struct
from torch import Tensor

from audit.study import Study, own_code
from runners import digest


@dataclass(frozen=True)
class Split:
    """Examples in memory: `inputs` (examples, channels, height, width) float32, `labels` (examples,) int64."""

    inputs: Tensor
    labels: Tensor

    def __len__(self) -> int:
        """How many examples there are."""
        return len(self.labels)


@dataclass(frozen=True)
class Dataset:
    """Three splits that never change with a seed; `labels` lie in [0, classes).

    `digest` identifies the content; where it is left empty, it is computed from the arrays of the splits.
    """

    train: Split
    validation: Split
    test: Split
    classes: int
    digest: str = ""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one example, e.g. (channels, height, width)."""
        return tuple(self.train.inputs.shape[1:])

    @property
    def resolution(self) -> str:
        """The shape of one example in words: 8 × 8, 1 channel."""
        if len(self.input_shape) != 3:
            return " × ".join(map(str, self.input_shape))
        channels, height, width = self.input_shape
        return f"{height} × {width}, {channels} channel{'' if channels == 1 else 's'}"


class DatasetChoice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A data set: its name, the digest of its content, and the user's `module:factory` that makes it, if any."""

    name: str
    digest: str
    factory: str | None = None


def known() -> tuple[str, ...]:
    """The names of the data sets that come with the project."""
    return tuple(module.name for module in pkgutil.iter_modules(__path__))


def choose(name: str, study: Study, where: tuple[str | int, ...]) -> DatasetChoice:
    """Make the data set `name` and identify it; raises StudyError where it is unknown or cannot be made."""
    declared = study.datasets.get(name)
    factory = declared.factory if declared else None
    if factory is None and name not in known():
        raise study.error(
            where,
            f"unknown data set `{name}`; known are {', '.join(known())} and any [dataset.NAME] with a `factory`",
        )
    try:
        dataset = load(name, factory, root(name, study), own_code.study_directory(study))
    except Exception as error:
        place = ("dataset", name, "factory") if factory else where
        reason = str(error) if isinstance(error, own_code.OwnCodeError) else f"{type(error).__name__}: {error}"
        raise study.error(place, f"data set `{name}` cannot be made: {reason}") from error
    return DatasetChoice(name=name, digest=dataset.digest, factory=factory)


def root(name: str, study: Study) -> Path | None:
    """Where the files of the data set `name` lie: `[dataset.NAME] root`, relative to the study file."""
    declared = study.datasets.get(name)
    return own_code.study_directory(study) / declared.root if declared and declared.root else None


@lru_cache(maxsize=8)
def load(name: str, factory: str | None, root: Path | None, directory: Path) -> Dataset:
    """The data set `name`: one that comes with the project, or what the user's `module:factory` makes of `root`.

    Made once per process. Raises OwnCodeError where the factory cannot be imported, ValueError where what it returns
    is not a usable Dataset.
    """
    own = own_code.load(factory, directory) if factory else None
    dataset = own(root) if own else import_module(f"{__name__}.{name}").load()
    _validate(dataset)
    return dataset if dataset.digest else replace(dataset, digest=content_digest(dataset))


def content_digest(dataset: Dataset) -> str:
    """SHA-256 over the arrays of all splits: 64 hexadecimal digits."""
    splits = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    return digest.of_tensors(
        {f"{name}/{part}": getattr(split, part) for name, split in splits.items() for part in ("inputs", "labels")}
    )


def _validate(dataset: object) -> None:
    if not isinstance(dataset, Dataset):
        raise ValueError(f"the factory must return a runners.datasets.Dataset, not {type(dataset).__name__}")
    for name in ("train", "validation", "test"):
        split: Split = getattr(dataset, name)
        if split.inputs.dtype != torch.float32 or split.labels.dtype != torch.int64:
            raise ValueError(
                f"{name} has inputs of type {split.inputs.dtype} and labels of type {split.labels.dtype}; expected "
                "torch.float32 and torch.int64"
            )
        if not bool(split.inputs.isfinite().all()):
            raise ValueError(f"{name} has inputs that are NaN or infinite")
        if len(split.inputs) != len(split.labels):
            raise ValueError(f"{name} has {len(split.inputs)} inputs and {len(split.labels)} labels")
        if name != "validation" and not len(split):
            raise ValueError(f"{name} has no examples")
        if len(split) and not 0 <= int(split.labels.min()) <= int(split.labels.max()) < dataset.classes:
            raise ValueError(f"{name} has labels outside 0 … {dataset.classes - 1}")
