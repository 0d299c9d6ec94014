"""Units: what a foreign number measures, and how it becomes the schema's.

| columns | units |
| --- | --- |
| accuracies (`top1`, `top5`, `dense_top1`, …) and metrics of the study's own | `fraction`, `percent`, `error` (1 − x), `error_percent` |
| differences and deviations (`top1_change`, `top1_deviation`, …) | `fraction`, `percent` (percentage points) |
| `compression_ratio`, `compression_target`, `theoretical_speedup`, `speedup_target` | `ratio`, `sparsity` (fraction removed), `sparsity_percent`, `kept` (fraction kept), `kept_percent` |
| `macs`, `macs_nonzero` | `macs`, `megamacs`, `gigamacs`, `flops` (2 FLOPs = 1 MAC), `megaflops`, `gigaflops` |
| counts, MACs, metrics of the study's own and their deviations | `thousands`, `millions`, `billions` |
| `latency_dense`, `latency_pruned`, `duration` | `seconds`, `milliseconds`, `microseconds`, `minutes`, `hours` |

Numbers are converted as decimals, so that the last printed place of what was written survives: an error of 6.90 percent
is an accuracy of 0.9310.
"""  # noqa: E501 - a table

from collections.abc import Callable, Mapping
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext

from msgspec import Struct

from audit.schema import Column, Group, Kind

_ONE = Decimal(1)


class Unit(Struct, frozen=True):
    """How a foreign number becomes the schema's, and what one unit of its last place is worth then (the slope)."""

    convert: Callable[[Decimal], Decimal]
    slope: Callable[[Decimal], Decimal]


def _times(factor: str, offset: int = 0) -> Unit:
    by = Decimal(factor)
    return Unit(lambda value: offset + value * by, lambda value: abs(by))


def _over(whole: int) -> Unit:
    """The whole ÷ what is kept of it."""
    return Unit(lambda value: whole / value, lambda value: whole / value**2)


def _over_rest(whole: int) -> Unit:
    """The whole ÷ what is left when something is removed from it."""
    return Unit(lambda value: whole / (whole - value), lambda value: whole / (whole - value) ** 2)


_SHARE: Mapping[str, Unit] = {
    "fraction": _times("1"),
    "percent": _times("0.01"),
    "error": _times("-1", 1),
    "error_percent": _times("-0.01", 1),
}
_DIFFERENCE = {name: _SHARE[name] for name in ("fraction", "percent")}
_RATIO: Mapping[str, Unit] = {
    "ratio": _times("1"),
    "sparsity": _over_rest(1),
    "sparsity_percent": _over_rest(100),
    "kept": _over(1),
    "kept_percent": _over(100),
}
_COUNT = {"thousands": _times("1e3"), "millions": _times("1e6"), "billions": _times("1e9")}
_MACS = {
    "macs": _times("1"),
    "megamacs": _times("1e6"),
    "gigamacs": _times("1e9"),
    "flops": _times("0.5"),
    "megaflops": _times("0.5e6"),
    "gigaflops": _times("0.5e9"),
}
_TIME = {
    "seconds": _times("1"),
    "milliseconds": _times("1e-3"),
    "microseconds": _times("1e-6"),
    "minutes": _times("60"),
    "hours": _times("3600"),
}


def units_of(column: Column) -> Mapping[str, Unit]:
    """The units that a column's foreign values may be in; empty where it has none."""
    if column.kind not in (Kind.NUMBER, Kind.INTEGER):
        return {}
    if column.unit == "original ÷ new":
        return _RATIO
    if column.unit == "s":
        return _TIME
    if column.unit == "MAC":
        return {**_MACS, **_COUNT}
    if column.name.endswith(("_change", "_deviation")):
        return _DIFFERENCE if column.unit == "fraction" else {**_DIFFERENCE, **_COUNT}
    if column.unit == "fraction":
        return _SHARE
    if column.group is Group.QUALITY and column.kind is Kind.NUMBER:
        return {**_SHARE, **_COUNT}
    return _COUNT if column.kind is Kind.INTEGER else {}


def scales(column: Column, unit: str) -> bool:
    """Whether one of a unit is at least a thousand of the schema's, as a million parameters is."""
    return column.unit != "original ÷ new" and unit in units_of(column) and units_of(column)[unit].slope(_ONE) >= 1000


def unit_of_deviation(unit: str) -> str:
    """The unit of a deviation of values in a unit."""
    return {"error": "fraction", "error_percent": "percent"}.get(unit, unit)


def to_schema(value: Decimal, column: Column, unit: str) -> tuple[float, str]:
    """A value in the schema's unit, and its text to the power of ten at or above what its last place is worth."""
    chosen = units_of(column)[unit]
    with localcontext() as context:
        context.traps[DivisionByZero] = context.traps[InvalidOperation] = context.traps[Overflow] = False
        converted = chosen.convert(value)
        if not converted.is_finite():
            return float(converted), ""
        exponent = value.as_tuple().exponent
        place = chosen.slope(value).scaleb(exponent if isinstance(exponent, int) else 0)
        power = int(place.log10().to_integral_value(rounding="ROUND_CEILING")) if place > 0 else 0
        if power <= 0:
            return float(converted), f"{converted:.{-power}f}"
        return float(converted), f"{converted.scaleb(-power):.0f}e{power}"
