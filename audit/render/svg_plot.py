"""A trade-off figure laid out on a drawing of fixed size: every place and path that the SVG template writes down.

The drawing's unit is a CSS pixel at its natural width; y grows downwards. Ratios lie on a log2 axis.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log2

from audit.figures import Axis, Bar, Curve, Figure, Point, Run
from audit.render import notation, ticks
from audit.render.palette import Style
from audit.report import MetricReport

WIDTH, HEIGHT = 560, 380
LEFT, RIGHT, TOP, BOTTOM = 46, 548, 34, 334
CAP = 3.0  # half the width of a bar's end
DODGE_STEP = 5.0  # sideways shift between the bars of methods at the same ratio
DODGE_SHARE = 0.6  # of the gap between neighbouring ratios, all shifts together
PADDING = 0.05  # of the span of values, above and below

AXIS_LABELS = {
    Axis.COMPRESSION: "Compression ratio (all parameters ÷ remaining)",
    Axis.SPEEDUP: "Theoretical speedup (all MACs ÷ remaining)",
}


@dataclass(frozen=True)
class Tick:
    """A tick: its place along the axis and its label; a `minor` one may be left out where there is little room."""

    at: str
    label: str
    minor: bool


@dataclass(frozen=True)
class Level:
    """A horizontal line across the drawing, and what is written on it."""

    y: str
    label_y: str
    label: str


@dataclass(frozen=True)
class Mark:
    """The marker of a point and the words that stand behind it."""

    x: str
    y: str
    words: str


@dataclass(frozen=True)
class Trace:
    """A method's marks and paths; `style` is None for the dense control."""

    style: Style | None
    line: str
    intervals: str
    ranges: str
    runs: str
    collapsed: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Plot:
    """A drawing; traces are in the order in which they are painted. `cut` says that a bar leaves the frame, `side_by_side`
    that methods are shifted sideways.
    """

    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    x_label: str
    y_label: str
    dense: tuple[Level, ...]
    chance: Level | None
    traces: tuple[Trace, ...]
    cut: bool
    side_by_side: bool


