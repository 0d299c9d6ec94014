"""What must be said under a trade-off figure for its marks to be read right; the same words in every format."""

from collections.abc import Iterator

from audit.figures import Axis, Bar, Figure
from audit.render import notation

NAMES = {Axis.COMPRESSION: "compression ratio", Axis.SPEEDUP: "theoretical speedup"}

_BARS = {
    Bar.INTERVAL: "Bars with ends are 95 % t-intervals of the mean",
    Bar.RANGE: "dotted bars are ranges, where some networks of a cell are at chance level or all are equal",
    Bar.STATED: "bars of tables of means are the deviations that their sources state",
}


def caption(figure: Figure, *, n: int, side_by_side: bool, cut: bool) -> str:
    """The caption of a drawn figure: `n` is the usual number of seeds, `cut` that a bar goes beyond the frame."""
    return " ".join(_sentences(figure, n, side_by_side, cut))


def _sentences(figure: Figure, n: int, side_by_side: bool, cut: bool) -> Iterator[str]:
    yield f"Lines join means, usually of n = {n}."
    if figure.bars:
        words = "; ".join(_BARS[bar] for bar in figure.bars)
        yield f"{words[0].upper()}{words[1:]}."
    collapsed = any(run.collapsed for point in figure.points for run in point.runs)
    yield f"Each dot is a network{', each small cross one at chance level' if collapsed else ''}."
    if side_by_side:
        yield "Methods at one ratio stand side by side."
    if cut:
        yield "Bars end at the frame where they go beyond it."
    if figure.left_out:
        yield f"{notation.quantity(figure.left_out, 'cell')} without both values left out."
