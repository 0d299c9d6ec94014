"""The trade-off curves of Blalock et al. 2020, appendix D, as data: what is drawn, in no format.

One figure for each pair and each measure of size: the study's metric against the compression ratio, and against the
theoretical speedup. Values are as in the report: accuracies are fractions in [0, 1], ratios are "original ÷ new".
"""

from collections.abc import Sequence
from enum import Enum
from itertools import combinations
from math import inf, log2

import numpy as np
from msgspec import Struct

from audit.report import CellReport, MethodReport, MetricReport, PairReport, Report, Statistic, dense_controls
from audit.rule import Verdict

SHORTEST_SHARED = 0.5  # octaves that two curves must both span for their heights to be compared
SAME_SIZE = 0.002  # log2 units: sizes nearer than that are one
_CONVENTIONS = "CMP010"  # the rule that asks what a ratio counts


class Axis(Enum):
    """A measure of size: a column of the schema that cells are summarised by."""

    COMPRESSION = "compression_ratio"
    SPEEDUP = "theoretical_speedup"


class Bar(Enum):
    """What the bar of a point is."""

    INTERVAL = "95 % t-interval of the mean"
    RANGE = "range from the lowest to the highest seed"
    STATED = "deviation as its source states it"
    NONE = "no bar"


class Run(Struct, frozen=True):
    """One network: where it lies, its seed where recorded, and whether it is at chance level."""

    x: float
    y: float
    seed: int | str | None
    collapsed: bool


class Point(Struct, frozen=True):
    """One cell: its place on the axis, its mean over `n` networks, the bar from `low` to `high`, and every network.

    `runs` is empty where a source states a mean and not the networks behind it; `kind` is what it calls the deviation.
    """

    x: float
    mean: float
    bar: Bar
    low: float
    high: float
    deviation: float | None
    n: int
    runs: tuple[Run, ...]
    kind: str = ""


class Curve(Struct, frozen=True):
    """The points of a method, ordered by compression ratio."""

    method: MethodReport
    points: tuple[Point, ...]

    @property
    def joined(self) -> bool:
        """Whether its points are one curve: not where several stand at one size, as settings of a sweep do."""
        sizes = np.sort(np.log2([point.x for point in self.points]))
        return bool((np.diff(sizes) > SAME_SIZE).all())


class Figure(Struct, frozen=True):
    """A trade-off figure. `left_out` counts cells that lack the metric or the measure of size.

    `defined` says that nothing speaks against sizes being those of all parameters and operations; `level` is what the
    points of `dense` are called.
    """

    pair: PairReport
    axis: Axis
    metric: MetricReport
    curves: tuple[Curve, ...]
    dense: tuple[Point, ...]
    left_out: int
    defined: bool = False
    level: str = "dense control"

    @property
    def points(self) -> tuple[Point, ...]:
        """All points, those of the dense control included."""
        return (*self.dense, *(point for curve in self.curves for point in curve.points))

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The kinds of bar that are drawn."""
        drawn = {point.bar for point in self.points}
        return tuple(bar for bar in Bar if bar in drawn and bar is not Bar.NONE)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What the sources call the deviations that bars show."""
        return tuple(sorted({point.kind for point in self.points if point.bar is Bar.STATED}))

    @property
    def extent(self) -> tuple[float, float]:
        """The values that the metric can take: nothing beyond them is drawn."""
        return (0.0, 1.0) if self.metric.percent else (-inf, inf)


def tradeoffs(report: Report) -> tuple[Figure, ...]:
    """The figures of a report: for each pair, one for each measure of size, curves in the order of the methods."""
    cells: dict[tuple[str, str], list[CellReport]] = {}
    for cell in report.cells:
        cells.setdefault((cell.dataset, cell.architecture), []).append(cell)
    doubts = (Verdict.FAIL, Verdict.UNDECIDABLE)
    defined = not any(each.code == _CONVENTIONS and each.verdict in doubts for each in report.findings)
    return tuple(
        _figure(report, pair, axis, cells.get((pair.dataset, pair.architecture), []), defined=defined)
        for pair in report.pairs
        for axis in Axis
    )


def _figure(report: Report, pair: PairReport, axis: Axis, cells: list[CellReport], *, defined: bool) -> Figure:
    placed = [(cell, _point(cell, axis, report.metric)) for cell in cells]
    points = [(cell, point) for cell, point in placed if point is not None]
    points.sort(key=lambda entry: (entry[0].compression_ratio or entry[1].x, entry[1].x))
    controls = {id(cell) for cell in dense_controls(cell for cell, _ in points)}
    of_method: dict[str, list[Point]] = {}
    for cell, point in points:
        if not cell.dense:
            of_method.setdefault(cell.method, []).append(point)
    return Figure(
        pair=pair,
        axis=axis,
        metric=report.metric,
        curves=tuple(Curve(m, tuple(of_method[m.name])) for m in report.methods if m.name in of_method),
        dense=tuple(point for cell, point in points if id(cell) in controls),
        left_out=len(placed) - len(points),
        defined=defined,
    )


