"""How each method is drawn: its colour says what kind of method it is, its marker which one.

Colours keep a contrast of at least 3:1 to the page, light and dark, and differ for readers who see no red or no
green; markers differ within a figure, so that colour is never the only sign.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from audit.report import MethodReport, Report


class Colour(Struct, frozen=True):
    """A colour by name, as it is on a light and on a dark page."""

    name: str
    light: str
    dark: str


VERMILLION = Colour("vermillion", "#c23a06", "#ff8a4f")
PURPLE = Colour("purple", "#bb4f9e", "#f09be0")
BLUE = Colour("blue", "#0f5ea8", "#5aa9f0")
SKY = Colour("sky", "#3a8fc7", "#9ad4fa")
NAVY = Colour("navy", "#25306b", "#6f72d8")
GREEN = Colour("green", "#00805e", "#35c79a")
OCHRE = Colour("ochre", "#b28900", "#f4dc6e")
GREY = Colour("grey", "#4e5358", "#c3c8cd")
STONE = Colour("stone", "#878b8f", "#85898d")

COLOURS = (VERMILLION, PURPLE, BLUE, SKY, NAVY, GREEN, OCHRE, GREY, STONE)
OF_ROLE: Mapping[str, tuple[Colour, ...]] = {
    "proposed": (VERMILLION, PURPLE),
    "candidate": (GREEN, OCHRE, PURPLE, VERMILLION),
    "magnitude": (BLUE, SKY, NAVY),
    "random": (GREY, STONE),
    "other": (GREEN, OCHRE, PURPLE),
}
MARKERS = ("circle", "square", "triangle", "diamond", "wedge", "pentagon", "star", "plus")


class Style(Struct, frozen=True):
    """A method's colour and marker, and whether it is drawn to stand out."""

    colour: Colour
    marker: str
    filled: bool
    proposed: bool


def styles(report: Report) -> dict[str, Style]:
    """A style for each method by name; proposed methods come first to the markers, then all in order, controls last.

    Markers repeat after the eighth, then hollow; within a role colours repeat when they are used up.
    """
    used: dict[str, int] = {}
    chosen: dict[str, Style] = {}
    pruned = {cell.method for cell in report.cells if not cell.dense}
    ordered = sorted(proposed_first(report.methods), key=lambda method: method.name not in pruned)
    for index, method in enumerate(ordered):
        role = method.role if method.role in OF_ROLE else "other"
        colours = OF_ROLE[role]
        colour = colours[used.get(role, 0) % len(colours)]
        used[role] = used.get(role, 0) + 1
        filled = index // len(MARKERS) % 2 == 0
        chosen[method.name] = Style(colour, MARKERS[index % len(MARKERS)], filled, method.role == "proposed")
    return chosen


def proposed_first(methods: tuple[MethodReport, ...]) -> list[MethodReport]:
    """The pruning methods, proposed ones and candidates first, otherwise in the report's order; dense is none."""
    pruning = [method for method in methods if method.role != "dense"]
    return sorted(pruning, key=lambda method: method.role not in ("proposed", "candidate"))


def apart(names: Iterable[str]) -> dict[str, Style]:
    """A style for each of many names that have no roles: of a hundred, no two have the same colour and marker.

    Colours and markers go round side by side; their numbers have no common divisor.
    """
    chosen: dict[str, Style] = {}
    for index, name in enumerate(dict.fromkeys(names)):
        colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
        filled = index // (len(COLOURS) * len(MARKERS)) % 2 == 0
        chosen[name] = Style(colour, marker, filled, False)
    return chosen
