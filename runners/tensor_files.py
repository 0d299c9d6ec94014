"""Files that are whole or not there, and those of tensors, in the format of safetensors."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from runners.errors import RunError

_UNFINISHED = ".unfinished"


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Another name to write the file under: it takes its own once the block is through, or is not left behind."""
    unfinished = path.with_suffix(f".{os.getpid()}{_UNFINISHED}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def remove_unfinished(directory: Path) -> None:
    """Remove what processes that were killed left half written in a directory, where nothing else writes now."""
    for left in directory.glob(f"*.[0-9]*{_UNFINISHED}"):
        left.unlink(missing_ok=True)


def save_tensors(tensors: Mapping[str, Tensor], path: Path, metadata: Mapping[str, str] | None = None) -> None:
    """Write tensors by name. Raises RunError where that is not possible."""
    copies = {name: tensor.detach().cpu().clone().contiguous() for name, tensor in tensors.items()}
    try:
        with whole(path) as unfinished:
            save_file(copies, unfinished, dict(metadata or {}))
    except (OSError, SafetensorError) as error:
        raise RunError(f"{path}: cannot be written: {error}") from error
