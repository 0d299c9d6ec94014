"""What the commas of a column are: decimal commas, or separators of thousands; one meaning for all, or one clear error.

`62,74`, `0,853` and `1.234,5` have a decimal comma, `1,234,567` and `1,234.5` separate thousands; `1,234` may be
either, and is what the others of its column are. Where none of them tells, it is what the column can hold: a whole
number or MACs in no larger unit has thousands, a column with an upper limit decimals. Elsewhere it is refused.
"""

import re
from collections.abc import Callable, Mapping

import numpy as np

from audit.schema import Column, Kind
from audit.sources.errors import SourceError, quote
from audit.sources.units import scales

_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_DECIMAL = re.compile(r"[+-]?(\d*|\d{1,3}(\.\d{3})+),\d+([eE][+-]?\d+)?")


def decimal_comma(column: Column, unit: str, bare: Mapping[str, str], place: Callable[[str], str]) -> bool:
    """Whether a column's commas are decimal; `bare` holds its texts without marks by the texts as they are written.

    `place` says where a text stands. Raises SourceError where the texts contradict each other, or nothing tells.
    """
    held = {text: number for text, number in bare.items() if "," in number}
    either = [text for text, number in held.items() if _EITHER.fullmatch(number)]
    sure = {text: number for text, number in held.items() if text not in either}
    decimal = next((text for text, number in sure.items() if _DECIMAL.fullmatch(number)), None)
    grouped = next((text for text, number in sure.items() if _GROUPED.fullmatch(number)), None)
    if decimal is not None and grouped is not None:
        raise SourceError(
            f"{place(grouped)}: found {quote(grouped)}, whose comma separates thousands, and {quote(decimal)}, "
            "with a decimal comma, in the same column; write decimal points and no separators of thousands"
        )
    if decimal is not None or grouped is not None or not either:
        return grouped is None
    whole = column.kind is Kind.INTEGER or column.unit == "MAC"
    if scales(column, unit) or (not whole and not np.isfinite(column.high)):
        number = bare[either[0]]
        raise SourceError(
            f"{place(either[0])}: found {quote(either[0])}, which may be {number.replace(',', '.')} or "
            f"{number.replace(',', '')}; expected a decimal point and no separator of thousands"
        )
    return not whole


def without_commas(number: str, decimal: bool) -> str:
    """A number as a program writes it; what has no comma of this meaning stays as it is."""
    if decimal and _DECIMAL.fullmatch(number):
        return number.replace(".", "").replace(",", ".")
    return number.replace(",", "") if not decimal and _GROUPED.fullmatch(number) else number
