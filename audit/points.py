"""Operating points: the cells of different methods on a pair that are read beside each other.

Cells stand at one point where their compression ratios, as asked for, else as achieved, lie within 0.05 in log2. Where
a speedup was asked for, or a cell has neither, its theoretical speedup stands in, beside others of its kind.
"""

from collections.abc import Iterable

import numpy as np

from audit.results import CELL_GAP, Cells, grouped
from audit.study.claim import Claim


def operating_points(cells: Cells, among: np.ndarray) -> np.ndarray:
    """(cells,) a number for each operating point of a pair, over the cells of a mask; −1 for those without a size."""
    with np.errstate(divide="ignore", invalid="ignore"):
        target, ratio, faster, speedup = (
            np.log2(each) for each in (cells.target, cells.ratio, cells.speedup_target, cells.speedup)
        )
    by_speedup = cells.by_speedup
    target, achieved = np.where(by_speedup, faster, target), np.where(by_speedup, speedup, ratio)
    level = np.where(np.isfinite(target), target, achieved)
    chosen = np.flatnonzero(among & ~cells.dense & np.isfinite(level))
    order = chosen[np.lexsort((level[chosen], by_speedup[chosen], cells.pair[chosen]))]
    apart = np.diff(level[order]) > CELL_GAP
    apart |= (np.diff(by_speedup[order].astype(int)) != 0) | (np.diff(cells.pair[order]) != 0)
    points = np.full(len(cells), -1)
    points[order] = np.concatenate([[0], np.cumsum(apart)]) if len(order) else 0
    return points


def side_by_side(cells: Cells, among: np.ndarray) -> list[np.ndarray]:
    """The cells of a mask that stand at one operating point, in order, for each point where there are any."""
    points = operating_points(cells, among)
    there = np.flatnonzero(points >= 0)
    return [there[mine] for mine in grouped(points[there])]


def claimed_cells(cells: Cells, claim: Claim, *methods: str) -> np.ndarray:
    """(cells,) whether a cell above 1× is of one of these methods, and where a claim says that it holds."""
    results = cells.results

    def named(column: str, wanted: Iterable[str]) -> np.ndarray:
        categories = results.text(column).categories
        return np.isin(getattr(cells, column), [number for number, name in enumerate(categories) if name in wanted])

    chosen = ~cells.dense & named("method", methods)
    for column, wanted in (("dataset", claim.datasets), ("architecture", claim.architectures)):
        if wanted:
            chosen &= named(column, wanted)
    if claim.ratios:
        with np.errstate(divide="ignore", invalid="ignore"):
            sizes = np.log2(np.stack([cells.target, cells.ratio]))
            gaps = np.abs(sizes[:, :, None] - np.log2(np.array(claim.ratios)))
        chosen &= (gaps <= CELL_GAP).any(axis=(0, 2))
    return chosen
