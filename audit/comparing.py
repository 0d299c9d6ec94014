"""Two methods at one point: which runs speak, which test applies, and when none does.

Paired where initial weights are equal between the methods at each seed and distinct between seeds, else Welch. What is
said here holds for claims and for CLM003 alike.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from audit.case import Case
from audit.points import operating_points
from audit.results import distinct, numbered
from audit.schema import DROP
from audit.settings import SETTING, Settings
from audit.stats.differences import Difference, paired, welch
from audit.stats.intervals import clopper_pearson
from audit.stats.rates import RateDifference, separation
from audit.study.claim import COLLAPSE_RATE, COSTS
from audit.study.metric import Metric

LEAST_SEEDS = 2
PAIRED, WELCH, FISHER, COUNTED = "paired t", "Welch's t", "Fisher's exact", "counted"
COUNTS = ("theoretical_speedup", "macs_nonzero")  # counted, not sampled


class Obstacle(Struct, frozen=True):
    """Why two cells cannot be compared, and what would settle it."""

    why: str
    remedy: str


class Sample(Struct, frozen=True, eq=False):
    """The runs of one method at one point (runs,), by seed: values in the metric's unit, seeds, and weights by code.

    `weights` is −1 where the initial weights are not recorded; `collapsed` marks runs at chance level. `called` names
    the method and its point. `obstacle` says why the runs cannot be compared with others.
    """

    called: str
    values: np.ndarray
    seeds: np.ndarray
    weights: np.ndarray
    collapsed: np.ndarray
    examples: float
    obstacle: Obstacle | None = None
    notes: tuple[str, ...] = ()

    @property
    def dead(self) -> bool:
        """Whether every run has collapsed."""
        return bool(len(self.collapsed) and self.collapsed.all())


class Runs(Struct, frozen=True, eq=False):
    """The runs of all cells under one metric, grouped once: (runs,) in the order of cells, by seed within a cell.

    Rows of one seed and setting are one run with their mean. Of cells (cells,): rows that came to no number, rows
    without a seed, settings, and rows that are means over several networks. `told` (rows,) is every row's value.
    """

    case: Case
    metric: str
    starts: np.ndarray
    values: np.ndarray
    seeds: np.ndarray
    weights: np.ndarray
    collapsed: np.ndarray
    examples: np.ndarray
    lost: np.ndarray
    unseeded: np.ndarray
    settings: np.ndarray
    means: np.ndarray
    told: np.ndarray

    @classmethod
    def of(cls, case: Case, metric: str, definition: Metric, among: np.ndarray | None = None) -> "Runs":
        """Group the rows of a mask (rows,); `case` is that of the study's own metric."""
        results, cells = case.results, case.results.cells
        among = np.ones(len(results), bool) if among is None else among
        values, collapsed = _values(case, metric, definition)
        finite = np.isfinite(values) & among
        seed = results.text("seed").codes
        several = results.number("n") > 1
        used = np.flatnonzero(finite & (seed >= 0) & ~several)
        rank = np.empty(len(results), np.int64)
        rank[cells.order] = np.arange(len(results))  # by cell, then by seed
        used = used[np.argsort(rank[used], kind="stable")]
        run = case.run[used]
        first, place = np.unique(run, return_index=True, return_inverse=True)[1:]
        order = np.argsort(first, kind="stable")  # runs in the order in which they are first met
        place = np.argsort(order, kind="stable")[place]
        first, count = first[order], np.bincount(place, minlength=len(order))
        weights = results.text("initial_weights").codes[used]
        low, high = np.full(len(order), np.inf), np.full(len(order), -np.inf)
        np.minimum.at(low, place, weights)
        np.maximum.at(high, place, weights)
        known = np.zeros(len(results) + 1, bool)
        known[run] = True
        missing = among & ~np.isfinite(values) & ~known[case.run]
        return cls(
            case,
            metric,
            np.searchsorted(cells.of_row[used[first]], np.arange(len(cells) + 1)),
            np.bincount(place, weights=values[used], minlength=len(order)) / np.maximum(count, 1),
            seed[used[first]],
            np.where(low == high, weights[first], -1),
            np.bincount(place, weights=collapsed[used], minlength=len(order)) > 0,
            cells.extreme(np.where(finite, results.number("n_test"), np.nan), largest=False),
            cells.count(missing),
            cells.count(finite & (seed < 0) & ~several),
            _settings(case, finite),
            cells.count(finite & several),
            np.where(finite, values, np.nan),
        )

    @property
    def shown(self) -> np.ndarray:
        """(cells,) whether a cell was run: it has a number, or should have one of the study's own metric."""
        lost = (self.lost > 0) & (self.metric in (self.case.study.metric_name, COLLAPSE_RATE))
        return (np.diff(self.starts) > 0) | (self.unseeded > 0) | (self.means > 0) | lost

    def called(self, cell: int) -> str:
        """A cell in words: its method and its point."""
        results, cells = self.case.results, self.case.results.cells
        return f"`{results.text('method').categories[cells.method[cell]]}` at {cells.point(cell)}"

    def sample(self, cell: int) -> Sample:
        """The runs of one cell."""
        here = slice(self.starts[cell], self.starts[cell + 1])
        sample = Sample(
            self.called(cell),
            self.values[here],
            self.seeds[here],
            self.weights[here],
            self.collapsed[here],
            float(self.examples[cell]),
        )
        notes = []
        if self.unseeded[cell] and len(sample.values):
            notes.append(f"{self.unseeded[cell]} without a seed of {sample.called} left out")
        rows = self.case.results.cells.rows(cell)
        if self.metric not in COSTS and not np.isfinite(self.case.chance[rows]).any():
            notes.append("the chance level is not known, and so not which runs have collapsed")
        return replace(sample, obstacle=self._obstacle(cell, sample), notes=tuple(notes))

    def _obstacle(self, cell: int, sample: Sample) -> Obstacle | None:
        called, number = sample.called, len(sample.values)
        if self.means[cell]:
            return Obstacle(
                f"{called} is a mean whose runs cannot be seen",
                "give the runs themselves, one row each, with their seeds",
            )
        if not number and self.unseeded[cell]:
            return Obstacle(f"the runs of {called} have no seed", "add the column `seed`")
        if self.metric == COLLAPSE_RATE and not np.isfinite(self.case.chance[self.case.results.cells.rows(cell)]).any():
            remedy = "declare `[dataset.NAME] classes`, or `chance` of the metric"
            return Obstacle(f"the chance level of {called} is not known, and so not what has collapsed", remedy)
        if self.lost[cell]:
            lost = f"{self.lost[cell]} of {number + self.lost[cell]} runs of {called}"
            return Obstacle(
                f"{lost} did not finish or have no `{self.metric}`", "finish these runs, or record what they came to"
            )
        if not number:
            return Obstacle(f"no run of {called} has a `{self.metric}`", f"run {called} and record `{self.metric}`")
        if self.settings[cell] > 1:
            return Obstacle(
                f"the runs of {called} differ in their hyperparameters",
                "keep the runs of one setting, chosen beforehand",
            )
        if number < LEAST_SEEDS:
            return Obstacle(f"there is one seed of {called}", f"run {LEAST_SEEDS} seeds or more")
        if self.metric in (COLLAPSE_RATE, *COSTS):
            return None
        return bimodal(sample)


