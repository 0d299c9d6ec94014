"""A trade-off figure laid out on a drawing of fixed size: every place and path that the SVG template writes down.

The drawing's unit is a CSS pixel at its natural width; y grows downwards. Ratios lie on a log2 axis.
"""

from collections.abc import Mapping, Sequence
from math import log2

from msgspec import Struct

from audit.figures import Bar, Figure, Point
from audit.render import caption, notation, ticks
from audit.render.frame import Frame
from audit.render.palette import Style
from audit.report import MetricReport

LEFT, RIGHT, TOP, BOTTOM = 46, 548, 34, 334  # the frame, as the template draws it
MARGIN = 14.0  # between the frame's sides and the first and last ratio
CAP = 2.4  # half the width of a bar's end
MOST_TICKS = 6  # labels on a narrow screen; of more, every other one may be left out


class Tick(Struct, frozen=True):
    """A tick: its place along the axis and its label; a `minor` one may be left out where there is little room."""

    at: str
    label: str
    minor: bool


class Level(Struct, frozen=True):
    """A horizontal line across the drawing, and what is written on it."""

    y: str
    label_y: str
    label: str


class Mark(Struct, frozen=True):
    """The marker of a point and the words that stand behind it, if any."""

    x: str
    y: str
    words: str


class Trace(Struct, frozen=True):
    """A method's marks and paths; `style` is None for the dense control."""

    method: str
    style: Style | None
    line: str
    intervals: str
    ranges: str
    runs: str
    collapsed: str
    marks: tuple[Mark, ...]


class Plot(Struct, frozen=True):
    """A drawing; traces are in the order in which they are painted."""

    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    x_label: str
    y_label: str
    dense: tuple[Level, ...]
    chance: Level | None
    traces: tuple[Trace, ...]


def plot(figure: Figure, frame: Frame, styles: Mapping[str, Style], *, hover: bool = True) -> Plot:
    """Lay out what of a figure lies in a frame, the proposed methods painted last; `hover` gives marks their words."""
    sheet = _Sheet(frame, figure.metric, hover)
    curves = sorted(figure.curves, key=lambda curve: styles[curve.method.name].proposed)
    chance = figure.pair.chance
    return Plot(
        x_ticks=sheet.x_ticks(),
        y_ticks=sheet.y_ticks(),
        x_label=caption.axis_label(figure),
        y_label=figure.metric.label + (" (%)" if figure.metric.percent else ""),
        dense=tuple(sheet.level(point.mean, figure.level) for point in figure.dense if frame.shows(point.mean)),
        chance=None if chance is None or not frame.shows(chance) else sheet.level(chance, "chance"),
        traces=(
            sheet.trace("dense", figure.level.capitalize(), None, figure.dense, 0.0),
            *(
                sheet.trace(
                    curve.method.name,
                    curve.method.label or curve.method.name,
                    styles[curve.method.name],
                    curve.points,
                    frame.shifts[curve.method.name],
                    joined=curve.joined,
                )
                for curve in curves
            ),
        ),
    )


class _Sheet(Struct, frozen=True):
    """Puts ratios and values of a metric in their places on the drawing."""

    frame: Frame
    metric: MetricReport
    hover: bool

    def x(self, ratio: float, shift: float = 0.0) -> float:
        share = (log2(ratio) + shift - self.frame.x_low) / (self.frame.x_high - self.frame.x_low)
        return LEFT + MARGIN + share * (RIGHT - LEFT - 2 * MARGIN)

    def y(self, value: float) -> float:
        return BOTTOM - (value - self.frame.y_low) / (self.frame.y_high - self.frame.y_low) * (BOTTOM - TOP)

    def x_ticks(self) -> tuple[Tick, ...]:
        values = ticks.ratios(2**self.frame.x_low, 2**self.frame.x_high)
        crowded = len(values) > MOST_TICKS
        return tuple(
            Tick(_place(self.x(value)), notation.general(value), crowded and index % 2 == 1)
            for index, value in enumerate(values)
        )

    def y_ticks(self) -> tuple[Tick, ...]:
        factor = notation.scaled(1.0, self.metric)
        values = ticks.linear(self.frame.y_low * factor, self.frame.y_high * factor)
        return tuple(Tick(_place(self.y(value / factor)), f"{value:.10g}", False) for value in values)

    def level(self, value: float, name: str) -> Level:
        y = self.y(value)
        words = f"{name} {notation.general(notation.scaled(value, self.metric))}{notation.unit(self.metric)}"
        return Level(_place(y), _place(y - 5), words)

    def trace(
        self,
        method: str,
        label: str,
        style: Style | None,
        points: Sequence[Point],
        shift: float,
        *,
        joined: bool = False,
    ) -> Trace:
        placed = [(self.x(point.x, shift), self.y(point.mean), point) for point in points]
        runs = [(self.x(run.x, shift), self.y(run.y), run) for p in points for run in p.runs if self.frame.shows(run.y)]
        steps = [f"{_place(x)} {_place(y)}" for x, y, _ in placed]
        return Trace(
            method=method,
            style=style,
            line="M" + "L".join(steps) if joined and len(steps) > 1 else "",
            intervals="".join(self.bar(x, point) for x, _, point in placed if point.bar is not Bar.RANGE),
            ranges="".join(self.bar(x, point) for x, _, point in placed if point.bar is Bar.RANGE),
            runs="".join(_dot(x, y) for x, y, run in runs if not run.collapsed),
            collapsed="".join(_cross(x, y) for x, y, run in runs if run.collapsed),
            marks=tuple(
                Mark(_place(x), _place(y), f"{label}, {_words(point, self.metric)}" if self.hover else "")
                for x, y, point in placed
                if self.frame.shows(point.mean)
            ),
        )

    def bar(self, x: float, point: Point) -> str:
        """The path of a bar; an end that lies beyond the frame has no cap."""
        inside = self.frame.bar(point)
        if inside is None:
            return ""
        ends = [self.y(value) for value in inside]
        caps = (
            f"M{_place(x - CAP)} {_place(y)}h{_place(2 * CAP)}"
            for y, value, end in zip(ends, inside, (point.low, point.high), strict=True)
            if value == end
        )
        return f"M{_place(x)} {_place(ends[0])}V{_place(ends[1])}" + "".join(caps)


def _dot(x: float, y: float) -> str:
    """A stroke of no length, which round ends make a dot."""
    return f"M{_place(x)} {_place(y)}h0"


def _cross(x: float, y: float) -> str:
    return f"M{_place(x - 3)} {_place(y - 3)}l6 6m0-6l-6 6"


def _words(point: Point, metric: MetricReport) -> str:
    deviation = None if point.deviation is None else notation.scaled(point.deviation, metric)
    places = notation.decimals([deviation])
    spread = "" if deviation is None else f" ± {notation.fixed(deviation, places)}"
    mean = notation.fixed(notation.scaled(point.mean, metric), places)
    return f"{notation.ratio(point.x)}: {mean}{spread}{notation.unit(metric)}, n = {point.n}"


def _place(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
