"""What must be said beside figures and tables for their marks to be read right; the same words in every format."""

from collections.abc import Iterator, Sequence

from audit.figures import Axis, Bar, Figure, order_changes
from audit.render import notation
from audit.render.arrangement import Arrangement, Facet
from audit.render.frame import Frame
from audit.report import TEST_LEAST_RUNS, TEST_LEVEL, CellReport, MetricReport, Standing
from audit.schema import AREA, CELL_METRICS, DROP

NAMES = {Axis.COMPRESSION: "compression ratio", Axis.SPEEDUP: "theoretical speedup"}
AXIS_LABELS = {axis: name.capitalize() for axis, name in NAMES.items()}
SAMPLE = "sample standard deviation"
AT_CHANCE = (
    "At chance level is a network that keeps at most 5\N{NO-BREAK SPACE}% of the way from chance to its dense network."
)
DAGGER = "†"
PROPOSED = "A name in bold is that of a proposed method."
CHANGES_SHOWN = 5
_OURS = (*CELL_METRICS, DROP, AREA)
_UNITS = {
    "compression_ratio": "all parameters ÷ remaining",
    "theoretical_speedup": "all MACs ÷ remaining",
    "latency_pruned": "s",
    AREA: "mean height over log2 of the compression ratio",
}
_SPACED_PERCENT = "\N{NO-BREAK SPACE}%"

_BARS = {
    Bar.INTERVAL: f"bars with ends are 95{_SPACED_PERCENT} t-intervals of the mean",
    Bar.RANGE: "dotted bars are ranges, where only some networks of a cell are at chance level or all are equal",
}
_KINDS = {
    "std": SAMPLE,
    "sem": "standard error of the mean (SEM)",
    "ci95": f"half-width of a 95{_SPACED_PERCENT} interval",
    "test-set error": "test-set error (not a deviation over seeds)",
}
_SHORT_KINDS = {"std": "std", "sem": "SEM", "ci95": f"95{_SPACED_PERCENT} interval", "test-set error": "test-set error"}


def stated(kind: str) -> str:
    """A stated deviation by the kind that its source gives it."""
    return f"{_KINDS.get(kind, 'deviation of unknown kind')}, as stated by the source"


def short(kind: str) -> str:
    """A stated deviation's kind in a word or two."""
    return _SHORT_KINDS.get(kind, "unknown kind")


def conditions(condition: str) -> str:
    """A sentence on what the deviations and intervals of a pair are bound to."""
    return f"Seeds share initial weights: every deviation and interval is {condition}."


def measure(shown: MetricReport) -> str:
    """A measure with the unit that its values are printed in: Top-1 accuracy (%)."""
    label = shown.label[:1].upper() + shown.label[1:] if shown.name in _OURS else shown.label
    unit = "percentage points" if shown.name == DROP else "%"
    parts = [*([unit] if shown.percent else []), *([_UNITS[shown.name]] if shown.name in _UNITS else [])]
    return f"{label} ({', '.join(parts)})" if parts else label


def standings(cells: Sequence[CellReport], shown: MetricReport, arrangement: Arrangement) -> tuple[str, ...]:
    """What bold means in a table of these cells, and the dagger: the test behind it, or why there is none."""
    found = [each for cell in cells if (each := cell.standings.get(shown.name)) is not None]
    return tuple(_standings(found, shown, arrangement)) if any(each.best for each in found) else ()


def _standings(found: Sequence[Standing], shown: MetricReport, arrangement: Arrangement) -> Iterator[str]:
    of = (
        "of each column" if arrangement.rows is Facet.METHOD and not arrangement.together else "at each point of a pair"
    )
    yield f"Bold: the best mean {of}."
    rule = f"{TEST_LEAST_RUNS} runs of each, recorded one by one and with a spread, none at chance level"
    tests = sorted({each.test for each in found if each.test})
    if tests:
        gaps = [notation.scaled(each.smallest, shown) for each in found if each.smallest is not None]
        least, most = (notation.general(gap) for gap in (min(gaps), max(gaps)))
        span = least if least == most else f"between {least} and {most}"
        unit = " percentage points" if shown.percent else ""
        yield (
            f"{DAGGER}: not told from it by {' or '.join(tests)} (two-sided, level {TEST_LEVEL:g} with Holm's "
            f"correction over the means {of}); what a difference had to reach to be told is {span}{unit}."
        )
    if any(each.why for each in found):
        yield f"{'Elsewhere n' if tests else 'N'}o mean is tested against the best one: it takes {rule}."


def axis_label(figure: Figure) -> str:
    """What is along the axis, with what it counts where that is known."""
    return AXIS_LABELS[figure.axis] + (f" ({_UNITS[figure.axis.value]})" if figure.defined else "")


def title(figure: Figure) -> str:
    """What a figure shows: Top-1 accuracy against compression ratio."""
    return f"{figure.metric.label} against {NAMES[figure.axis]}"


