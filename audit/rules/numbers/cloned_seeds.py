"""Runs with different seeds are different runs.

What it checks
Within each cell, runs with different seeds that tie. A tie of `loss` with seven significant digits or more beside equal
accuracies, of a digest of the predictions, or of whole curves counts outright. Ties of the metric are weighed: the
probability that two runs tie, from the cell's own spread over seeds, is multiplied over the cells in which two seeds of
a method tie, by 2 for each cell of the method (the mean of 1 ÷ product is at most that), and by the pairs of seeds that
were examined; below 1e-6 (`level`) it fails. Losses or digests that differ clear a tie. Left out are collapsed
networks, dense ones whose initial weights are not known to differ, and runs with equal initial weights (RES004 counts
such runs once); also digests of networks with fewer than 20 errors, and of those nearer to chance than to dense, which
may predict one class of an unbalanced test set, as may such networks whose accuracy stands in several cells. Where
initial weights are not recorded and all seeds of a cell tie, the runs may be deterministic on one checkpoint:
undecidable; so it is where two seeds tie in every cell of a method, of three or more, and the spread does not explain
that (5 %), or there is none. One finding for each method on a pair.

Why it matters
An interval over copies is too narrow, and three seeds that are one are one.

Example
Seeds 1 and 2 with a loss of 0.3127461 at 4×, 8× and 16×, while seed 3 differs.

What it cannot see
Copies of two seeds in one cell or two without losses, digests or curves, since two equal values show no spread;
copies that were disturbed. It is wrong where a seed was recorded that governs nothing, or one run was logged twice; the
finding names them. False alarms: at most 0.2 % of clean studies (docs/false_positives.md).

Source: Markov's inequality for products of independent ties; the idea is that of duplicate-record screening.
"""

from math import erf

import numpy as np
from msgspec import Struct

from audit.case import Case
from audit.results import Curves, numbered
from audit.rule import FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.subjects import each_method

RULE = Rule(
    "NUM008",
    "cloned-seeds",
    Severity.ERROR,
    Scope.METHOD,
    absent=NOT_APPLICABLE,
    parameters={"level": 1e-6},
)

DIGITS = 7  # significant digits of a loss that two runs do not share by chance
ERRORS = 20  # wrong predictions below which two good networks may agree on all
CELLS = 3  # of a method: ties in fewer are no pattern
EXPLAINED = 0.05  # likely enough to be chance
CURVE = 8  # distinct values that make a curve one of its own
WIDEST = 3.0  # a cell's deviation counts up to so many times the median one of its pair: outliers are no spread
ARITHMETIC = 1e-4  # of a loss: deterministic runs differ by so much between machines
_Said = tuple[Verdict, str, str, str, np.ndarray]


def check(case: Case, *, level: float) -> Judgement:
    """Weigh the ties of each pair of seeds of each method on each pair."""
    subjects = each_method(case.results)
    ties = _Ties.of(case)
    found = ties.by_method(case, level)
    method = case.results.cells.method_on_pair
    said = [
        _about(case, ties, found.get(int(method[subjects.cells(number)[0]]), []), subjects.cells(number), level)
        for number in range(len(subjects))
    ]
    verdict, observed, message, remedy, rows = (list(each) for each in zip(*said, strict=True)) if said else ([],) * 5
    rows = [mine if len(mine) else subjects.rows(number) for number, mine in enumerate(rows)]
    return Judgement(subjects, verdict, observed, "runs that differ between seeds", message, remedy, rows)


class _Pair(Struct, frozen=True):
    """Two seeds of a method that tie somewhere: the rows that tie (ties, 2), what ties, and how likely that is.

    `outright` names what ties beyond chance; `shared` is whether only one checkpoint for all seeds would explain it.
    `chance` is the probability of the ties of the metric, a bound, before it is multiplied by the pairs examined.
    `everywhere` is whether they tie in every compared cell of the method, of CELLS or more, and chance does not explain
    it: where no cell has a spread, nothing says that it does.
    """

    rows: np.ndarray
    outright: tuple[str, ...]
    shared: bool
    chance: float
    everywhere: bool


