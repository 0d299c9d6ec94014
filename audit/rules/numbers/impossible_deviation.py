"""A stated deviation is one that whole numbers of test examples can have.

What it checks
Rows that stand for `n` networks with a mean and a deviation of Top-1 (or of the study's metric, where it is a count).
Every n counts of N examples that give the printed mean are enumerated for their deviations; none within the printed
one, rounded or cut off, is a fail. Tried are ddof 0 and 1, of the standard deviation where `deviation_kind` is `std`,
of the standard error where it is `sem`, of both and of 95 % intervals where it is not declared; `ci95` and test-set
errors are not judged. Not applicable where fewer than half of the printed deviations around the stated one could be
found impossible (`power`). Whatever N is, the deviation is at most √(n·m(1 − m)/(n − 1)). One finding for each method
on a pair.

Why it matters
Error bars decide which of two methods is said to be better, and a table of means shows no raw runs.

Example
3 networks on 100 images, mean 92.00 %, deviation 0.70 %: with counts of 92 in the mean, sample deviations are 0, 1,
1.73, 2.65, … %.

What it cannot see
Almost anything on 10,000 images at two decimals of percent. It is wrong about deviations of accuracies that were
rounded more coarsely than their mean before they were averaged, over a test set that differs between the networks, or
of another kind than is declared; the finding names them. False alarms: at most 0.2 % of clean studies
(docs/false_positives.md).

Source: Anaya 2016, "The GRIMMER test" (PeerJ Preprints 4:e2400); Allard 2018.
"""

from collections.abc import Sequence

import numpy as np

from audit.case import Case
from audit.inconsistencies import Checked, Words, judge_rows
from audit.rule import NOT_APPLICABLE, Judgement, Rule, Scope, Severity
from audit.stats import deviations
from audit.stats.granularity import FLOAT32
from audit.subjects import each_method

RULE = Rule(
    "NUM003", "impossible-deviation", Severity.ERROR, Scope.METHOD, absent=NOT_APPLICABLE, parameters={"power": 0.5}
)

_COMPUTED = 1e-6  # what a deviation may be off by that was computed in float32
_MOST = 1000  # networks: a larger n is no number of seeds
_MOST_EXAMPLES = 1e12  # on so many, every deviation is possible
_FAR_ABOVE = 100.0  # no deviation of values in [0, 1] comes near it, of whatever kind


def check(case: Case, *, power: float) -> Judgement:
    """Enumerate what the deviations of the stated means can be, and hold the stated ones against that."""
    results, name = case.results, case.study.metric_name
    mean, deviation = results.number(name), results.number(f"{name}_deviation")
    n = results.number("n")
    usable = case.measured & np.isfinite(deviation) & (deviation >= 0) & (mean >= 0) & (mean <= 1)
    usable &= (n >= 2) & (n <= _MOST) & (n == np.rint(n)) & np.full(len(results), case.study.metric.count)
    mean_unit, unit = results.last_places(name), results.last_places(f"{name}_deviation")
    tested, wrong, excess = (np.zeros(len(results), kind) for kind in (bool, bool, float))
    bound = np.full(len(results), np.nan)
    for kinds, of_kind in _by_kind(case):
        rows = np.flatnonzero(usable & of_kind)
        if not len(rows):
            continue
        # the accuracies may have been rounded like their mean before they were averaged
        slack = np.maximum(unit[rows], _COMPUTED) + mean_unit[rows] / 2 * np.sqrt(n[rows] / (n[rows] - 1))
        stated = deviations.Stated(
            n[rows],
            np.floor(np.fmin(case.examples[rows], _MOST_EXAMPLES)),
            mean[rows],
            np.maximum(mean_unit[rows], 2 * FLOAT32),
            np.minimum(deviation[rows], _FAR_ABOVE),
            slack,
            np.maximum(unit[rows], _COMPUTED),
        )
        bound[rows] = deviations.largest(stated, kinds)
        above = deviation[rows] - slack > bound[rows]
        decidable = deviations.power(stated, kinds) >= power
        impossible = np.zeros(len(rows), bool)
        impossible[decidable] = ~deviations.possible(stated.take(decidable), kinds)
        tested[rows], wrong[rows] = decidable | above, above | impossible
        excess[rows] = np.where(above, deviation[rows] / np.maximum(bound[rows], _COMPUTED), 0.0)

    def arithmetic(row: int) -> str:
        stated = f"`{name}` {mean[row]:.6g} ± {deviation[row]:.4g} over {n[row]:.0f} networks"
        if excess[row]:
            return f"{stated}: values in [0, 1] deviate by at most {bound[row]:.4g}"
        return f"{stated}: no {n[row]:.0f} counts of {case.examples[row]:,.0f} examples give both"

    words = Words(
        "means with a deviation",
        arithmetic,
        expected="a deviation that whole numbers of test examples can have",
        passes="deviations are such as whole numbers of test examples have",
        fails="deviations inconsistent with their means, n and number of test examples",
        silent=f"no deviation is printed so finely that {power:.0%} of those around it could be found impossible"
        if usable.any()
        else "no row states the mean of several networks with its deviation",
        remedy="check `n`, `n_test` and `deviation_kind`; innocent explanations: accuracies were rounded coarsely "
        "before they were averaged, the deviation is of another kind, or the mean is over other runs",
    )
    return judge_rows(case, each_method(results), Checked(tested, wrong, excess), words)


def _by_kind(case: Case) -> list[tuple[Sequence[deviations.Kind], np.ndarray]]:
    """The meanings that a deviation may have, and (rows,) of which rows: by what is declared."""
    declared = case.results.text("deviation_kind")
    words = [*(word.casefold() for word in declared.categories), ""]
    of_row = np.array(words, object)[declared.codes]
    return [
        (deviations.STD, of_row == "std"),
        (deviations.SEM, of_row == "sem"),
        (deviations.ANY, of_row == ""),
    ]
