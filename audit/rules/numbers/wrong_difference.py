"""A stated change is the pruned network's accuracy minus the dense one's.

What it checks
`top1_change` against `top1` − `dense_top1` of the same row, within the printed places of the three, and what 16 bits
take away where they were held in them. Without `dense_top1`, against the dense network of the same seed and starting
point, or the mean of the pair's; where neither gives it but all rows of a method on a pair, or of a seed, lead to one
and the same dense accuracy, the change is from a network that is not in the results, and is not judged. One finding for
each method on a pair.

Why it matters
Changes are what is compared between papers whose dense networks differ; a change from a worse network than the one that
is shown makes a method look better.

Example
92.1 % after pruning, 93.0 % before, stated −0.5 points.

What it cannot see
A change and an accuracy that are wrong together. It is wrong about a change that is relative to the dense accuracy, or
counted as a drop, with the sign the other way round; the finding says so where that fits. False alarms: at most 0.2 %
of clean studies (docs/false_positives.md).

Source: the definition of the column (docs/columns.md); Blalock et al. 2020, section 4.
"""

import numpy as np

from audit.case import Case
from audit.inconsistencies import Checked, Words, judge_rows
from audit.rule import NOT_APPLICABLE, Judgement, Rule, Scope, Severity
from audit.stats.granularity import FLOAT32, from_half
from audit.subjects import each_method

RULE = Rule("NUM009", "wrong-difference", Severity.ERROR, Scope.METHOD, absent=NOT_APPLICABLE)

_HALF = 2.0**-11  # half of float16's last place at 1: both accuracies may have been held in 16 bits


def check(case: Case) -> Judgement:
    """Subtract, and compare."""
    results = case.results
    change, pruned, own = case.change, results.number("top1"), results.number("dense_top1")
    units = sum(results.last_places(name) for name in ("top1_change", "top1", "dense_top1"))
    allowed = np.asarray(units, float) + 4 * FLOAT32  # a whole unit each: decimals may have been cut off
    tested = results.evaluated & np.isfinite(change) & np.isfinite(pruned)
    allowed = allowed + np.where(from_half(np.where(tested, pruned, 0.5)), 2 * _HALF, 0.0)
    stated = tested & np.isfinite(own)
    references = [np.where(stated, own, each) for each in (case.dense_quality, _mean_of_pair(case))]
    tested &= np.any(np.isfinite(references), axis=0)
    with np.errstate(invalid="ignore"):
        gaps = np.stack([np.abs(pruned - reference - change) for reference in references])
    gap = np.min(np.where(np.isnan(gaps), np.inf, gaps), axis=0)
    off = tested & (gap > allowed)
    elsewhere = off & ~stated & _one_reference(case, tested & ~stated, pruned - change, allowed)
    tested, off = tested & ~elsewhere, off & ~elsewhere

    def arithmetic(row: int) -> str:
        nearest = int(np.nanargmin(gaps[:, row]))
        dense = references[nearest][row]
        difference = pruned[row] - dense
        said = f"{pruned[row]:.6g} − {dense:.6g} = {difference:+.4g}, stated {change[row]:+.4g}"
        if abs(difference + change[row]) <= allowed[row]:
            return f"{said}: the sign is the other way round"
        relative = dense > 0 and abs(difference / dense - change[row]) <= allowed[row]
        return said + (": relative to the dense accuracy" if relative else "")

    words = Words(
        "stated changes",
        arithmetic,
        expected="`top1` minus the dense Top-1, within their printed places",
        passes="stated changes are differences of the stated accuracies",
        fails="stated changes inconsistent with the accuracies of the pruned and the dense network",
        silent="no network has a stated change, its accuracy and that of a dense network",
        remedy="state `top1` minus `dense_top1`; innocent explanations: the change is from another dense network "
        "(record `dense_top1`), relative to it, or a drop with its sign turned round",
    )
    excess = np.where(off, np.minimum(gap, 1.0) / allowed, 0.0)
    return judge_rows(case, each_method(results), Checked(tested, off, excess), words)


def _mean_of_pair(case: Case) -> np.ndarray:
    """(rows,) mean accuracy of the dense networks of a row's pair; NaN where there is none."""
    results, cells = case.results, case.results.cells
    pair = cells.pair[cells.of_row]
    control = results.dense & np.isfinite(case.quality)
    count = np.bincount(pair[control], minlength=int(pair.max(initial=-1)) + 1)
    total = np.bincount(pair[control], case.quality[control], minlength=len(count))
    with np.errstate(invalid="ignore", divide="ignore"):
        return (total / count)[pair]


def _one_reference(case: Case, among: np.ndarray, implied: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """(rows,) whether all of some rows of a method on a pair, or those of one seed, lead to one dense accuracy."""
    cells = case.results.cells
    group = cells.method_on_pair[cells.of_row]
    out = np.zeros(len(group), bool)
    for key in (
        group,
        group * (int(case.results.text("seed").codes.max(initial=0)) + 2) + case.results.text("seed").codes,
    ):
        number = np.unique(key, return_inverse=True)[1]
        size = int(number.max(initial=-1)) + 1
        low, high = np.full(size, np.inf), np.full(size, -np.inf)
        np.minimum.at(low, number[among], (implied + allowed)[among])
        np.maximum.at(high, number[among], (implied - allowed)[among])
        out |= (high <= low)[number]
    return out & among
