"""From texts of a file to the columns of Results: a written number becomes its value, or one clear error."""

import re
from collections.abc import Sequence

import numpy as np

from audit.results import Coded, Values
from audit.schema import BY_NAME, Column, Group, Kind
from audit.sources.errors import SourceError
from audit.study import Study

_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "–", "—"})
_TRUE, _FALSE = frozenset({"true", "1", "1.0", "yes"}), frozenset({"false", "0", "0.0", "no"})
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")


def known_columns(study: Study) -> dict[str, Column]:
    """The columns that a table may have: the schema's, and the metrics that the study declares, with deviations."""
    columns = dict(BY_NAME)
    for name in study.metrics:
        for each in (name, f"{name}_deviation"):
            columns.setdefault(each, Column(each, Group.QUALITY, Kind.NUMBER, f"declared in [metric.{name}]"))
    return columns


def convert(column: Column, texts: Sequence[str | None] | np.ndarray, where: "Where") -> Values:
    """One column from texts (rows,); raises SourceError naming the first row whose text is not of the column's kind."""
    if column.kind is Kind.TEXT:
        return Coded.of([text.strip() if text else None for text in texts])
    if column.kind is Kind.IDENTIFIER:
        return Coded.of([_identifier(text) for text in texts])
    if column.kind is Kind.FLAG:
        return np.array([_flag(column, text, row, where) for row, text in enumerate(texts)], float)
    return _numbers(column, texts, where)


class Where:
    """Says where a row stands: `file.csv, row 7` or `mlflow.db, run 0123…`."""

    def __init__(self, source: str, unit: str, places: Sequence[int | str] | np.ndarray) -> None:
        self.source, self.unit, self.places = source, unit, places

    def __call__(self, row: int) -> str:
        """The place of one row."""
        return f"{self.source}, {self.unit} {self.places[row]}"


def _numbers(column: Column, texts: Sequence[str | None] | np.ndarray, where: Where) -> np.ndarray:
    try:
        return np.array([text or "nan" for text in texts], float)  # the common case, at numpy's speed
    except ValueError:
        return np.array([_number(column, text, row, where) for row, text in enumerate(texts)], float)


def _number(column: Column, text: str | None, row: int, where: Where) -> float:
    bare = (text or "").strip().replace("\N{MINUS SIGN}", "-")
    if bare.lower() in _MISSING:
        return np.nan
    if column.kind is Kind.INTEGER and _GROUPED.fullmatch(bare):
        bare = bare.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(bare):
        bare = bare.replace(",", ".")
    try:
        if "_" in bare:
            raise ValueError(bare)
        return float(bare)
    except ValueError:
        expected = "a whole number" if column.kind is Kind.INTEGER else f"a number ({column.unit or column.meaning})"
        raise SourceError(
            f"{where(row)}, column `{column.name}`: found {_quote(text)}, expected {expected}; "
            "correct it or leave it empty"
        ) from None


def _identifier(text: str | None) -> str | None:
    bare = (text or "").strip()
    if bare.lower() in _MISSING:
        return None
    if re.fullmatch(r"[+-]?\d+(\.0*)?", bare):  # 3, 3.0 and 03 are one seed
        return str(int(bare.partition(".")[0]))
    return bare


def _flag(column: Column, text: str | None, row: int, where: Where) -> float:
    bare = (text or "").strip().lower()
    if bare in _MISSING:
        return np.nan
    if bare in _TRUE | _FALSE:
        return float(bare in _TRUE)
    raise SourceError(f"{where(row)}, column `{column.name}`: found {_quote(text)}, expected true or false")


def _quote(text: str | None) -> str:
    shown = (text or "").strip()
    return repr(shown if len(shown) <= 40 else shown[:40] + "…")
