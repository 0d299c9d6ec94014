"""Methods with one starting point, on one pair and seed, start from the same weights.

Two methods that prune different networks compare networks, not methods. Equality is read from hashes of the initial
weights. Without hashes, accuracies of the dense network before any fine-tuning that differ by more than one image and
their printed precision show different networks; equal ones show nothing. Source: Blalock et al. 2020, section 6.
"""

import numpy as np

from audit.case import Case
from audit.rule import FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.subjects import each_pair

RULE = Rule("CMP005", "different-initial-model", Severity.ERROR, Scope.PAIR, absent=UNDECIDABLE)


def check(case: Case) -> Judgement:
    """Compare initial weights within each starting point and seed of a pair."""
    subjects = each_pair(case.results)
    judged = [_judge(case, subjects.rows(number)) for number in range(len(subjects))]
    return Judgement(
        subjects,
        [verdict for verdict, _ in judged],
        [observed for _, observed in judged],
        expected="equal initial weights for all methods at each seed and starting point",
        message={
            PASS: "methods start from the same weights at each seed",
            FAIL: "methods start from different weights at the same seed",
            UNDECIDABLE: "whether methods start from the same weights cannot be told",
            NOT_APPLICABLE: "there is one method on this pair: nothing is compared",
        },
        remedy={
            FAIL: "prune the same network with every method at each seed",
            UNDECIDABLE: "record a hash of the initial weights in `initial_weights`, with `seed` and `starts_from`",
        },
    )


def _judge(case: Case, rows: np.ndarray) -> tuple[Verdict, str]:
    results = case.results
    pruned = rows[~results.dense[rows] & results.evaluated[rows]]
    if len(set(results.text("method").codes[pruned])) < 2:
        return NOT_APPLICABLE, ""
    starts, seeds = case.starts_from[pruned], results.text("seed").codes[pruned]
    weights = results.text("initial_weights").codes[pruned]
    key = np.unique(
        np.stack([np.unique(starts, return_inverse=True)[1].reshape(-1), seeds]), axis=1, return_inverse=True
    )
    unknown = False
    for group in range(key[1].max() + 1):
        mine = key[1].reshape(-1) == group
        certain = bool((starts[mine] != "").all() and (seeds[mine] >= 0).all())
        hashed = weights[mine]
        if (hashed >= 0).all():
            distinct = len(set(hashed))
            if distinct > 1 and certain:
                return FAIL, f"{distinct} different initial weights at {_where(case, pruned[mine][0])}"
            unknown |= distinct > 1
        elif certain and (apart := _dense_apart(case, pruned[mine])):
            return FAIL, f"{apart} at {_where(case, pruned[mine][0])}"
        else:
            unknown = True
    if unknown:
        return UNDECIDABLE, "no hashes of the initial weights for every network" if (
            weights < 0
        ).any() else "starting points or seeds are not recorded"
    return PASS, f"equal hashes at each of {key[1].max() + 1} seeds and starting points"


def _where(case: Case, row: int) -> str:
    seed = case.results.text("seed").text(row)
    return f"seed {seed}, starting from {case.starts_from[row]}"


def _dense_apart(case: Case, rows: np.ndarray) -> str:
    """Says so where the dense accuracies stated for these networks differ by more than an image and their rounding."""
    results = case.results
    values = results.number("dense_top1")[rows]
    values = values[np.isfinite(values)]
    sizes = results.number("n_test")[rows]
    if len(values) < 2 or not np.isfinite(sizes).any():
        return ""
    unit = max(results.printed_unit("dense_top1", row) for row in rows)
    gap = np.ptp(values)
    if gap <= 1 / np.nanmin(sizes) + unit + 1e-12:
        return ""
    return f"dense accuracies from {values.min():.6g} to {values.max():.6g}"
