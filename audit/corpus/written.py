"""A figure as it is written, with what its last digit allows; or one clear error.

Zeros at the end count for nothing, since spreadsheets pad with them: `93.00%` may be any share from 92.5 to 93.5 %.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache

from msgspec import Struct

from audit.corpus.columns import Column, Held
from audit.sources.errors import SourceError, quote

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_POINTS = (Held.CHANGE, Held.DEVIATION)
_IN_PERCENT = (Held.SHARE, *_POINTS)
_HALF = Decimal("0.5")
_HUNDRED = Decimal(100)
_LARGEST = Decimal("1e12")


class Written(Struct, frozen=True):
    """A figure: its text, its value as a fraction, ratio or amount, and half a unit of its last digit that is not 0."""

    text: str
    value: Decimal
    half: Decimal

    def ends(self) -> tuple[Decimal, Decimal]:
        """The least and the largest number that may have been written so."""
        return self.value - self.half, self.value + self.half


def read_figure(column: Column, text: str, where: Callable[[str], str]) -> Written:
    """The figure in a cell; `where` says where a column of its row stands. Raises SourceError for what is none."""
    figure = _figure(column.held, text)
    if isinstance(figure, str):
        raise SourceError(f"{where(column.name)}: found {quote(text)}, {figure}; correct it")
    return figure


@lru_cache(maxsize=1 << 16)  # a column has its figures many times over
def _figure(held: Held, text: str) -> Written | str:
    """The figure of a text, or what was expected of it."""
    bare = text.strip().replace("\N{MINUS SIGN}", "-")
    percent = held in _IN_PERCENT and bare.endswith("%")
    number = bare.removesuffix("%").strip() if percent else bare
    if held is Held.RATIO:
        number = number.removesuffix("×").removesuffix("x").strip()
    if not _NUMBER.fullmatch(number) or abs(value := Decimal(number)) > _LARGEST:
        return f"expected a {_EXPECTED[held]}"
    if held in _POINTS and value and not percent:  # 0.4 may be meant as points or as a fraction
        return f"expected a {_EXPECTED[held]}"
    half = _half(value)
    if percent:
        value, half = value / _HUNDRED, half / _HUNDRED
    low, high = _LIMITS[held]
    return Written(text.strip(), value, half) if low <= value <= high else _BEYOND[held]


def _half(value: Decimal) -> Decimal:
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return _HALF.scaleb(min(exponent, 0))


_EXPECTED: Mapping[Held, str] = {
    Held.SHARE: "percentage, as `93.5%`, or a fraction from 0 to 1",
    Held.CHANGE: "change in percentage points with their %, as `-0.4%`",
    Held.DEVIATION: "deviation in percentage points with their %, as `0.3%`",
    Held.RATIO: "number (original ÷ new)",
    Held.AMOUNT: "number",
}
_LIMITS: Mapping[Held, tuple[Decimal, Decimal]] = {
    Held.SHARE: (Decimal(0), Decimal(1)),
    Held.CHANGE: (Decimal(-1), Decimal(1)),
    Held.DEVIATION: (Decimal(0), Decimal(1)),
    Held.RATIO: (Decimal("1e-6"), _LARGEST),
    Held.AMOUNT: (Decimal("1e-12"), _LARGEST),
}
_BEYOND: Mapping[Held, str] = {
    Held.SHARE: "expected from 0 % to 100 %: a percentage with its %, or a fraction from 0 to 1",
    Held.CHANGE: "expected percentage points from -100 % to 100 %",
    Held.DEVIATION: "expected percentage points from 0 % to 100 %",
    Held.RATIO: "expected a number above 0 (original ÷ new)",
    Held.AMOUNT: "expected a number above 0",
}
