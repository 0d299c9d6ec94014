"""How numbers and places are written, the same in every format; plain text that a format may still escape."""

from collections.abc import Iterable
from math import floor, isfinite, log10

from audit.report import MetricReport

MOST_DECIMALS = 6
UNKNOWN = "–"


def scaled(value: float, metric: MetricReport) -> float:
    """A value of the metric in the unit that it is shown in: percent where the metric is shown so."""
    return 100 * value if metric.percent else value


def unit(metric: MetricReport) -> str:
    """The unit that follows a value of the metric, with its space; empty where there is none."""
    return " %" if metric.percent else ""


def decimals(deviations: Iterable[float | None], *, otherwise: int = 2) -> int:
    """Decimals for values that stand together, chosen from their sample deviations in the unit that is shown.

    The median deviation gets two significant digits and the smallest at least one. Zero and unknown deviations say
    nothing; `otherwise` is for values that have no other.
    """
    known = sorted(value for value in deviations if value and isfinite(value))
    if not known:
        return otherwise
    wanted = max(1 - _magnitude(known[len(known) // 2]), -_magnitude(known[0]))
    return min(max(wanted, 0), MOST_DECIMALS)


def significant(values: Iterable[float]) -> int:
    """Decimals that give the largest of some values three significant digits; whole numbers need none."""
    known = [abs(value) for value in values if isfinite(value) and value]
    if not known or all(value == round(value) for value in known):
        return 0
    return min(max(2 - _magnitude(max(known)), 0), MOST_DECIMALS)


def raw_decimals(places: int, metric: MetricReport) -> int:
    """Decimals for raw values, so that what stands beside them with `places` can be recomputed."""
    return min(max(places + 1, 2 if metric.percent else 4), MOST_DECIMALS)


def _magnitude(value: float) -> int:
    return floor(log10(abs(value)))


def fixed(value: float | None, places: int) -> str:
    """A number with that many decimals; a dash where there is none."""
    if value is None or not isfinite(value):
        return UNKNOWN
    text = f"{value:.{places}f}"
    return text.removeprefix("-") if text.strip("-0.") == "" else text


def general(value: float | None) -> str:
    """A number with at most three significant digits, or all those of its whole part: 48, 5.33, 1234."""
    if value is None or not isfinite(value):
        return UNKNOWN
    if value == 0:
        return "0"
    text = f"{value:.{max(2 - _magnitude(value), 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ratio(value: float | None) -> str:
    """A compression ratio or speedup: 8×."""
    return UNKNOWN if value is None or not isfinite(value) else f"{general(value)}×"


def speedup(value: float) -> str:
    """A speedup where ratios stand beside it: speedup 2×."""
    return f"speedup {ratio(value)}"


def unquoted(text: str) -> str:
    """Text for a cell of CSV; what a spreadsheet would read as a formula begins with an apostrophe."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def count(value: int | None) -> str:
    """A whole number with its thousands apart: 78,042."""
    return UNKNOWN if value is None else f"{value:,}"


def quantity(number: int, noun: str) -> str:
    """A number of things: 1 run, 3 runs."""
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"


def runs_of(numbers: Iterable[int]) -> str:
    """Whole numbers with neighbours joined: 2–4, 7."""
    ranges: list[list[int]] = []
    for number in sorted(set(numbers)):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}–{high}" for low, high in ranges)
