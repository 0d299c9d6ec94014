"""The headings of a wide table that are numbers: which they are, and what stands in them."""

import re
from collections.abc import Sequence

from audit.schema import Column
from audit.sources.errors import SourceError
from audit.sources.units import units_of
from audit.study import toml_key
from audit.study.source import Wide

_NUMBER = re.compile(
    r"(?<![\d/.,])(?:\d+(?:[.,]\d+)?|[.,]\d+)(?:e[+-]?\d+)?(?!\d|/|[.,]\d)", re.ASCII
)  # `N/2` holds none
_ALONE = re.compile(rf"[x×]?\s*{_NUMBER.pattern}\s*[x×%]?", re.ASCII | re.IGNORECASE)
_TIMES = re.compile(r"\d\s*[x×](?![a-z])|(?<![a-z])[x×]\s*\d", re.IGNORECASE)


def levels(name: str, wide: Wide, headings: Sequence[str], column: Column, unit: str) -> dict[str, str]:
    """The number of each heading that is meant: those that are named, else all that are a number and nothing else.

    They are values of `column`, in `unit` where one is declared. Raises SourceError where there is none, where a named
    one does not hold exactly one number, or where × or % in it is not the unit.
    """
    chosen = wide.columns or [heading for heading in headings if _ALONE.fullmatch(heading)]
    if not chosen:
        shown = ", ".join(map(repr, headings))
        raise SourceError(
            f"{name}: no heading is a number, as `[[source]] wide` expects; name those that hold one with "
            f"`wide.columns`; it has: {shown}"
        )
    numbers = {}
    for heading in chosen:
        held = _NUMBER.findall(heading)
        if len(held) != 1:
            what = "holds several numbers" if held else "is no number"
            raise SourceError(f"{name}: the heading {heading!r} {what}; `[[source]] wide` expects one in each")
        _refuse_other_unit(name, column, heading, unit)
        numbers[heading] = held[0]
    return numbers


def _refuse_other_unit(name: str, column: Column, heading: str, unit: str) -> None:
    percents = [each for each in units_of(column) if each.endswith("percent")]
    if "%" in heading and unit not in percents:
        said = f"is declared as {unit!r}" if unit else "has no unit"
        declare = (
            f"declare `[[source]] units = {{ {toml_key(column.name)} = … }}` in audit.toml, "
            if percents
            else "rename it"
        )
        todo = declare + " or ".join(f'"{each}"' for each in percents)
        raise SourceError(f"{name}: the heading {heading!r} is a percentage, and `{column.name}` {said}; {todo}")
    if _TIMES.search(heading) and unit not in ("", "ratio"):
        raise SourceError(
            f"{name}: the heading {heading!r} is a ratio, and `{column.name}` is declared as {unit!r}; leave the unit "
            "out in audit.toml, or name the headings that are in it with `wide.columns`"
        )
