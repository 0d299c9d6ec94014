"""Data sets. Each module of this package is one, under its own name, with `load(root, size) -> Dataset`.

`root` is the directory of its files, or None; `size` the height and width to feed images at, or None for their own.
"""

import hashlib
import pkgutil
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import msgspec
import torch
from msgspec import Struct
from torch import Tensor

from audit.study import Study, own_code
from runners import digest
from runners.datasets.reading import DatasetError
from runners.datasets.reading.stratified import sample
from runners.devices import CPU
from runners.examples import Dataset, Images, Normalisation, Split
from runners.official_splits import with_official_splits

__all__ = ["Dataset", "DatasetChoice", "Images", "Normalisation", "Split", "choose", "content_digest", "known", "load"]

_BASES_ALONE = ("image_folder",)  # what has no name of its own: it is the `base` of data sets that have one


class DatasetChoice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A data set: its name, the digest of its content, and what it is made of.

    That is the user's `module:factory`, or the `base` that it is derived from, if either: images of `size` × `size`
    pixels instead of their own, `limit` training examples instead of all. With `official_splits` there is no validation
    split but the test split, and all other examples are trained on.
    """

    name: str
    digest: str
    factory: str | None = None
    base: str | None = None
    size: int | None = None
    limit: int | None = None
    official_splits: bool = False


def known() -> tuple[str, ...]:
    """The names of the data sets that come with the project."""
    return tuple(name for name in _modules() if name not in _BASES_ALONE)


def choose(name: str, study: Study, where: tuple[str | int, ...], *, official_splits: bool = False) -> DatasetChoice:
    """Make the data set `name` and identify it; raises StudyError where it is unknown or cannot be made."""
    declared = study.datasets.get(name)
    factory, base, size, limit = (
        (declared.factory, declared.base, declared.size, declared.limit) if declared else (None,) * 4
    )
    _check_declaration(name, study, where)
    choice = DatasetChoice(
        name=name, digest="", factory=factory, base=base, size=size, limit=limit, official_splits=official_splits
    )
    try:
        dataset = load_choice(choice, root(name, study), own_code.study_directory(study))
    except (Exception, SystemExit) as error:
        place = ("dataset", name, "factory") if factory else ("dataset", name, "base") if base else where
        told = isinstance(error, own_code.OwnCodeError | DatasetError)
        reason = str(error) if told else f"{type(error).__name__}: {error}"
        raise study.error(place, f"data set `{name}` cannot be made: {reason}") from error
    return msgspec.structs.replace(choice, digest=dataset.digest)


def _check_declaration(name: str, study: Study, where: tuple[str | int, ...]) -> None:
    declared = study.datasets.get(name)
    own = declared is not None and declared.factory is not None
    base = declared.base if declared else None
    if own and declared is not None:
        for key in ("base", "size", "limit"):
            if getattr(declared, key) is not None:
                raise study.error(("dataset", name, key), f"`dataset.{name}`: `{key}` is not for a `factory`")
    elif base is None:
        if name not in known():
            raise study.error(
                where,
                f"unknown data set `{name}`; known are {', '.join(known())} and any [dataset.NAME] with a `factory` or "
                "a `base`",
            )
        for key in ("size", "limit"):
            if declared is not None and getattr(declared, key) is not None:
                raise study.error(
                    ("dataset", name, key),
                    f"`dataset.{name}`: `{key}` makes it another data set; give that one a name of its own, with "
                    f'`base = "{name}"`',
                )
    elif base not in _modules():
        raise study.error(
            ("dataset", name, "base"), f"`dataset.{name}`: unknown base `{base}`; known are {', '.join(_modules())}"
        )
    elif name in known():
        raise study.error(
            ("dataset", name, "base"), f"`dataset.{name}`: `{name}` is a data set already; call this one otherwise"
        )


def root(name: str, study: Study) -> Path | None:
    """Where the files of the data set `name` lie: `[dataset.NAME] root`, relative to the study file.

    A data set with a `base` and no `root` of its own has that of its base.
    """
    declared = study.datasets.get(name)
    if declared is not None and declared.root is None and declared.base is not None:
        declared = study.datasets.get(declared.base)
    if declared is None or declared.root is None:
        return None
    return own_code.study_directory(study) / Path(declared.root).expanduser()


def load_choice(choice: DatasetChoice, root: Path | None, directory: Path, device: str = CPU) -> Dataset:
    """The data set that was chosen, on a device; see `load`."""
    return load(
        choice.name,
        choice.factory,
        root,
        directory,
        choice.base,
        choice.size,
        choice.limit,
        choice.official_splits,
        device,
    )


@lru_cache(maxsize=8)
def load(
    name: str,
    factory: str | None,
    root: Path | None,
    directory: Path,
    base: str | None = None,
    size: int | None = None,
    limit: int | None = None,
    official_splits: bool = False,
    device: str = CPU,
) -> Dataset:
    """The data set `name`: one that comes with the project, or what the user's `module:factory` makes of `root`.

    With `base`, it is derived from that one: see `DatasetChoice`. Made once per process and device. Raises OwnCodeError
    where the factory cannot be imported, DatasetError where files are missing or broken, ValueError where what comes of
    it is not a usable Dataset.
    """
    own = own_code.load(factory, directory) if factory else None
    dataset = own(root) if own else import_module(f"{__name__}.{base or name}").load(root, size)
    _validate(dataset)
    if limit is not None:
        dataset = replace(dataset, train=dataset.train.subset(sample(dataset.train.labels, limit)))
    dataset = dataset if dataset.digest else replace(dataset, digest=content_digest(dataset))
    return (with_official_splits(dataset) if official_splits else dataset).to(device)


def content_digest(dataset: Dataset) -> str:
    """SHA-256 over all splits: 64 hexadecimal digits.

    It covers arrays and normalisation. Of images that are decoded when they are asked for, it covers the names and
    sizes of the files.
    """
    splits = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    tensors: dict[str, Tensor] = {}
    for name, split in splits.items():
        tensors[f"{name}/inputs"] = split.inputs if isinstance(split.inputs, Tensor) else _listing(split.inputs)
        tensors[f"{name}/labels"] = split.labels
        if split.normalisation is not None:
            told = (split.normalisation.mean, split.normalisation.deviation)
            tensors[f"{name}/normalisation"] = torch.tensor(told, dtype=torch.float64)
    return digest.of_tensors(tensors)


def _listing(images: Images) -> Tensor:
    state = hashlib.sha256()
    for line in images.listing():
        state.update(f"{line}\n".encode("utf-8", "surrogateescape"))
    return torch.frombuffer(bytearray(state.digest()), dtype=torch.uint8)


def _modules() -> tuple[str, ...]:
    return tuple(module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)


def _validate(dataset: object) -> None:
    if not isinstance(dataset, Dataset):
        raise ValueError(f"the factory must return a runners.datasets.Dataset, not {type(dataset).__name__}")
    if not isinstance(dataset.classes, int) or dataset.classes < 1:
        raise ValueError(f"`classes` must be a whole number above 0, not {dataset.classes!r}")
    if not isinstance(dataset.digest, str):
        raise ValueError(f"`digest` must be text, not {dataset.digest!r}")
    for name in ("train", "validation", "test"):
        split: Split = getattr(dataset, name)
        _validate_inputs(name, split)
        if name != "validation" and not len(split):
            raise ValueError(f"{name} has no examples")
        if len(split) and not 0 <= int(split.labels.min()) <= int(split.labels.max()) < dataset.classes:
            raise ValueError(f"{name} has labels outside 0 … {dataset.classes - 1}")


def _validate_inputs(name: str, split: Split) -> None:
    kind = split.inputs.dtype if isinstance(split.inputs, Tensor) else torch.uint8
    expected = torch.float32 if split.normalisation is None else torch.uint8
    if kind != expected or split.labels.dtype != torch.int64:
        raise ValueError(
            f"{name} has inputs of type {kind} and labels of type {split.labels.dtype}; expected {expected} and "
            "torch.int64"
        )
    if isinstance(split.inputs, Tensor) and kind == torch.float32 and not bool(split.inputs.isfinite().all()):
        raise ValueError(f"{name} has inputs that are NaN or infinite")
    if split.inputs.shape[0] != len(split.labels):
        raise ValueError(f"{name} has {split.inputs.shape[0]} inputs and {len(split.labels)} labels")