def _point(cell: CellReport, axis: Axis, metric: MetricReport) -> Point | None:
    quality = cell.metrics.get(metric.name)
    x = _size(cell, axis)
    if quality is None or quality.mean is None or x is None or x <= 0:
        return None
    bar, low, high = _bar(quality, quality.mean)
    runs = _runs(cell, quality, _sizes(cell, axis, x, len(quality.values)), metric.higher_is_better)
    if cell.states_mean(metric.name):
        runs = ()
    n = cell.networks(metric.name)
    return Point(x, quality.mean, bar, low, high, quality.deviation, n, runs, quality.stated_kind)


def _size(cell: CellReport, axis: Axis) -> float | None:
    if cell.dense:
        return 1.0
    if axis is Axis.COMPRESSION:
        return cell.compression_ratio
    statistic = cell.metrics.get(axis.value)
    return None if statistic is None else statistic.mean


def _sizes(cell: CellReport, axis: Axis, x: float, runs: int) -> tuple[float, ...]:
    """The size of each network of a cell; that of the cell where its own is not known."""
    statistic = cell.metrics.get(axis.value)
    if cell.dense or statistic is None or len(statistic.values) != runs:
        return (x,) * runs
    return tuple(value or x for value in statistic.values)


def _bar(quality: Statistic, mean: float) -> tuple[Bar, float, float]:
    if quality.ci95 is not None:
        return Bar.INTERVAL, *quality.ci95
    if quality.stated_deviation is not None and quality.std is None:
        return Bar.STATED, mean - quality.stated_deviation, mean + quality.stated_deviation
    if quality.n > 1 and quality.low is not None and quality.high is not None:
        return Bar.RANGE, quality.low, quality.high
    return Bar.NONE, mean, mean


def _runs(cell: CellReport, quality: Statistic, sizes: tuple[float, ...], higher_is_better: bool) -> tuple[Run, ...]:
    """Every network of a cell; the worst ones are those that the cell counts as collapsed."""
    seeds = cell.seeds if len(cell.seeds) == len(sizes) else (None,) * len(sizes)
    known = [(y, x, seed) for y, x, seed in zip(quality.values, sizes, seeds, strict=True) if y is not None]
    worst_first = sorted(range(len(known)), key=lambda index: known[index][0], reverse=not higher_is_better)
    collapsed = set(worst_first[: cell.collapsed or 0])
    return tuple(Run(x, y, seed, index in collapsed) for index, (y, x, seed) in enumerate(known))


class OrderChange(Struct, frozen=True):
    """Two methods whose order on a pair differs between the axes.

    Each difference is the first's mean height less the second's, in the better direction, over the octaves that both
    curves span on that axis: by compression ratio, and by theoretical speedup.
    """

    pair: PairReport
    above: MethodReport
    below: MethodReport
    by_compression: float
    by_speedup: float


def order_changes(figures: Sequence[Figure]) -> tuple[OrderChange, ...]:
    """The methods of one pair that lie above another by compression ratio and below it by speedup, widest first.

    `figures` are those of the pair. They are compared by their means alone: nothing is tested.
    """
    by_axis = {figure.axis: {curve.method.name: curve for curve in figure.curves} for figure in figures}
    compression, speedup = (by_axis.get(axis, {}) for axis in Axis)
    changes = []
    for one, other in combinations([name for name in compression if name in speedup], 2):
        sign = 1.0 if figures[0].metric.higher_is_better else -1.0
        gaps = [_apart(curves[one], curves[other]) for curves in (compression, speedup)]
        if None in gaps:
            continue
        first, second = (sign * (gap or 0.0) for gap in gaps)
        if first * second < 0:
            above, below = (one, other) if first > 0 else (other, one)
            methods = compression[above].method, compression[below].method
            changes.append(OrderChange(figures[0].pair, *methods, abs(first), -abs(second)))
    return tuple(sorted(changes, key=lambda change: -min(change.by_compression, -change.by_speedup)))


def _apart(one: Curve, other: Curve) -> float | None:
    """The mean of the first curve less the second over the octaves that both span; None where they share no stretch."""
    places = [sorted((log2(point.x), point.mean) for point in curve.points) for curve in (one, other)]
    low, high = max(line[0][0] for line in places), min(line[-1][0] for line in places)
    if high - low < SHORTEST_SHARED:
        return None
    grid = np.unique([low, high, *(x for line in places for x, _ in line if low < x < high)])
    heights = [np.interp(grid, [x for x, _ in line], [y for _, y in line]) for line in places]
    difference = heights[0] - heights[1]
    return float(((difference[1:] + difference[:-1]) / 2 * np.diff(grid)).sum() / (high - low))
