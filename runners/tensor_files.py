"""Files of tensors, in the format of safetensors: whole or not there."""

import os
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from runners.errors import RunError


def save_tensors(tensors: Mapping[str, Tensor], path: Path, metadata: Mapping[str, str] | None = None) -> None:
    """Write tensors by name, under another name until the file is whole. Raises RunError where that is not possible."""
    unfinished = path.with_suffix(f".{os.getpid()}.unfinished")
    copies = {name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(copies, unfinished, dict(metadata or {}))
        unfinished.replace(path)
    except (OSError, SafetensorError) as error:
        raise RunError(f"{path}: cannot be written: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