@dataclass(frozen=True)
class _Scale:
    """From ratios and values to places on the drawing."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    margin: float

    def x(self, ratio: float) -> float:
        share = (log2(ratio) - self.x_low) / (self.x_high - self.x_low)
        return LEFT + self.margin + share * (RIGHT - LEFT - 2 * self.margin)

    def y(self, value: float) -> float:
        return BOTTOM - (value - self.y_low) / (self.y_high - self.y_low) * (BOTTOM - TOP)


def plot(figure: Figure, styles: Mapping[str, Style]) -> Plot | None:
    """Lay out a figure; None where it has no point."""
    if not any(curve.points for curve in figure.curves):
        return None
    shifts = _shifts(figure)
    scale = _scale(figure, max((abs(shift) for shift in shifts.values()), default=0.0) + 10)
    curves = sorted(figure.curves, key=lambda curve: styles[curve.method.name].proposed)
    traces = [
        _trace(curve, styles[curve.method.name], shifts[curve.method.name], scale, figure.metric) for curve in curves
    ]
    return Plot(
        x_ticks=_x_ticks(scale),
        y_ticks=_y_ticks(scale, figure.metric),
        x_label=AXIS_LABELS[figure.axis],
        y_label=figure.metric.label + (" (%)" if figure.metric.percent else ""),
        dense=tuple(_level(point.mean, "dense control", scale, figure.metric) for point in figure.dense),
        chance=None if figure.pair.chance is None else _level(figure.pair.chance, "chance", scale, figure.metric),
        traces=(_dense_trace(figure, scale), *traces),
        cut=any(point.low < scale.y_low or point.high > scale.y_high for point in figure.points),
        side_by_side=any(shifts.values()),
    )


def _shifts(figure: Figure) -> dict[str, float]:
    """How far each method is shifted sideways: methods share their compression ratios, but hardly their speedups."""
    names = [curve.method.name for curve in figure.curves]
    ratios = sorted({log2(point.x) for curve in figure.curves for point in curve.points})
    gaps = [right - left for left, right in zip(ratios, ratios[1:], strict=False) if right - left > 0.05]
    if figure.axis is not Axis.COMPRESSION or len(names) < 2:
        return dict.fromkeys(names, 0.0)
    narrowest = min(gaps, default=1.0) / max(ratios[-1] - min(ratios[0], 0.0), 1.0) * (RIGHT - LEFT)
    step = min(DODGE_STEP, DODGE_SHARE * narrowest / (len(names) - 1))
    return {name: (index - (len(names) - 1) / 2) * step for index, name in enumerate(names)}


def _scale(figure: Figure, margin: float) -> _Scale:
    points = figure.points
    xs = [log2(x) for point in points for x in (point.x, *(run.x for run in point.runs)) if x > 0]
    ys = [y for point in points for y in (point.mean, point.low, point.high, *(run.y for run in point.runs))]
    if figure.pair.chance is not None:
        ys.append(figure.pair.chance)
    low, high = min(ys), max(ys)
    if figure.metric.percent:
        low, high = max(low, 0.0), min(high, 1.0)
    pad = PADDING * (high - low) or 0.01 * abs(high) or 1.0
    x_low = min(*xs, 0.0)
    return _Scale(x_low, max(*xs, x_low + 0.1), low - pad, high + pad, margin)


def _x_ticks(scale: _Scale) -> tuple[Tick, ...]:
    values = ticks.ratios(2**scale.x_low, 2**scale.x_high)
    return tuple(
        Tick(_place(scale.x(value)), notation.general(value), index % 2 == 1 and len(values) > 6)
        for index, value in enumerate(values)
    )


def _y_ticks(scale: _Scale, metric: MetricReport) -> tuple[Tick, ...]:
    values = ticks.linear(notation.scaled(scale.y_low, metric), notation.scaled(scale.y_high, metric))
    factor = notation.scaled(1.0, metric)
    return tuple(Tick(_place(scale.y(value / factor)), notation.general(value), False) for value in values)


def _level(value: float, name: str, scale: _Scale, metric: MetricReport) -> Level:
    words = f"{name} {notation.general(notation.scaled(value, metric))}{notation.unit(metric)}"
    y = scale.y(value)
    return Level(_place(y), _place(y - 5), words)


def _dense_trace(figure: Figure, scale: _Scale) -> Trace:
    return _paths(None, figure.dense, 0.0, scale, figure.metric, "Dense control")


def _trace(curve: Curve, style: Style, shift: float, scale: _Scale, metric: MetricReport) -> Trace:
    return _paths(style, curve.points, shift, scale, metric, curve.method.label or curve.method.name)


def _paths(
    style: Style | None, points: Iterable[Point], shift: float, scale: _Scale, metric: MetricReport, label: str
) -> Trace:
    placed = [(scale.x(point.x) + shift, scale.y(point.mean), point) for point in points]
    runs = [(scale.x(run.x) + shift, scale.y(run.y), run) for _, _, point in placed for run in point.runs]
    steps = [f"{_place(x)} {_place(y)}" for x, y, _ in placed]
    return Trace(
        style=style,
        line="" if style is None or len(steps) < 2 else "M" + "L".join(steps),
        intervals="".join(_bar(x, p, scale) for x, _, p in placed if p.bar is not Bar.RANGE),
        ranges="".join(_bar(x, p, scale) for x, _, p in placed if p.bar is Bar.RANGE),
        runs=_dots(runs, collapsed=False),
        collapsed=_dots(runs, collapsed=True),
        marks=tuple(Mark(_place(x), _place(y), _words(label, point, metric)) for x, y, point in placed),
    )


def _bar(x: float, point: Point, scale: _Scale) -> str:
    """The path of a bar; an end that lies outside the frame has no cap."""
    if point.bar is Bar.NONE:
        return ""
    top, bottom = max(scale.y(point.high), TOP), min(scale.y(point.low), BOTTOM)
    path = f"M{_place(x)} {_place(top)}V{_place(bottom)}"
    for end, inside in ((top, top > TOP), (bottom, bottom < BOTTOM)):
        if inside:
            path += f"M{_place(x - CAP)} {_place(end)}h{_place(2 * CAP)}"
    return path


def _dots(runs: Iterable[tuple[float, float, Run]], *, collapsed: bool) -> str:
    """One path for all: a stroke of no length with round ends is a dot; a collapsed run is a small cross."""
    if collapsed:
        return "".join(f"M{_place(x - 3)} {_place(y - 3)}l6 6m0-6l-6 6" for x, y, run in runs if run.collapsed)
    return "".join(f"M{_place(x)} {_place(y)}h0" for x, y, run in runs if not run.collapsed)


def _words(label: str, point: Point, metric: MetricReport) -> str:
    deviation = None if point.deviation is None else notation.scaled(point.deviation, metric)
    places = notation.decimals([deviation])
    spread = "" if deviation is None else f" ± {notation.fixed(deviation, places)}"
    mean = notation.fixed(notation.scaled(point.mean, metric), places)
    return f"{label}, {notation.ratio(point.x)}: {mean}{spread}{notation.unit(metric)}, n = {point.n}"


def _place(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
