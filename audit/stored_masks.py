"""Masks and weights kept in safetensors files: how many of each tensor's elements are not zero.

The format is a length, a JSON header and raw numbers. It is read here as that, with every offset checked; nothing in a
file can be executed. <https://huggingface.co/docs/safetensors>
"""

import json
from collections.abc import Mapping
from math import prod
from pathlib import Path

import numpy as np

_LENGTH = 8  # bytes of the header's length
_LONGEST = 100_000_000  # bytes of a header; the format's own limit
_METADATA = "__metadata__"
_TYPES: Mapping[str, tuple[str, int]] = {  # how the bits are read, and which of them are the sign
    "BOOL": ("u1", 0),
    "U8": ("u1", 0),
    "I8": ("u1", 0),
    "I16": ("<u2", 0),
    "I32": ("<u4", 0),
    "I64": ("<u8", 0),
    "F16": ("<u2", 1 << 15),
    "BF16": ("<u2", 1 << 15),
    "F32": ("<u4", 1 << 31),
    "F64": ("<u8", 1 << 63),
}


class MaskError(Exception):
    """A file is no safetensors file that can be counted; says why."""


def count(file: Path) -> dict[str, tuple[int, int]]:
    """By tensor its elements and how many are not zero (−0 is zero). Raises MaskError for what it cannot read."""
    try:
        size = file.stat().st_size
        with file.open("rb") as handle:
            length = int.from_bytes(handle.read(_LENGTH), "little")
            if not 2 <= length <= min(_LONGEST, size - _LENGTH):
                raise MaskError(f"{file.name}: is no safetensors file")
            header = json.loads(handle.read(length))
        begin = _LENGTH + length
        held = np.memmap(file, np.uint8, "r") if size > begin else np.empty(0, np.uint8)
        return {name: _count(file, name, entry, held[begin:]) for name, entry in header.items() if name != _METADATA}
    except OSError as error:
        raise MaskError(f"{file.name}: cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise MaskError(f"{file.name}: is no safetensors file") from error


def _count(file: Path, name: str, entry: dict, data: np.ndarray) -> tuple[int, int]:
    if entry["dtype"] not in _TYPES:
        raise MaskError(f"{file.name}: `{name}` holds {entry['dtype']}, which is not counted")
    kind, sign = _TYPES[entry["dtype"]]
    (begin, end), elements = entry["data_offsets"], prod(entry["shape"])
    if not 0 <= begin <= end <= len(data) or end - begin != elements * np.dtype(kind).itemsize:
        raise MaskError(f"{file.name}: the offsets of `{name}` do not fit its shape")
    values = data[begin:end].view(kind)
    mask = np.array(~np.uint64(sign) & np.uint64(np.iinfo(values.dtype).max), values.dtype)
    return elements, int(np.count_nonzero(values & mask))
