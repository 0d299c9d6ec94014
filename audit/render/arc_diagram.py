"""Who compares with whom, laid out as an arc diagram: a row for each paper, an arc to each that it compares with.

Places are CSS pixels on a drawing whose x runs to the right from the row's dot, and y downwards.
"""

from collections.abc import Mapping, Sequence
from math import sqrt

from msgspec import Struct

from audit.render import palette
from audit.render.palette import Colour
from audit.survey import PaperEntry

ROW = 18  # from one paper to the next
DOTS = 342.0  # where the dots stand: labels end before them
WIDTH = 940
_REACH = 560.0  # of the longest arc
_LONGEST = 36  # characters of a label
_LOUD = 6  # papers whose arcs have a colour of their own: those that most compare with
_SMALLEST, _GROWTH = 2.6, 1.15  # radius of a dot, and how it grows with the root of the papers that compare


class Arc(Struct, frozen=True):
    """A comparison: its path, what stands behind it, its colour (None: one of many), whether it leads to the future."""

    path: str
    words: str
    colour: Colour | None
    later: bool


class Row(Struct, frozen=True):
    """A paper: its label, its date, its place, the radius of its dot, and how many compare with it."""

    label: str
    date: str
    y: str
    radius: str
    compared_by: int
    colour: Colour | None


class ArcDiagram(Struct, frozen=True):
    """A drawing of `width` × `height`; arcs are in the order in which they are painted."""

    width: int
    height: int
    dots: float
    rows: tuple[Row, ...]
    arcs: tuple[Arc, ...]


def loud(papers: Sequence[PaperEntry]) -> dict[str, Colour]:
    """A colour for each of the papers that most others compare with, of those with which several do."""
    order = sorted((entry for entry in papers if len(entry.compared_by) > 1), key=lambda entry: -len(entry.compared_by))
    return {entry.paper.key: colour for entry, colour in zip(order[:_LOUD], palette.COLOURS, strict=False)}


def arc_diagram(papers: Sequence[PaperEntry]) -> ArcDiagram:
    """The diagram of papers in the order of their dates, those with neither a comparison made nor received left out."""
    shown = [entry for entry in papers if entry.compares_to or entry.compared_by]
    place = {entry.paper.key: (number + 0.5) * ROW for number, entry in enumerate(shown)}
    dates = {entry.paper.key: entry.paper for entry in shown}
    colours = loud(papers)
    longest = max((abs(place[e.paper.key] - place[other]) for e in shown for other in e.compares_to), default=1.0)
    arcs = [
        Arc(
            _path(place[entry.paper.key], place[other], longest),
            f"{entry.paper.key} compares with {other}",
            colours.get(other),
            entry.paper.before(dates[other]),
        )
        for entry in shown
        for other in entry.compares_to
    ]
    return ArcDiagram(
        WIDTH,
        max(len(shown), 1) * ROW,
        DOTS,
        tuple(_row(entry, place[entry.paper.key], colours) for entry in shown),
        tuple(sorted(arcs, key=lambda arc: (arc.later, arc.colour is not None))),
    )


def label(key: str) -> str:
    """A key, shortened to the room that there is for it."""
    return key if len(key) <= _LONGEST else key[: _LONGEST - 1] + "…"


def _row(entry: PaperEntry, y: float, colours: Mapping[str, Colour]) -> Row:
    count = len(entry.compared_by)
    radius = f"{_SMALLEST + _GROWTH * sqrt(count):.1f}"
    key = entry.paper.key
    return Row(label(key), entry.paper.date, f"{y:g}", radius, count, colours.get(key))


def _path(start: float, end: float, longest: float) -> str:
    span = abs(end - start)
    reach = _REACH * (span / longest) ** 0.75
    sweep = 1 if end > start else 0
    return f"M{DOTS:g} {start:g}A{reach:.1f} {span / 2:g} 0 0 {sweep} {DOTS:g} {end:g}"
