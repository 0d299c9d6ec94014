"""A trade-off figure laid out for pgfplots: coordinates in the units that are shown, styles by name."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from audit.figures import Bar, Curve, Figure, Point
from audit.render import caption, notation, ticks
from audit.render.frame import Frame
from audit.render.palette import Style
from audit.report import MetricReport

MARGIN = 0.03  # of the axis, before the first and after the last ratio
MARKS = {
    "circle": "*",
    "square": "square*",
    "triangle": "triangle*",
    "diamond": "diamond*",
    "wedge": "triangle*, mark options={rotate=180}",
    "pentagon": "pentagon*",
    "star": "star",
    "plus": "+",
}


class Reach(Struct, frozen=True):
    """A mean, and how far its bar reaches up and down."""

    x: str
    y: str
    up: str
    down: str


class Trace(Struct, frozen=True):
    """A method's curve; `means`, `runs` and `collapsed` are pgfplots coordinates."""

    label: str
    colour: str
    mark: str
    hollow: bool
    proposed: bool
    joined: bool
    means: str
    intervals: tuple[Reach, ...]
    ranges: tuple[Reach, ...]
    runs: str
    collapsed: str


class Axes(Struct, frozen=True):
    """One diagram of a figure, traces in the order in which they are painted.

    `dense` and `chance` are heights of horizontal lines.
    """

    label: str
    x_low: str
    x_high: str
    y_low: str
    y_high: str
    x_ticks: tuple[str, ...]
    dense: tuple[str, ...]
    chance: str | None
    traces: tuple[Trace, ...]


def axes(figure: Figure, frame: Frame, styles: Mapping[str, Style]) -> Axes:
    """Lay out a figure in its frame."""
    margin = MARGIN * (frame.x_high - frame.x_low)
    chance = figure.pair.chance
    curves = sorted(figure.curves, key=lambda curve: styles[curve.method.name].proposed)
    return Axes(
        label=caption.AXIS_LABELS[figure.axis],
        x_low=_ratio(1, frame.x_low - margin),
        x_high=_ratio(1, frame.x_high + margin),
        y_low=_value(frame.y_low, figure.metric),
        y_high=_value(frame.y_high, figure.metric),
        x_ticks=tuple(notation.general(tick) for tick in ticks.ratios(2**frame.x_low, 2**frame.x_high)),
        dense=tuple(_value(point.mean, figure.metric) for point in figure.dense),
        chance=None if chance is None or not frame.shows(chance) else _value(chance, figure.metric),
        traces=tuple(_trace(curve, frame, styles[curve.method.name], figure.metric) for curve in curves),
    )


def legend(diagrams: Iterable[Axes]) -> tuple[Trace, ...]:
    """The methods that are drawn, each once, proposed ones first."""
    traces = {trace.label: trace for diagram in diagrams for trace in diagram.traces}
    return tuple(sorted(traces.values(), key=lambda trace: not trace.proposed))


def _trace(curve: Curve, frame: Frame, style: Style, metric: MetricReport) -> Trace:
    shift = frame.shifts[curve.method.name]
    return Trace(
        label=curve.method.label or curve.method.name,
        colour=style.colour.name,
        mark=MARKS[style.marker],
        hollow=not style.filled,
        proposed=style.proposed,
        joined=curve.joined,
        means=" ".join(_at(point.x, point.mean, shift, metric) for point in curve.points),
        intervals=_reaches((point for point in curve.points if point.bar is not Bar.RANGE), frame, shift, metric),
        ranges=_reaches((point for point in curve.points if point.bar is Bar.RANGE), frame, shift, metric),
        runs=_runs(curve.points, shift, metric, collapsed=False),
        collapsed=_runs(curve.points, shift, metric, collapsed=True),
    )


def _reaches(points: Iterable[Point], frame: Frame, shift: float, metric: MetricReport) -> tuple[Reach, ...]:
    drawn = ((point, bar) for point in points if (bar := frame.bar(point)) is not None)
    return tuple(
        Reach(
            _ratio(point.x, shift),
            _value(point.mean, metric),
            _value(high - point.mean, metric),
            _value(point.mean - low, metric),
        )
        for point, (low, high) in drawn
    )


def _runs(points: Sequence[Point], shift: float, metric: MetricReport, *, collapsed: bool) -> str:
    return " ".join(
        _at(run.x, run.y, shift, metric) for point in points for run in point.runs if run.collapsed is collapsed
    )


def _at(ratio: float, value: float, shift: float, metric: MetricReport) -> str:
    return f"({_ratio(ratio, shift)},{_value(value, metric)})"


def _ratio(ratio: float, octaves: float) -> str:
    return f"{ratio * 2.0 ** min(octaves, 1000.0):.5g}"


def _value(value: float, metric: MetricReport) -> str:
    return f"{notation.scaled(value, metric):.6g}"