def _settings(case: Case, finite: np.ndarray) -> np.ndarray:
    """(cells,) how many hyperparameter settings the rows of a mask (rows,) have, where a cell's method stands there."""
    results, cells = case.results, case.results.cells
    within = cells.distinct(Settings.of(case).of_row, finite)
    point = numbered(cells.method_on_pair, operating_points(cells, np.ones(len(cells), bool)))
    named = results.text(SETTING).codes + 1
    beside = distinct(point[cells.of_row[finite]], named[finite], int(point.max(initial=-1)) + 1)
    return np.maximum(within, beside[point])


def bimodal(sample: Sample) -> Obstacle | None:
    """What stands in the way where collapsed and living runs mix: no mean describes both."""
    dead, number = int(sample.collapsed.sum()), len(sample.collapsed)
    if not 0 < dead < number:
        return None
    low, high = clopper_pearson(np.array(dead), np.array(number))
    rate = f"95 % interval of the rate {100 * low:.0f}–{100 * high:.0f} %"
    return Obstacle(
        f"bimodal: {dead} of {number} runs of {sample.called} collapsed ({rate}), the others live",
        f'claim the rate of collapse itself (`metric = "{COLLAPSE_RATE}"`), or leave this ratio out of the claim',
    )


def _values(case: Case, metric: str, definition: Metric) -> tuple[np.ndarray, np.ndarray]:
    """(rows,) a metric, NaN where a run failed or does not have it, and whether the network has collapsed.

    What is collapsed is read from the study's metric, and from the claim's own where its chance level is declared.
    """
    results = case.results
    if metric == case.study.metric_name:
        return case.quality, case.collapsed
    if metric == DROP:
        return case.drop, case.collapsed
    if metric == COLLAPSE_RATE:
        known = np.isfinite(case.quality) & np.isfinite(case.chance)
        return np.where(known, case.collapsed.astype(float), np.nan), case.collapsed
    if metric in COSTS:
        return _costs(case, metric), case.collapsed
    own = case.judged_by(metric, definition)
    return np.where(results.evaluated, own.quality, np.nan), case.collapsed | own.collapsed


