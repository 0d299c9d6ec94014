"""Each method over its whole range of ratios as one number: the area under its curve, a secondary endpoint.

On a pair the grid is the points that every method there has with all of its seeds and where some method lives, at least
four, 1× and what was asked for a speedup excluded. The area is the trapezoid rule over log2 of the compression ratio,
divided by the width of the range: the mean height of the curve, in the metric's unit.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
from msgspec import Struct

from audit.case import Case
from audit.comparing import Runs, Sample, along
from audit.points import operating_points
from audit.report import CellReport, Standing, Statistic
from audit.results import seed_value
from audit.schema import AREA
from audit.standings import stand
from audit.stats.curves import LEAST_POINTS, area, holds_on_every_range
from audit.stats.intervals import t_halfwidth


class _Curve(Struct, frozen=True, eq=False):
    """A method on a pair: its cells by point, and the runs of each."""

    method: int
    cells: dict[int, int]
    samples: dict[int, Sample]

    @property
    def whole(self) -> set[int]:
        """The points at which every seed of the method has a number."""
        seeds = set().union(*(each.seeds.tolist() for each in self.samples.values()))
        return {point for point, each in self.samples.items() if set(each.seeds.tolist()) == seeds and seeds}


def summarise_areas(case: Case) -> tuple[CellReport, ...]:
    """A cell for each method of each pair, without a size, whose one metric is the area.

    Methods without a grid have none. Those that are whole at fewer than four points are left out, so that they do not
    narrow the grid of the others.
    """
    cells = case.results.cells
    runs = Runs.of(case, case.study.metric_name, case.study.metric)
    points = operating_points(cells, np.isfinite(cells.mean(runs.told)) & ~cells.by_speedup)
    return tuple(each for pair in np.unique(cells.pair) for each in _on_pair(case, runs, points, int(pair)))


def _on_pair(case: Case, runs: Runs, points: np.ndarray, pair: int) -> Iterator[CellReport]:
    cells = case.results.cells
    curves = [each for each in _curves(case, runs, points, pair) if len(each.whole) >= LEAST_POINTS]
    common = set.intersection(*(each.whole for each in curves)) if curves else set()
    alive = [point for point in common if not all(each.samples[point].dead for each in curves)]
    grid = sorted(alive)
    if len(grid) < LEAST_POINTS:
        return
    ratios = np.array([_size(case, [each.cells[point] for each in curves]) for point in grid])
    order = np.argsort(ratios, kind="stable")
    grid, ratios = [grid[place] for place in order], ratios[order]
    weigh = area(ratios, np.eye(len(ratios)))
    samples = [along([each.samples[point] for point in grid], weigh, "") for each in curves]
    heights = case.direction * np.array([each.values.mean() for each in samples])
    given = [partial(samples.__getitem__, number) for number in range(len(samples))]
    tested = stand(heights, given, AREA, case.direction, tested=True) if len(curves) > 1 else []
    means = np.array([[each.samples[point].values.mean() for point in grid] for each in curves])
    top = int(np.argmax(heights))
    for number, (curve, sample) in enumerate(zip(curves, samples, strict=True)):
        first = next(iter(curve.cells.values()))
        standing: dict[str, Standing] = {AREA: tested[number]} if tested else {}
        yield CellReport(
            dataset=case.results.text("dataset").categories[cells.dataset[first]],
            architecture=case.results.text("architecture").categories[cells.architecture[first]],
            method=case.results.text("method").categories[curve.method],
            compression_ratio=None,
            compression_target=None,
            dense=False,
            n=len(sample.values),
            seeds=tuple(seed_value(case.results.text("seed").categories[code]) for code in sample.seeds),
            failed=0,
            collapsed=0,
            metrics={AREA: _statistic(sample.values)},
            standings=standing,
            over=tuple(ratios.tolist()),
            crosses=number != top and not holds_on_every_range(ratios, means[top] - means[number]),
        )


def _curves(case: Case, runs: Runs, points: np.ndarray, pair: int) -> list[_Curve]:
    cells = case.results.cells
    here = np.flatnonzero((cells.pair == pair) & (points >= 0))
    curves = []
    for method in np.unique(cells.method[here]):
        mine = here[cells.method[here] == method]
        of_point = {int(points[cell]): int(cell) for cell in mine}
        samples = {point: runs.sample(cell) for point, cell in of_point.items()}
        curves.append(
            _Curve(int(method), of_point, {point: each for point, each in samples.items() if not each.obstacle})
        )
    return curves


def _size(case: Case, chosen: list[int]) -> float:
    """The ratio of a point: the mean of what its cells achieve, else of what was asked for."""
    cells = case.results.cells
    achieved = cells.ratio[chosen]
    return float(np.mean(np.where(np.isfinite(achieved), achieved, cells.target[chosen])))


def _statistic(values: np.ndarray) -> Statistic:
    n, mean = len(values), float(values.mean())
    std = float(values.std(ddof=1)) if n > 1 else None
    half = float(t_halfwidth(np.array(std or 0.0), np.array(n)))
    interval = (mean - half, mean + half) if np.isfinite(half) else None
    low, middle, high = float(values.min()), float(np.median(values)), float(values.max())
    return Statistic(tuple(values.tolist()), n, mean, std, interval, middle, low, high)
