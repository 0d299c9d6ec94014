"""The part of a figure that a drawing shows, and how far methods are moved apart in it to be told from one another."""

from collections.abc import Iterator
from itertools import pairwise
from math import inf, log2

from msgspec import Struct

from audit.figures import Axis, Bar, Figure, Point

PADDING = 0.05  # of the span of values, above and below
CLOSE = 0.1  # of the way from the dense control to the worst value: what a close-up shows
FEWEST_CLOSE = 4  # points within it that make a close-up worth drawing, where there are others beyond it
NEAR_CHANCE = 0.25  # of the way from chance to dense: a point this low makes the chance level worth showing
STEP = 0.008  # of the length of the axis, between one method and the next
SHARE = 0.42  # of the narrowest gap between neighbouring ratios, all methods together
APART = 0.05  # octaves: ratios closer than this are the same
SHORTEST = 0.1  # octaves that an axis has at least


class Frame(Struct, frozen=True):
    """The ends of the axes, x in octaves and y as a value of the metric, and each method's shift in octaves.

    `extent` is what the metric can be: bars end there.
    """

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    shifts: dict[str, float]
    extent: tuple[float, float] = (-inf, inf)

    @property
    def side_by_side(self) -> bool:
        """Whether methods are moved apart."""
        return any(self.shifts.values())

    def shows(self, value: float) -> bool:
        """Whether a value lies inside."""
        return self.y_low <= value <= self.y_high

    def bar(self, point: Point) -> tuple[float, float] | None:
        """The part of a point's bar that lies inside; None where it has none, or the point itself lies outside."""
        if point.bar is Bar.NONE or not self.shows(point.mean):
            return None
        least, most = self.extent
        low, high = max(point.low, self.y_low, least), min(point.high, self.y_high, most)
        return min(low, point.mean), max(high, point.mean)

    def cuts(self, point: Point) -> bool:
        """Whether a bar goes on beyond the frame, where the metric still can be."""
        least, most = self.extent
        return max(point.low, least) < self.y_low or min(point.high, most) > self.y_high

    def overshoots(self, point: Point) -> bool:
        """Whether a bar would reach values in sight that the metric cannot take."""
        least, most = self.extent
        return point.low < least >= self.y_low or point.high > most <= self.y_high


def whole(figure: Figure) -> Frame:
    """The frame that shows every network and bar; of bars, what the metric can be."""
    return _frame(figure, *_limits(figure))


def close_up(figure: Figure) -> Frame | None:
    """The frame around what lies near the dense control; None where that, or what it leaves out, is little."""
    if not figure.dense:
        return None
    low, high = _limits(figure)
    dense = figure.dense[0].mean
    if figure.metric.higher_is_better:
        low = dense - CLOSE * (dense - low)
    else:
        high = dense + CLOSE * (high - dense)
    means = [point.mean for curve in figure.curves for point in curve.points]
    inside = sum(low <= mean <= high for mean in means)
    return _frame(figure, low, high) if FEWEST_CLOSE <= inside < len(means) else None


def _limits(figure: Figure) -> tuple[float, float]:
    values = list(_values(figure))
    low, high = min(values), max(values)
    least, most = figure.extent
    return max(low, least), min(high, most)


def _values(figure: Figure) -> Iterator[float]:
    for point in figure.points:
        yield from (point.mean, point.low, point.high, *(run.y for run in point.runs))
    if figure.pair.chance is not None and _near(figure, figure.pair.chance):
        yield figure.pair.chance


def _near(figure: Figure, chance: float) -> bool:
    """Whether some network comes near the chance level, or falls beyond it."""
    sign = 1.0 if figure.metric.higher_is_better else -1.0
    reached = [sign * (value - chance) for point in figure.points for value in (point.mean, *(r.y for r in point.runs))]
    way = sign * (figure.dense[0].mean - chance) if figure.dense else max(reached)
    return min(reached) <= NEAR_CHANCE * max(way, 0.0)


def _frame(figure: Figure, low: float, high: float) -> Frame:
    shifts = _shifts(figure)
    widest = max((abs(shift) for shift in shifts.values()), default=0.0)
    xs = [log2(x) for point in figure.points for x in (point.x, *(run.x for run in point.runs))]
    x_low = min(*xs, 0.0)
    pad = PADDING * (high - low) or PADDING * abs(high) or 1.0
    return Frame(x_low, max(*xs, x_low + SHORTEST) + widest, low - pad, high + pad, shifts, figure.extent)


def _shifts(figure: Figure) -> dict[str, float]:
    """Methods share their compression ratios, but hardly their speedups: along these none is moved."""
    names = [curve.method.name for curve in figure.curves]
    places = sorted({log2(point.x) for curve in figure.curves for point in curve.points})
    if figure.axis is not Axis.COMPRESSION or len(names) < 2:
        return dict.fromkeys(names, 0.0)
    gaps = [right - left for left, right in pairwise(places) if right - left > APART]
    length = max(places[-1] - min(places[0], 0.0), 1.0)
    step = min(STEP * length, SHARE * min(gaps, default=length) / (len(names) - 1))
    return {name: (index - (len(names) - 1) / 2) * step for index, name in enumerate(names)}
