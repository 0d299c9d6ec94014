"""Methods are compared at the same achieved compression ratio.

What it checks
On each pair, each proposed method (each method, where none is proposed) against every other pruning method, at each
operating point they share: cells with one target where both have targets, else the nearest achieved ratio within 0.05
in log2. Achieved ratios that differ by at most 0.005 in log2 (`same`) are the same. Where they differ by more, the
local slope (points of the metric per doubling of the ratio, the steeper of the two methods' segments to the nearest
points at least 0.25 away in log2 beside the point) times the gap must be at most a quarter (`share`) of the difference
between the two means. Gaps above 0.05 at one target, and larger shares, fail. Where a method has no achieved ratio,
theoretical speedups that both record are compared instead; and where speedups were asked for, achieved speedups at one
such target, whatever the ratios are. Undecidable: no point in common, no size, or no neighbour to take a slope from.
Not applicable where nothing is compared.

Why it matters
Two per cent more weights can be worth more accuracy than a better score is. Bernoulli masks, filters and N:M patterns
do not hit a target exactly.

Example
At a target of 16×, `mine` achieves 15.2× and `global_magnitude` 16.3×: log2 16.3 ÷ 15.2 = 0.10, fail. At 16.0× and
16.2× (0.018), with 3 points lost per doubling, the gap is worth 0.05 points: fine where the methods differ by 0.2
points.

What it cannot see
A curve between two points is taken as straight. Where both methods do equally well, any gap beyond 0.005 counts, unless
it is worth less than one test example.

Source: Blalock et al. 2020, sections 4.4 and 6.
"""

import numpy as np
from msgspec import Struct

from audit.case import Case
from audit.results import CELL_GAP, TARGET_GAP, numbered
from audit.rule import FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.subjects import each_pair

RULE = Rule(
    "CMP007",
    "unequal-compression",
    Severity.WARNING,
    Scope.PAIR,
    absent=UNDECIDABLE,
    parameters={"same": 0.005, "share": 0.25},
)

ROUNDING = 1e-9
APART = 0.25  # log2 units
FAR = 4096.0  # log2 units: no two finite sizes are so far apart
_Said = tuple[Verdict, str, str, str, np.ndarray]  # verdict, what was seen, message, remedy, rows


def check(case: Case, *, same: float, share: float) -> Judgement:
    """Pair cells of different methods on each pair, and weigh the gap in ratio against the difference in quality."""
    cells = case.results.cells
    compared = case.scored & (cells.count(case.measured) > 0)
    subjects = each_pair(case.results, compared)
    sizes = _Sizes.of(case, compared)
    names = case.results.text("method").categories
    proposed = np.isin(cells.method, [names.index(name) for name in case.roles.proposed])
    said = [_about(case, sizes, subjects.cells(number), proposed, same, share) for number in range(len(subjects))]
    verdict, observed, message, remedy, rows = (list(each) for each in zip(*said, strict=True)) if said else ([],) * 5
    expected = f"equal achieved ratios, or a gap worth at most {share:g} of the difference between the methods"
    return Judgement(subjects, verdict, observed, expected, message, remedy, rows)


class _Sizes(Struct, frozen=True):
    """Of each cell (cells,): log2 of its achieved ratio, of its speedup and of its target; its mean, slope, and image.

    A cell that was asked for a speedup has that target, and no ratio; `faster` are those. `slope` is the steepest
    change of the metric per doubling beside the cell; NaN where it has no neighbour. `image` is what one test example
    is worth, 0 where that is not known.
    """

    ratio: np.ndarray
    speedup: np.ndarray
    target: np.ndarray
    faster: np.ndarray
    mean: np.ndarray
    slope: np.ndarray
    image: np.ndarray

    @classmethod
    def of(cls, case: Case, compared: np.ndarray) -> "_Sizes":
        cells = case.results.cells
        with np.errstate(divide="ignore", invalid="ignore"):
            faster = np.isfinite(np.log2(cells.speedup_target))
            asked = np.where(faster, cells.speedup_target, cells.target)
            logs = [np.log2(each) for each in (np.where(faster, np.nan, cells.ratio), cells.speedup, asked)]
            image = np.nan_to_num(1 / cells.extreme(case.results.number("n_test"), largest=False), nan=0.0, posinf=0.0)
        ratio, speedup, target = (np.where(np.isfinite(each), each, np.nan) for each in logs)
        mean = cells.mean(case.quality)
        size = np.where(np.isfinite(ratio), ratio, speedup)
        curve = numbered(cells.method_on_pair, faster.astype(int))
        return cls(ratio, speedup, target, faster, mean, _slopes(curve, size, mean, compared), np.fmax(image, 0.0))


def _slopes(curve: np.ndarray, size: np.ndarray, mean: np.ndarray, compared: np.ndarray) -> np.ndarray:
    """(cells,) the steeper of the segments to either side of each cell, along its method's curve.

    A segment leads to the nearest cell that is at least `APART` away: between nearer ones noise is steeper than any
    curve.
    """
    out = np.full(len(size), np.nan)
    usable = np.flatnonzero(compared & np.isfinite(size) & np.isfinite(mean))
    key = curve * FAR + size  # curve by curve, and sizes within each
    order = usable[np.argsort(key[usable], kind="stable")]
    above = np.searchsorted(key[order], key[order] + APART, side="left")
    below = np.searchsorted(key[order], key[order] - APART, side="right") - 1
    segments = []
    for other in (above, below):
        there = order[np.clip(other, 0, len(order) - 1)]
        on_curve = (other >= 0) & (other < len(order)) & (curve[there] == curve[order])
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            steep = np.abs((mean[there] - mean[order]) / (size[there] - size[order]))
        segments.append(np.where(on_curve, steep, np.nan))
    out[order] = np.fmax(*segments)
    return out