def _costs(case: Case, metric: str) -> np.ndarray:
    """(rows,) a cost; a dense network's own where its row does not repeat it."""
    results = case.results
    values = results.speedup if metric == "theoretical_speedup" else results.number(metric)
    dense = {
        "theoretical_speedup": np.ones(len(results)),
        "macs_nonzero": results.number("macs"),
        "latency_pruned": results.number("latency_dense"),
    }[metric]
    values = np.where(results.dense & np.isnan(values), dense, values)
    return np.where(results.evaluated & np.isfinite(values), values, np.nan)


class Contrast(Struct, frozen=True, eq=False):
    """Two samples held against each other: first − second in the better direction, and the test that applies.

    `difference` is None where `obstacle` stands in the way. No p is below `floor`: where one method has collapsed as a
    whole and the other not at all, chance alone may have parted them. `exact` says that the difference is counted and
    the same in every run, so that nothing is left to test. `within` holds what the deviation of a plan is pooled from:
    the values (runs,) of each group whose spread the test looks at.
    """

    n: tuple[int, int]
    difference: Difference | RateDifference | None
    test: str
    obstacle: Obstacle | None = None
    checkpoint: str = ""
    floor: float = 0.0
    exact: bool = False
    within: tuple[np.ndarray, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def estimate(self) -> float:
        """The observed difference; NaN where there is none."""
        return np.nan if self.difference is None else self.difference.estimate

    def interval(self, level: float) -> tuple[float, float] | None:
        """The two-sided interval at `level`; of an exact difference it has no width."""
        if self.difference is None:
            return None
        return (self.estimate, self.estimate) if self.exact else self.difference.interval(level)

    def above(self, null: float) -> float:
        """Twice the one-sided p of a difference above `null`; 1 where nothing can be tested."""
        if self.difference is None:
            return 1.0
        if self.exact:
            return float(self.estimate <= null)
        return min(1.0, max(2 * self.difference.p_above(null), self.floor))

    def below(self, null: float) -> float:
        """Twice the one-sided p of a difference below `null`; 1 where nothing can be tested."""
        if self.difference is None:
            return 1.0
        if self.exact:
            return float(self.estimate >= null)
        return min(1.0, max(2 * self.difference.p_below(null), self.floor))

    def inside(self, margin: float) -> float:
        """The p of equivalence within ±`margin`; 1 where nothing can be tested."""
        if self.difference is None:
            return 1.0
        return float(abs(self.estimate) >= margin) if self.exact else self.difference.p_within(margin)


def contrast(first: Sample, second: Sample, metric: str, direction: float) -> Contrast:
    """Hold two samples of a metric against each other; `direction` is +1 where a higher value is better, else −1."""
    n = (len(first.values), len(second.values))
    notes = (*first.notes, *second.notes)
    if obstacle := first.obstacle or second.obstacle:
        return Contrast(n, None, "", obstacle, notes=notes)
    if metric == COLLAPSE_RATE:
        dead = (int(first.collapsed.sum()), int(second.collapsed.sum()))
        return Contrast(n, RateDifference(dead[::-1], n[::-1]), FISHER, notes=notes)
    cost = metric in COSTS
    if not cost and first.dead and second.dead:
        why = f"all runs of {first.called} and of {second.called} have collapsed: nothing that lives is compared"
        return Contrast(n, None, "", Obstacle(why, "claim it at ratios where a method lives"), notes=notes)
    matched = _match(first, second)
    checkpoint, unknown = _checkpoint(first, second)
    if unknown:
        notes += (unknown,)
    one, other = direction * first.values, direction * second.values
    difference = paired(one, other[matched]) if matched is not None else welch(one, other)
    test = PAIRED if matched is not None else WELCH
    if not difference.testable:
        if metric in COUNTS:
            return Contrast(n, difference, COUNTED, checkpoint=checkpoint, exact=True, notes=notes)
        same = "all differences are equal" if matched is not None else "all runs of each method agree"
        why = f"{first.called} and {second.called}: {same}, which does not show that there is no variation"
        return Contrast(n, None, "", Obstacle(why, "run more seeds, or record more digits"), checkpoint, notes=notes)
    parted = not cost and first.dead != second.dead
    if parted:
        lost, alive = (first, second) if first.dead else (second, first)
        notes += (f"all runs of {lost.called} have collapsed and none of {alive.called}",)
    within = (one - other[matched],) if matched is not None else (one, other)
    return Contrast(
        n,
        difference,
        test,
        checkpoint=checkpoint,
        floor=separation(n) if parted else 0.0,
        within=within,
        notes=notes,
    )


def _match(first: Sample, second: Sample) -> np.ndarray | None:
    """For each run of the first the run of the second with its seed, where the test is paired; else None."""
    if len(first.seeds) != len(second.seeds) or not np.array_equal(np.sort(first.seeds), np.sort(second.seeds)):
        return None
    matched = np.argsort(second.seeds)[np.argsort(np.argsort(first.seeds))]
    known = (first.weights >= 0).all()
    same = np.array_equal(first.weights, second.weights[matched])
    apart = len(np.unique(first.weights)) == len(first.weights)
    return matched if known and same and apart else None


def _checkpoint(first: Sample, second: Sample) -> tuple[str, str]:
    """What to add to a verdict where seeds share initial weights, and what to note where that is not known."""
    shared = [len(np.unique(each.weights)) for each in (first, second) if _shares(each)]
    if shared:
        return ("for this checkpoint" if max(shared) == 1 else "for these checkpoints"), ""
    if (first.weights < 0).any() or (second.weights < 0).any():
        return "", "whether seeds share initial weights is not recorded"
    return "", ""


def _shares(sample: Sample) -> bool:
    return bool((sample.weights >= 0).all() and len(np.unique(sample.weights)) < len(sample.weights))


def test_set_error(first: Sample, second: Sample) -> float:
    """√(d/N): one standard error of a difference of two networks on one test set of N examples.

    d, the share of examples that one of them alone gets right, is bounded by the sum of the two error rates (and of the
    two accuracies), since predictions are not kept. NaN where N is not known.
    """
    one, other = float(np.mean(first.values)), float(np.mean(second.values))
    discordance = min(2 - one - other, one + other, 1.0)
    examples = np.fmin(first.examples, second.examples)
    return float(np.sqrt(max(discordance, 0.0) / examples)) if examples > 0 else np.nan


def conditions(definition: Metric, found: Contrast, first: Sample, second: Sample) -> str:
    """What an outcome is bound to: a checkpoint that seeds share; this test set, unless the effect exceeds its error.

    Only metrics that count examples have a known test-set error.
    """
    bound = [found.checkpoint] if found.checkpoint else []
    if definition.count and found.difference is not None and not abs(found.estimate) > test_set_error(first, second):
        bound.append("on this test set")
    return ", ".join(bound)


def along(samples: Sequence[Sample], weigh: np.ndarray, called: str) -> Sample:
    """One value a run from the samples of a method at several points: the sum of its values by weight (points,).

    Only runs count that all samples have; the first sample's weights and seeds stand for all.
    """
    seeds = [sample.seeds for sample in samples]
    common = seeds[0][[all(seed in each for each in seeds) for seed in seeds[0]]]
    at = [np.array([int(np.flatnonzero(each == seed)[0]) for seed in common], np.int64) for each in seeds]
    values = np.stack([sample.values[rows] for sample, rows in zip(samples, at, strict=True)], axis=1)
    first = samples[0]
    return Sample(
        called,
        values @ weigh,
        common,
        first.weights[at[0]],
        np.zeros(len(common), bool),
        first.examples,
        next((sample.obstacle for sample in samples if sample.obstacle), None),
        tuple(dict.fromkeys(note for sample in samples for note in sample.notes)),
    )
