"""JSON Lines: one object a line; numbers keep the form in which they were written."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from audit.sources.errors import SourceError
from audit.sources.foreign import Foreign, met_before
from audit.sources.limits import refuse_long_lines


def read_json_lines(path: Path) -> Foreign:
    """Read JSON Lines; a nested object's keys are joined with a dot. Raises SourceError naming the line."""
    numbers: list[int] = []
    rows: list[dict[str, str | None]] = []
    for number, text in enumerate(_text(path).split("\n"), start=1):
        if text.strip():
            numbers.append(number)
            rows.append(_flat(_object(path, number, text)))
    if not rows:
        raise SourceError(f"{path}: is empty; expected one JSON object a line")
    headings = dict.fromkeys(key for row in rows for key in row)
    columns = {key: np.array([row.get(key) or None for row in rows], object) for key in headings}
    again = met_before(frozenset(row.items()) for row in rows)
    return Foreign(str(path), columns, np.array(numbers, np.int64), again=again)


def _text(path: Path) -> str:
    try:
        refuse_long_lines(path)
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise SourceError(f"{path}, row {row}: is not UTF-8 text; save the file as UTF-8") from None


def _object(path: Path, number: int, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        where = f" (column {error.colno}: {error.msg})" if isinstance(error, json.JSONDecodeError) else ""
        raise SourceError(f"{path}, row {number}: is not JSON{where}; expected one object a line") from None
    if not isinstance(value, dict):
        raise SourceError(f"{path}, row {number}: found {type(value).__name__}, expected one JSON object a line")
    return value


def _flat(value: dict[str, Any], prefix: str = "") -> dict[str, str | None]:
    flat: dict[str, str | None] = {}
    for key, each in value.items():
        if isinstance(each, dict):
            flat |= _flat(each, f"{prefix}{key}.")
        else:
            flat[prefix + key] = _scalar(each)
    return flat


def _scalar(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else json.dumps(value)
