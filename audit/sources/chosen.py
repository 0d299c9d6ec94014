"""The rows of a foreign table that `where` of a `[[source]]` keeps, before anything of it is read."""

import difflib
from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from audit.sources.errors import SourceError
from audit.sources.foreign import Foreign
from audit.sources.values import quote
from audit.study.source import Source, Value

_SHOWN = 12


def chosen(table: Foreign, source: Source | None) -> Foreign:
    """The rows that hold, in each column that is named, one of the values named for it; told in a note.

    A number means every way to write it, and an empty text what is missing. Raises SourceError for a column that is not
    there, and where no row is left.
    """
    if source is None or not source.where:
        return table
    kept = np.ones(len(table.records), np.bool_)
    for heading, values in source.where.items():
        if heading not in table.columns:
            close = difflib.get_close_matches(heading, table.headings, 1)
            there = f"did you mean {close[0]!r}?" if close else f"it has: {_listed(table.headings)}"
            raise SourceError(f"{table.name}: no column {heading!r}; `[[source]] where` names it; {there}")
        wanted = values if isinstance(values, list) else [values]
        holds = _holds(table.columns[heading], wanted)
        if not (kept & holds).any():
            held = [text or "" for text in dict.fromkeys(map(_text, table.columns[heading][kept]))]
            raise SourceError(
                f"{table.name}: no {table.unit} is left where {heading!r} is {_listed(wanted, ' or ')}, as `[[source]] "
                f"where` says; it holds: {_listed(held)}"
            )
        kept &= holds
    left = int((~kept).sum())
    if not left:
        return table
    note = f"{table.name}: {left} of {len(kept)} {table.unit}s are left out, as `[[source]] where` says"
    return replace(table.take(np.flatnonzero(kept)), notes=(*table.notes, note))


def _holds(values: np.ndarray, wanted: Sequence[Value]) -> np.ndarray:
    """(rows,) whether a row holds one of some values."""
    texts = {_text(value) for value in wanted if isinstance(value, str | bool)}
    numbers = {float(value) for value in wanted if isinstance(value, int | float) and not isinstance(value, bool)}
    held = values.tolist()
    answer = {
        value: (text := _text(value)) in texts or (len(numbers) > 0 and _number(text) in numbers) for value in set(held)
    }
    return np.array([answer[value] for value in held], np.bool_)


def _text(value: Value | None) -> str:
    """A value as text; words of truth in lower case, as most programs write them."""
    text = "" if value is None or value != value else str(value).strip()
    return text.lower() if text.lower() in ("true", "false") else text


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def _listed(values: Sequence[Value], between: str = ", ") -> str:
    shown = between.join(quote(value) if isinstance(value, str) else str(value) for value in values[:_SHOWN])
    return shown + (", …" if len(values) > _SHOWN else "")
