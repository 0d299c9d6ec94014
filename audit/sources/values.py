"""From texts of a file to the columns of Results: a written number becomes its value, or one clear error."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

import numpy as np

from audit.results import Coded, Values
from audit.schema import BY_NAME, Column, Group, Kind
from audit.sources.commas import decimal_comma, without_commas
from audit.sources.errors import SourceError, quote
from audit.sources.units import to_schema
from audit.study import Study

_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "–", "—", "???"})
_UNKNOWN = frozenset({"?", "unknown", "todo", "tbd"})  # words that stand where a hash or a version is due
_TRUE, _FALSE = frozenset({"true", "1", "1.0", "yes"}), frozenset({"false", "0", "0.0", "no"})
_LONG = 40  # digits of a seed that are compared as text

Texts = Sequence[str | None] | np.ndarray


def known_columns(study: Study) -> dict[str, Column]:
    """The columns that a table may have: the schema's, and the metrics that the study declares, with deviations."""
    columns = dict(BY_NAME)
    for name in study.metrics:
        for each in (name, f"{name}_deviation"):
            columns.setdefault(each, Column(each, Group.QUALITY, Kind.NUMBER, f"declared in [metric.{name}]"))
    return columns


class Where:
    """Says where a value stands: `file.csv, row 7, column `acc``, or `mlflow.db, run 0123…, column `top1``.

    `titles` are the headings of the file's own, by schema name, where they differ.
    """

    def __init__(self, source: str, unit: str, places: Texts, titles: Mapping[str, str] | None = None) -> None:
        self.source, self.unit, self.places, self.titles = source, unit, places, titles or {}

    def __call__(self, row: int, column: str) -> str:
        """The place of one value."""
        return f"{self.source}, {self.unit} {self.places[row]}, column `{self.titles.get(column, column)}`"


def convert(column: Column, texts: Texts, where: Where, unit: str = "") -> Values:
    """One column from texts (rows,), or from floats; raises SourceError naming the first row that does not fit.

    `unit` is the foreign unit, where the values are not in the schema's.
    """
    if column.kind in (Kind.INTEGER, Kind.NUMBER):
        return numbers(column, texts, where, unit)[0]
    if isinstance(texts, np.ndarray) and texts.dtype.kind == "f":
        texts = [_as_text(value) for value in texts]
    if column.kind is Kind.TEXT:
        missing = _MISSING | _UNKNOWN if column.group is Group.PROVENANCE else _MISSING - {"none"}
        return Coded.of(texts).renamed(lambda text: None if text.strip().lower() in missing else text.strip())
    if column.kind is Kind.IDENTIFIER:
        return Coded.of(texts).renamed(_identifier)
    return np.array([_flag(column, text, row, where) for row, text in enumerate(texts)], float)


def numbers(column: Column, texts: Texts, where: Where, unit: str = "") -> tuple[np.ndarray, np.ndarray | None]:
    """Values (rows,) in the schema's unit, and their texts (rows,) with the last place that was printed.

    The texts are None where the values were no text: binary numbers have no last printed place.
    """
    if isinstance(texts, np.ndarray) and texts.dtype.kind == "f":
        if not unit:
            return texts, None
        converted = {value: to_schema(Decimal(repr(value)), column, unit)[0] for value in np.unique(texts).tolist()}
        return np.array([converted.get(value, np.nan) for value in texts.tolist()], float), None
    written = np.asarray(texts, object)
    if not unit:
        try:
            return np.array([text or "nan" for text in written], float), written  # the common case, at numpy's speed
        except ValueError:
            pass
    first: dict[str, int] = {}
    for row, text in enumerate(written):
        if text is not None and text not in first:
            first[text] = row
    known: dict[str | None, tuple[float, str | None]] = {
        text: (np.nan, None) for text in (None, *first) if text is None or _plain(text).lower() in _MISSING
    }
    bare = {text: _bare(column, text, unit) for text in first if text not in known}
    decimal = decimal_comma(
        column, unit, {text: number for text, (number, _) in bare.items()}, lambda text: where(first[text], column.name)
    )
    for text, (number, its_unit) in bare.items():
        try:
            known[text] = _value(column, without_commas(number, decimal), its_unit)
        except (ValueError, InvalidOperation):
            expected = (
                "a whole number" if column.kind is Kind.INTEGER else f"a number ({column.unit or column.meaning})"
            )
            raise SourceError(
                f"{where(first[text], column.name)}: found {quote(text)}, expected {expected}; correct it or leave it "
                "empty"
            ) from None
    values = np.array([known[text][0] for text in written], float)
    return values, np.array([known[text][1] for text in written], object)


def _plain(text: str) -> str:
    return text.strip().replace("\N{MINUS SIGN}", "-").lstrip("'")


def _bare(column: Column, text: str, unit: str) -> tuple[str, str]:
    """A text without the marks about its number, and the number's unit, which the cell may say itself."""
    bare = _plain(text)
    if bare.endswith("%") and column.unit == "fraction" and unit in ("", "percent", "fraction"):
        bare, unit = bare[:-1].strip(), "percent"
    elif unit.endswith("percent"):
        bare = bare.removesuffix("%").strip()
    return bare.removesuffix("×").removesuffix("x").strip() if column.unit == "original ÷ new" else bare, unit


def _value(column: Column, number: str, unit: str) -> tuple[float, str | None]:
    """The value of one number and its text; raises ValueError or InvalidOperation where it is none."""
    value = float(number)
    if not unit or not np.isfinite(value):
        return value, number if np.isfinite(value) else None
    return to_schema(Decimal(number), column, unit)


def _identifier(text: str) -> str | None:
    bare = text.strip()
    if bare.lower() in _MISSING:
        return None
    if re.fullmatch(r"[+-]?\d+(\.0*)?", bare):  # 3, 3.0 and 03 are one seed
        whole = bare.partition(".")[0]
        return whole if len(whole) > _LONG else str(int(whole))
    return bare


def _as_text(value: float) -> str | None:
    if np.isnan(value):
        return None
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _flag(column: Column, text: str | None, row: int, where: Where) -> float:
    bare = (text or "").strip().lower()
    if bare in _MISSING:
        return np.nan
    if bare in _TRUE | _FALSE:
        return float(bare in _TRUE)
    raise SourceError(f"{where(row, column.name)}: found {quote(text)}, expected true or false")