def _about(case: Case, sizes: _Sizes, covered: np.ndarray, proposed: np.ndarray, same: float, share: float) -> _Said:
    """What is said of one pair."""
    cells = case.results.cells
    rows = cells.rows_of(covered)
    mine = covered[proposed[covered]] if proposed[covered].any() else covered
    if len(np.unique(cells.method[covered])) < 2:
        return NOT_APPLICABLE, "", "there is one method on this pair: nothing is compared", "", rows
    here, there = _met(case, sizes, mine, covered)
    other = cells.method[here] != cells.method[there]
    here, there = here[other], there[other]
    gap = _gap(sizes, here, there)
    if not len(here):
        remedy = "run the methods at the same compression ratios, and record `compression_ratio`"
        unclear = "whether methods are compared at the same compression ratio cannot be told"
        return UNDECIDABLE, "no point that two methods share", unclear, remedy, rows
    with np.errstate(invalid="ignore"):
        worth = gap * np.fmax(sizes.slope[here], sizes.slope[there])
        effect = np.abs(sizes.mean[here] - sizes.mean[there])
        example = np.fmax(sizes.image[here], sizes.image[there])
        equal = gap <= same
        minor = (gap <= CELL_GAP + ROUNDING) & ((worth <= share * effect + ROUNDING) | (worth < example))
    unequal = np.flatnonzero((gap > CELL_GAP + ROUNDING) | ~(equal | minor | np.isnan(worth)))
    if len(unequal):
        worst = unequal[np.argmax(gap[unequal])]
        seen = _shown(case, int(here[worst]), int(there[worst]), float(gap[worst]), float(worth[worst]))
        seen += f" and {len(unequal) - 1} more points" if len(unequal) > 1 else ""
        message = f"methods are compared at unequal {'speedup' if sizes.faster[here[worst]] else 'compression'}"
        remedy = "prune to equal achieved sizes, or compare along the curves"
        return FAIL, seen, message, remedy, cells.rows_of(np.unique(np.concatenate([here[unequal], there[unequal]])))
    open_ = np.flatnonzero(~equal & np.isnan(worth) | np.isnan(gap))
    if len(open_):
        first = open_[0]
        seen = _shown(case, int(here[first]), int(there[first]), float(gap[first]), np.nan)
        remedy = "record `compression_ratio` at further ratios, or prune to equal ones"
        return UNDECIDABLE, seen, "what unequal compression is worth cannot be told", remedy, rows
    seen = f"{len(here)} comparisons, with gaps of at most {gap.max():.2g} in log2"
    seen += f" ({(~equal).sum()} of them worth at most {share:g} of the difference)" if (~equal).any() else ""
    message = f"methods are compared at the same {'speedup' if sizes.faster[here].all() else 'compression'}"
    return PASS, seen, message, "", cells.rows_of(np.unique(np.append(here, there)))


def _met(case: Case, sizes: _Sizes, mine: np.ndarray, covered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of cells that stand at one point: at one target where both have one, else at near sizes."""
    found = []
    for key, width in ((sizes.target, TARGET_GAP), (sizes.ratio, CELL_GAP), (sizes.speedup, CELL_GAP)):
        here, there = _near(key, mine, covered, width)
        targeted = np.isfinite(sizes.target[here]) & np.isfinite(sizes.target[there])
        by_ratio = np.isfinite(sizes.ratio[here]) & np.isfinite(sizes.ratio[there])
        kept = targeted if key is sizes.target else ~targeted & (by_ratio if key is sizes.ratio else ~by_ratio)
        speedups = case.results.cells.by_speedup
        kept &= (sizes.faster[here] == sizes.faster[there]) | (speedups[here] & speedups[there])
        found.append((here[kept], there[kept]))
    here, there = (np.concatenate(each) for each in zip(*found, strict=True))
    return here, there


def _near(key: np.ndarray, mine: np.ndarray, covered: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Every pair of one of mine and one that is covered whose keys (cells,) differ by at most a width."""
    mine, covered = (cells[np.isfinite(key[cells])] for cells in (mine, covered))
    order = covered[np.argsort(key[covered], kind="stable")]
    first = np.searchsorted(key[order], key[mine] - width, side="left")
    counts = np.searchsorted(key[order], key[mine] + width, side="right") - first
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(mine, counts), order[np.repeat(first, counts) + within]


def _gap(sizes: _Sizes, here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """The gap between pairs of cells in log2: of their ratios, else of their speedups; NaN where neither is known."""
    by_ratio = np.isfinite(sizes.ratio[here]) & np.isfinite(sizes.ratio[there])
    ratio, speedup = (np.abs(each[here] - each[there]) for each in (sizes.ratio, sizes.speedup))
    return np.where(by_ratio, ratio, speedup)


def _shown(case: Case, here: int, there: int, gap: float, worth: float) -> str:
    cells, names = case.results.cells, case.results.text("method").categories
    one, other = (f"`{names[cells.method[cell]]}` {cells.point(cell)}" for cell in (here, there))
    if not np.isfinite(gap):
        return f"{one} and {other}, whose achieved ratios are not recorded"
    metric = case.study.metric
    scale, unit = (100, " points") if metric.percent else (1, f" of `{case.study.metric_name}`")
    effect = abs(float(cells.mean(case.quality)[here] - cells.mean(case.quality)[there]))
    value = f", worth {scale * worth:.2g}{unit} of a difference of {scale * effect:.2g}" if np.isfinite(worth) else ""
    return f"{one} and {other}: {gap:.2g} apart in log2{value}"