def reading(figures: Sequence[Figure], n: int) -> str:
    """How the marks of these figures are read; `n` is the usual number of networks behind a mean."""
    return " ".join(_reading(figures, n))


def short_reading(figures: Sequence[Figure], n: int) -> str:
    """How the marks are read, in the few words that stand in a figure for print; its caption says the rest."""
    drawn = {bar for figure in figures for bar in figure.bars}
    points = [point for figure in figures for point in figure.points]
    words = [f"Means of {n}"]
    words += ["bars with ends: 95 % t-intervals"] if Bar.INTERVAL in drawn else []
    words += [f"bars: {stated(kind)}" for kind in sorted({kind for figure in figures for kind in figure.kinds})]
    words += ["dotted bars: ranges"] if Bar.RANGE in drawn else []
    words += ["dots: single networks"] if any(point.runs for point in points) else []
    words += ["crosses: at chance level"] if any(run.collapsed for point in points for run in point.runs) else []
    return ("; ".join(words) + ".").replace("\N{NO-BREAK SPACE}", " ")


def _reading(figures: Sequence[Figure], n: int) -> Iterator[str]:
    drawn = {bar for figure in figures for bar in figure.bars}
    count = f"n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{n} unless the table says otherwise"
    apart = sorted(
        {each.method.label or each.method.name for figure in figures for each in figure.curves if not each.joined}
    )
    means = f"Lines join means, {count}"
    if apart:
        means += f"; points of {', '.join(apart)} are not joined: several stand at one size, as settings of a sweep do"
    kinds = sorted({kind for figure in figures for kind in figure.kinds})
    bars = [f"bars around stated means are the {stated(kind)}" for kind in kinds]
    yield "; ".join((means, *(words for bar, words in _BARS.items() if bar in drawn), *bars)) + "."
    if figures and (condition := figures[0].pair.condition):
        yield conditions(condition)
    if Bar.INTERVAL in drawn:
        yield "Whether intervals overlap is no test of a difference, least of all where methods share seeds."
    yield from _dots(figures)


def _dots(figures: Sequence[Figure]) -> Iterator[str]:
    points = [point for figure in figures for point in figure.points]
    runs = [run for point in points for run in point.runs]
    if any(run.collapsed for run in runs):
        yield "Each dot is a network, each small cross one at chance level."
        yield AT_CHANCE
    elif runs:
        yield "Each dot is a network."
    if any(not point.runs for point in points):
        yield "Means that the source states have no dots: the networks behind them are not known one by one."


def order(figures: Sequence[Figure]) -> tuple[str, ...]:
    """Where the order of methods on a pair changes between the axes, in sentences."""
    changes = order_changes(figures) if len(figures) == len(Axis) else ()
    shown = [
        f"{change.above.label or change.above.name} lies above {change.below.label or change.below.name} at equal "
        f"compression ratio (by {_height(figures[0], change.by_compression)} on average over the ratios of both), "
        f"and below it at equal theoretical speedup (by {_height(figures[0], -change.by_speedup)})."
        for change in changes[:CHANGES_SHOWN]
    ]
    more = len(changes) - len(shown)
    return (*shown, *([f"So do {more} more pairs of methods."] if more else []))


def _height(figure: Figure, value: float) -> str:
    unit = " points" if figure.metric.percent else ""
    return f"{notation.general(notation.scaled(value, figure.metric))}{unit}"


def remarks(figure: Figure, frame: Frame) -> tuple[str, ...]:
    """What is particular to a figure as it is drawn in a frame, in sentences."""
    return tuple(_remarks(figure, frame))


def _remarks(figure: Figure, frame: Frame) -> Iterator[str]:
    if frame.side_by_side:
        yield "Methods at one ratio stand side by side."
    least, most = (f"{notation.general(notation.scaled(end, figure.metric))}" for end in figure.extent)
    bars = [(point, bar) for point in figure.points if (bar := frame.bar(point)) is not None]
    if any(frame.overshoots(point) for point, _ in bars):
        yield f"Bars are cut at {least} and {most}{_unit(figure)}, beyond which there is no value."
    if any(frame.cuts(point) for point, _ in bars):
        yield "Bars end at the frame where they go beyond it."
    chance = figure.pair.chance
    if chance is not None and not frame.shows(chance):
        side = "below" if chance < frame.y_low else "above"
        level = notation.general(notation.scaled(chance, figure.metric))
        yield f"The chance level ({level}{_unit(figure)}) lies {side} the frame."
    if figure.left_out:
        cells = notation.quantity(figure.left_out, "cell")
        yield f"Left out: {cells} without the metric or the {NAMES[figure.axis]}."


def _unit(figure: Figure) -> str:
    return notation.unit(figure.metric).replace(" ", "\N{NO-BREAK SPACE}")
