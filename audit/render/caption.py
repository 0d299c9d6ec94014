"""What must be said beside trade-off figures for their marks to be read right; the same words in every format."""

from collections.abc import Iterator, Sequence

from audit.figures import Axis, Bar, Figure
from audit.render import notation
from audit.render.frame import Frame

NAMES = {Axis.COMPRESSION: "compression ratio", Axis.SPEEDUP: "theoretical speedup"}
SIDE_BY_SIDE = "Methods at one ratio stand side by side."

_BARS = {
    Bar.INTERVAL: "bars with ends are 95\N{NO-BREAK SPACE}% t-intervals of the mean",
    Bar.RANGE: "dotted bars are ranges, where only some networks of a cell are at chance level or all are equal",
    Bar.STATED: "bars of tables of means are the deviations that their sources state",
}


def title(figure: Figure) -> str:
    """What a figure shows: Top-1 accuracy against compression ratio."""
    return f"{figure.metric.label} against {NAMES[figure.axis]}"


def reading(figures: Sequence[Figure], n: int) -> str:
    """How the marks of these figures are read; `n` is the usual number of networks behind a mean."""
    return " ".join(_reading(figures, n))


def _reading(figures: Sequence[Figure], n: int) -> Iterator[str]:
    drawn = {bar for figure in figures for bar in figure.bars}
    means = f"Lines join means, n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{n} unless the table says otherwise"
    yield "; ".join((means, *(words for bar, words in _BARS.items() if bar in drawn))) + "."
    if any(run.collapsed for figure in figures for point in figure.points for run in point.runs):
        yield "Each dot is a network, each small cross one at chance level."
    else:
        yield "Each dot is a network."


def remarks(figure: Figure, frame: Frame) -> str:
    """What is particular to a figure as it is drawn in a frame."""
    return " ".join(_remarks(figure, frame))


def _remarks(figure: Figure, frame: Frame) -> Iterator[str]:
    if frame.side_by_side:
        yield SIDE_BY_SIDE
    if any(frame.cuts(point) for point in figure.points):
        yield "Bars end at the frame where they go beyond it."
    if figure.left_out:
        yield f"Left out: {notation.quantity(figure.left_out, 'cell')} without both values."
