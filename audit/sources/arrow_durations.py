"""The columns of a Parquet file that Arrow wrote from durations: Parquet has no such type, and keeps whole numbers.

Arrow (and so pandas and polars) keeps its own schema in the metadata: a FlatBuffers message, base64-encoded. Source:
Schema.fbs and Message.fbs of the Apache Arrow columnar format 1.5.
"""

import base64
import struct
from collections.abc import Mapping

_DURATION = 18  # in the union `Type`
_PER_SECOND = {0: 1, 1: 10**3, 2: 10**6, 3: 10**9}  # by `TimeUnit`
_MILLISECONDS = 1  # the unit that is left out of the file
_CONTINUES = b"\xff\xff\xff\xff"  # before the length of a message


def durations(metadata: Mapping[bytes, bytes]) -> dict[str, int]:
    """How many of their units are one second, by the names of top-level columns that hold durations."""
    encoded = metadata.get(b"ARROW:schema")
    if not encoded:
        return {}
    try:
        message = base64.b64decode(encoded)
        return _durations(message[8:] if message.startswith(_CONTINUES) else message[4:])
    except (ValueError, struct.error):
        return {}  # no schema of Arrow's, whatever it is called


def _durations(message: bytes) -> dict[str, int]:
    found: dict[str, int] = {}
    header = _table(message, _follow(message, 0), 2)
    fields = _table(message, header, 1) if header is not None else None
    if fields is None:
        return found
    for index in range(_number("<I", message, fields)):
        field = _follow(message, fields + 4 + 4 * index)
        name, kind, type_ = _table(message, field, 0), _slot(message, field, 2), _table(message, field, 3)
        if name is None or kind is None or type_ is None or message[kind] != _DURATION:
            continue
        length, unit = _number("<I", message, name), _slot(message, type_, 0)
        per_second = _PER_SECOND.get(_MILLISECONDS if unit is None else _number("<h", message, unit))
        if per_second:
            found[message[name + 4 : name + 4 + length].decode()] = per_second
    return found


def _number(form: str, message: bytes, at: int) -> int:
    (number,) = struct.unpack_from(form, message, at)
    return int(number)


def _follow(message: bytes, at: int) -> int:
    """Where the offset that stands somewhere leads to."""
    return at + _number("<I", message, at)


def _slot(message: bytes, table: int, index: int) -> int | None:
    """Where the field of a table stands; None where it is left out."""
    entries = table - _number("<i", message, table)
    if 4 + 2 * index >= _number("<H", message, entries):
        return None
    offset = _number("<H", message, entries + 4 + 2 * index)
    return table + offset if offset else None


def _table(message: bytes, table: int, index: int) -> int | None:
    """Where what a field of a table refers to stands."""
    at = _slot(message, table, index)
    return None if at is None else _follow(message, at)
