"""What methods leave of each layer, as small drawings: a mark for each layer and ratio, fuller where more is left.

The height of a mark is the class of the density, and so is its colour, so that colour is not the only sign. Classes are
halvings: all, half, a quarter, …
"""

from collections.abc import Sequence
from math import floor, log2

from msgspec import Struct

from audit.render import notation
from audit.render.naming import Names
from audit.render.palette import proposed_first
from audit.report import LayerDensities, PairReport, Report

CLASSES = 8  # halvings that are told apart; below the last one a mark is a line
WIDTH, HEIGHT, GAP = 14, 16, 2  # of a cell, in pixels
LEFT, TOP = 38, 4  # what labels take
WIDEST = 560  # of a drawing: of more layers cells are narrower


class Line(Struct, frozen=True):
    """A ratio: its label, where that stands, and in words how the densities lie."""

    label: str
    y: str
    words: str


class Shade(Struct, frozen=True):
    """A class of densities: its number, from 0 for all, and the path of its cells."""

    number: int
    path: str


class HeatMap(Struct, frozen=True):
    """One method's drawing."""

    method: str
    proposed: bool
    width: int
    height: int
    first: str
    last: str
    layers: int
    lines: tuple[Line, ...]
    shades: tuple[Shade, ...]


class Step(Struct, frozen=True):
    """A class of densities in the legend."""

    number: int
    path: str
    label: str


def scale() -> tuple[Step, ...]:
    """The legend: what each class stands for."""
    labels = ["all", *(f"1/{2**number}" for number in range(1, CLASSES)), "less"]
    return tuple(Step(number, f"M1 15{_mark(number, 14)}", label) for number, label in enumerate(labels))


def heat_maps(report: Report, pair: PairReport) -> tuple[HeatMap, ...]:
    """A drawing for each method of a pair whose layers are recorded, proposed ones first."""
    names = Names.of(report)
    mine = {
        each.method: each
        for each in report.densities
        if (each.dataset, each.architecture) == (pair.dataset, pair.architecture)
    }
    order = proposed_first(report.methods)
    return tuple(
        _draw(mine[method.name], names.methods.get(method.name, method.name), method.role == "proposed")
        for method in order
        if method.name in mine
    )


def _draw(found: LayerDensities, method: str, proposed: bool) -> HeatMap:
    width = min(float(WIDTH), (WIDEST - LEFT) / max(len(found.layers), 1))
    paths: dict[int, list[str]] = {}
    lines = []
    for row, (ratio, densities) in enumerate(zip(found.ratios, found.densities, strict=True)):
        bottom = TOP + (row + 1) * HEIGHT
        lines.append(Line(notation.ratio(ratio), _place(bottom - 4), _words(found.layers, densities)))
        for column, density in enumerate(densities):
            if density is not None:
                number = _class(density)
                left, across = LEFT + column * width, max(width - GAP, 0.6 * width)
                mark = f"M{_place(left)} {_place(bottom - GAP)}{_mark(number, across)}"
                paths.setdefault(number, []).append(mark)
    return HeatMap(
        method=method,
        proposed=proposed,
        width=round(LEFT + width * len(found.layers)),
        height=TOP + HEIGHT * len(found.ratios),
        first=found.layers[0] if found.layers else "",
        last=found.layers[-1] if found.layers else "",
        layers=len(found.layers),
        lines=tuple(lines),
        shades=tuple(Shade(number, "".join(path)) for number, path in sorted(paths.items())),
    )


def _mark(number: int, across: float) -> str:
    """The outline of a mark of a class from its lower left corner."""
    tall = _place(max(1.0, (HEIGHT - GAP) * (CLASSES - number) / CLASSES))
    return f"v-{tall}h{_place(across)}v{tall}z"


def _class(density: float) -> int:
    """How many halvings of all a density is, rounded down, at most CLASSES."""
    return CLASSES if density <= 0 else min(max(floor(-log2(density) + 1e-9), 0), CLASSES)


def _words(layers: Sequence[str], densities: Sequence[float | None]) -> str:
    known = [(density, layer) for density, layer in zip(densities, layers, strict=True) if density is not None]
    if not known:
        return "not recorded"
    least, most = min(known), max(known)
    return f"from {_percent(least[0])} of {least[1]} to {_percent(most[0])} of {most[1]}"


def _percent(density: float) -> str:
    return f"{notation.general(100 * density)} %"


def _place(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