class _Ties(Struct, frozen=True):
    """The runs that are compared (runs,), one for each seed of a cell; how likely a tie is in each cell (cells,)."""

    rows: np.ndarray
    cell: np.ndarray
    seed: np.ndarray
    quality: np.ndarray
    likely: np.ndarray
    examined: int
    compared: np.ndarray

    @classmethod
    def of(cls, case: Case) -> "_Ties":
        """Choose the runs, and work out how likely a tie of the metric is in each cell."""
        results, cells = case.results, case.results.cells
        seed = results.text("seed").codes
        usable = np.isfinite(case.quality) & (seed >= 0) & ~(results.number("n") > 1) & ~case.collapsed
        usable &= ~_one_class(case)
        rows = cells.order[usable[cells.order]]
        first = np.unique(numbered(cells.of_row[rows], seed[rows]), return_index=True)[1]
        rows = rows[first]
        compared = np.bincount(cells.of_row[rows], minlength=len(cells)) > 1
        rows = rows[compared[cells.of_row[rows]]]
        likely = _likely(case, rows)
        per_method = np.unique(numbered(cells.method_on_pair[cells.of_row[rows]], seed[rows]), return_index=True)[1]
        seeds = np.bincount(cells.method_on_pair[cells.of_row[rows[per_method]]])
        examined = int((seeds * (seeds - 1) // 2).sum())
        return cls(rows, cells.of_row[rows], seed[rows], case.quality[rows], likely, examined, compared)

    def by_method(self, case: Case, level: float) -> dict[int, list[_Pair]]:
        """The pairs of seeds that tie beyond chance, by method on a pair; seeds in order."""
        cells = case.results.cells
        candidates = [self._equal(), self._equal_digests(case)]
        first, second = (np.concatenate([pair[side] for pair in candidates]) for side in (0, 1))
        if not len(first):
            return {}
        both = np.unique(np.stack([np.minimum(first, second), np.maximum(first, second)], axis=1), axis=0)
        evidence = _Evidence.of(case, self, both)
        counts = ~evidence.cleared & ~evidence.exempt
        both, evidence = both[counts], evidence.take(np.flatnonzero(counts))
        method = cells.method_on_pair[self.cell[both[:, 0]]]
        key = numbered(method, *np.sort(self.seed[both], axis=1).T)
        groups = int(key.max(initial=-1)) + 1
        least = np.log(np.maximum(self.likely[self.cell[both[:, 0]]], 1e-300))
        informative = np.bincount(
            cells.method_on_pair[self.compared & (self.likely < 1)], minlength=method.max(initial=0) + 1
        )
        of_group = method[np.unique(key, return_index=True)[1]]
        chance = np.bincount(key, np.where(evidence.equal, least, 0.0), minlength=groups)
        chance = chance + np.log(2.0) * informative[of_group]
        odds = chance + np.log(max(self.examined, 1))
        outright = np.any(list(evidence.outright.values()), axis=0)
        telling = np.bincount(key[outright], minlength=groups) > 0
        telling |= odds < np.log(level)
        unexplained = (informative[of_group] == 0) | (odds < np.log(EXPLAINED))
        cells_tied, compared = np.bincount(key), np.bincount(cells.method_on_pair[self.compared])
        everywhere = (cells_tied >= np.maximum(compared[of_group], CELLS)) & unexplained
        telling |= everywhere
        out: dict[int, list[_Pair]] = {}
        order = np.argsort(key, kind="stable")
        starts = np.searchsorted(key[order], np.arange(groups + 1))
        for group in np.flatnonzero(telling).tolist():
            mine = order[starts[group] : starts[group + 1]]
            kinds = tuple(name for name, ties in evidence.outright.items() if ties[mine].any())
            used = mine[outright[mine]] if kinds else mine[evidence.equal[mine]]
            shared = bool(kinds) and bool(evidence.shared[used].all())
            likely = float(np.exp(min(chance[group], 0.0)))
            pair = _Pair(self.rows[both[used]], kinds, shared, likely, bool(everywhere[group]))
            out.setdefault(int(method[mine[0]]), []).append(pair)
        return out

    def _equal(self) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of runs of a cell with equal values of the metric: positions among the runs."""
        return _within(numbered(self.cell, np.unique(self.quality, return_inverse=True)[1]))

    def _equal_digests(self, case: Case) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of runs of a cell with equal digests of predictions."""
        digest = case.results.text("predictions").codes[self.rows]
        known = np.flatnonzero(digest >= 0)
        first, second = _within(numbered(self.cell[known], digest[known])) if len(known) else (known, known)
        return known[first], known[second]


class _Evidence(Struct, frozen=True):
    """Of pairs of runs (pairs,): whether the metric ties, what else does, and what speaks for the pair.

    `cleared` pairs differ in a full-precision loss or a digest; `exempt` ones may be equal; `shared` ones are equal
    like all seeds of their cell, so that one checkpoint would explain them.
    """

    equal: np.ndarray
    outright: dict[str, np.ndarray]
    cleared: np.ndarray
    exempt: np.ndarray
    shared: np.ndarray

    def take(self, pairs: np.ndarray) -> "_Evidence":
        """Some of the pairs."""
        outright = {name: ties[pairs] for name, ties in self.outright.items()}
        return _Evidence(self.equal[pairs], outright, self.cleared[pairs], self.exempt[pairs], self.shared[pairs])

    @classmethod
    def of(cls, case: Case, ties: _Ties, both: np.ndarray) -> "_Evidence":
        """Look at everything that two runs record; `both` (pairs, 2) are positions among the runs."""
        results = case.results
        one, other = ties.rows[both[:, 0]], ties.rows[both[:, 1]]
        equal = case.quality[one] == case.quality[other]
        loss = results.number("loss")
        full = _full(case, "loss", one) & _full(case, "loss", other)
        same_loss = full & (loss[one] == loss[other])
        digest = results.text("predictions").codes
        hashed = (digest[one] >= 0) & (digest[other] >= 0)
        same_digest = hashed & (digest[one] == digest[other]) & _many_errors(case, one) & ~_low(case)[one]
        same_curve = _same_curves(results.curves, one, other, equal) if equal.any() else np.zeros(len(one), bool)
        weights = results.text("initial_weights").codes
        known = (weights[one] >= 0) & (weights[other] >= 0)
        exempt = (known & (weights[one] == weights[other])) | (results.dense[one] & ~known)
        differ = np.isfinite(loss[one]) & np.isfinite(loss[other]) & (loss[one] != loss[other])
        cleared = differ | (hashed & (digest[one] != digest[other]))
        outright = {
            "`loss`": same_loss & equal,
            "digests of predictions": same_digest,
            "whole curves": same_curve & equal,
        }
        return cls(equal, outright, cleared, exempt, ~known & _alike(case, ties)[ties.cell[both[:, 0]]])


def _one_class(case: Case) -> np.ndarray:
    """(rows,) whether a low network may predict one class of an unbalanced test set.

    Such networks have one accuracy, above chance, in several cells of their pair; without a chance level, any.
    """
    cells = case.results.cells
    known = np.isfinite(case.quality)
    value = np.unique(np.where(known, case.quality, 0.0), return_inverse=True)[1]
    same = numbered(cells.pair[cells.of_row], np.where(known, value, -1))
    first = np.unique(numbered(same, cells.of_row), return_index=True)[1]
    in_cells = np.bincount(same[first], minlength=int(same.max(initial=-1)) + 1)[same]
    return known & _low(case) & ((in_cells > 1) | np.isnan(case.chance))


def _low(case: Case) -> np.ndarray:
    """(rows,) whether a network is nearer to chance than to its dense network."""
    if case.direction < 0 and np.isnan(case.chance).all():
        return np.zeros(len(case.results), bool)
    chance, dense = np.nan_to_num(case.chance, nan=0.0), case.dense_quality
    pair = case.results.cells.pair[case.results.cells.of_row]
    best = np.full(int(pair.max(initial=-1)) + 1, -np.inf)
    np.fmax.at(best, pair, case.direction * case.quality)
    dense = np.where(np.isnan(dense), case.direction * best[pair], dense)
    return case.direction * (case.quality - chance) <= 0.5 * case.direction * (dense - chance)


def _within(group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of members of the same group: neighbours of a run of equal members, so that a tie of k gives k − 1.

    Every seed of a tie is in a pair, and pairs stay few where many seeds tie.
    """
    order = np.argsort(group, kind="stable")
    ties = np.flatnonzero(np.diff(group[order]) == 0)
    return order[ties], order[ties + 1]


def _likely(case: Case, rows: np.ndarray) -> np.ndarray:
    """(cells,) the probability that two runs of a cell tie in the metric: that of two normal values within one step.

    The step is the printed place, or an example; where neither is known, the smallest difference that the pair shows.
    """
    results, cells = case.results, case.results.cells
    among = np.zeros(len(results), bool)
    among[rows] = True
    values = np.where(among, case.quality, np.nan)
    deviation = cells.deviation(values)
    pair = cells.pair
    own = np.where(np.nan_to_num(deviation) > 0, deviation, np.nan)
    order = np.lexsort((case.quality[rows], pair[cells.of_row[rows]]))
    gaps, same = np.diff(case.quality[rows][order]), np.diff(pair[cells.of_row[rows]][order]) == 0
    smallest = np.full(int(pair.max(initial=-1)) + 1, np.inf)
    np.minimum.at(smallest, pair[cells.of_row[rows]][order][1:][same & (gaps > 0)], gaps[same & (gaps > 0)])
    count = np.full(len(results), case.study.metric.count)
    step = np.where(count & np.isfinite(case.examples), 1 / case.examples, np.nan)
    step = np.where(np.isnan(step), smallest[pair[cells.of_row]], step)
    step = np.maximum(step, results.last_places(case.study.metric_name))
    finest = cells.extreme(np.where(among, step, np.nan), largest=False)  # others end in zeros
    limit = np.full(len(smallest), np.inf)
    for each in np.unique(pair[np.isfinite(own)]):
        limit[each] = WIDEST * np.nanmedian(own[pair == each])
    own = np.minimum(own, limit[pair])
    with np.errstate(invalid="ignore", divide="ignore"):
        steps = finest / (4 * own)
    likely = np.array([erf(step) for step in steps.tolist()])  # not scipy's, which is slow to import
    return np.where(np.isfinite(likely), likely, 1.0)


def _full(case: Case, name: str, rows: np.ndarray) -> np.ndarray:
    """(some rows,) whether a number is known to DIGITS significant digits."""
    values, texts = case.results.number(name)[rows], case.results.written.get(name)
    shown = [repr(value) for value in values.tolist()] if texts is None else [text or "" for text in texts[rows]]
    digits = [len(text.lower().partition("e")[0].replace(".", "").lstrip("+-0 ").rstrip()) for text in shown]
    return np.isfinite(values) & (values != 0) & (np.array(digits, int) >= DIGITS)


def _many_errors(case: Case, rows: np.ndarray) -> np.ndarray:
    """(some rows,) whether a network errs so often that another one does not predict the same by being as good."""
    examples = np.nan_to_num(case.examples[rows], nan=1000.0)
    wrong = (1 - case.quality[rows]) * examples
    return np.full(len(rows), case.study.metric_name == "top1") & (wrong >= ERRORS)


def _alike(case: Case, ties: _Ties) -> np.ndarray:
    """(cells,) whether all seeds of a cell tie in the metric, or in the loss up to the arithmetic of machines."""
    cells = case.results.cells
    among = np.zeros(len(case.results), bool)
    among[ties.rows] = True
    out = np.zeros(len(cells), bool)
    for values, share in ((case.quality, 0.0), (case.results.number("loss"), ARITHMETIC)):
        held = np.where(among, values, np.nan)
        low, high = cells.extreme(held, largest=False), cells.extreme(held, largest=True)
        with np.errstate(invalid="ignore"):
            out |= (high - low <= share * np.abs(high)) & (cells.count(np.isfinite(held)) == cells.count(among))
    return out


def _same_curves(curves: Curves, one: np.ndarray, other: np.ndarray, among: np.ndarray) -> np.ndarray:
    """(pairs,) whether two runs have the same curves, with enough distinct values to be no accident."""
    out = np.zeros(len(one), bool)
    wanted = np.zeros(max(curves.row.max(initial=-1), one.max(), other.max()) + 1, bool)
    wanted[one[among]] = wanted[other[among]] = True
    chosen = np.flatnonzero(wanted[curves.row])
    order = chosen[np.lexsort((curves.epoch[chosen], curves.curve.codes[chosen], curves.row[chosen]))]
    row = curves.row[order]
    held = np.stack([curves.curve.codes[order], curves.epoch[order], curves.value[order]]).T
    for pair in np.flatnonzero(among):
        (a, b), (c, d) = (np.searchsorted(row, [each, each + 1]) for each in (one[pair], other[pair]))
        out[pair] = (
            b - a == d - c
            and len(np.unique(held[a:b, 2])) >= CURVE
            and np.array_equal(held[a:b], held[c:d], equal_nan=True)
        )
    return out


def _about(case: Case, ties: _Ties, pairs: list[_Pair], covered: np.ndarray, level: float) -> _Said:
    """What is said of one method on one pair."""
    none = np.empty(0, np.int64)
    if not ties.compared[covered].any():
        return NOT_APPLICABLE, "", "no cell has two living runs with different seeds", "", none
    certain = [pair for pair in pairs if pair.outright and not pair.shared]
    weighed = [pair for pair in pairs if not pair.outright and pair.chance * ties.examined < level]
    unclear = [pair for pair in pairs if (pair.outright and pair.shared) or pair.everywhere]
    if certain or weighed:
        both = certain + weighed
        rows = np.unique(np.concatenate([pair.rows.ravel() for pair in both]))
        remedy = (
            "run each seed, and record losses, predictions and initial weights; innocent explanations: the seed "
            "governs nothing, one run was logged twice, or the runs are deterministic on one checkpoint"
        )
        return FAIL, _shown(case, ties, both), "runs inconsistent with different seeds", remedy, rows
    if unclear:
        rows = np.unique(np.concatenate([pair.rows.ravel() for pair in unclear]))
        message = "seeds tie throughout: whether they are copies, or deterministic on one checkpoint, cannot be told"
        remedy = "record `initial_weights`, `mask` and `predictions`: runs that agree in all three are counted once"
        return UNDECIDABLE, _shown(case, ties, unclear), message, remedy, rows
    cells = int(ties.compared[covered].sum())
    return (
        PASS,
        f"{cells} cell{'' if cells == 1 else 's'} with two seeds or more",
        "runs differ between seeds",
        "",
        none,
    )


def _shown(case: Case, ties: _Ties, pairs: list[_Pair]) -> str:
    """The strongest tie, with its arithmetic, and how many more."""
    results, cells, name = case.results, case.results.cells, case.study.metric_name
    pair = max(pairs, key=lambda each: (len(each.outright), len(each.rows), -each.chance))
    seeds = sorted({str(results.text("seed").text(int(row))) for row in pair.rows[0]})
    points = [cells.point(cells.of_row[row]) for row in pair.rows[:, 0]]
    at = ", ".join(points[:5]) + (", …" if len(points) > 5 else "")
    more = f"; and {len(pairs) - 1} more" if len(pairs) > 1 else ""
    if pair.outright:
        value = results.number("loss")[pair.rows[0, 0]]
        shown = f" ({value:.10g})" if "`loss`" in pair.outright else ""
        return f"seeds {' and '.join(seeds)} tie in {' and '.join(pair.outright)}{shown} at {at}{more}"
    chance, weighed = pair.chance, pair.chance * ties.examined
    if weighed >= 1:
        return f"seeds {' and '.join(seeds)} tie in `{name}` at {len(points)} points ({at}), all of its cells{more}"
    return (
        f"seeds {' and '.join(seeds)} tie in `{name}` at {len(points)} points ({at}): by the spread over "
        f"seeds at most {chance:.1g} likely, × {ties.examined} pairs of seeds = {weighed:.1g}{more}"
    )
