"""The seeds of a cell start from different initial weights.

What it checks
In each cell of a pair, the networks with a number and a seed have as many distinct hashes in `initial_weights` as
seeds. Two seeds with one hash fail. A seed without a hash, or no cell with two seeds, leaves it undecidable. Equal
hashes across methods at one seed are wanted (CMP005), and count for nothing here.

Why it matters
Seeds that share one checkpoint show how much fine-tuning and mask vary, not how much the method varies from network to
network: every interval is then conditional on this checkpoint.

Example
Three seeds, all fine-tuned from torchvision's one ResNet-50: fail.

What it cannot see
Hashes that differ for another reason than the initialisation, such as a buffer.

Source: Blalock et al. 2020, appendix B.
"""

import numpy as np

from audit.case import Case
from audit.rule import FAIL, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.subjects import each_pair

RULE = Rule(
    "RES005",
    "shared-initialisation",
    Severity.WARNING,
    Scope.PAIR,
    absent=UNDECIDABLE,
    needs=("initial_weights",),
)

_Said = tuple[Verdict, str, str]  # verdict, what was seen, message


def check(case: Case) -> Judgement:
    """Compare, cell by cell, seeds and initial weights: weights that two seeds of a cell start from are shared."""
    results, cells = case.results, case.results.cells
    seed, weights = results.text("seed").codes, results.text("initial_weights").codes
    seeded = case.measured & (seed >= 0)
    hashed = seeded & (weights >= 0)
    seeds, distinct = cells.distinct(seed, hashed), cells.distinct(weights, hashed)
    shared = case.checkpoints > 0
    without = cells.count(seeded & (weights < 0))
    subjects = each_pair(results)
    said = [_about(subjects.cells(number), seeds, distinct, shared, without) for number in range(len(subjects))]
    return Judgement(
        subjects,
        [verdict for verdict, *_ in said],
        [observed for _, observed, _ in said],
        expected="different initial weights for each seed of a cell",
        message=[message for *_, message in said],
        remedy={
            FAIL: "train a network from its own initialisation for each seed",
            UNDECIDABLE: "record `seed` and a hash of the initial weights in `initial_weights`, for two seeds or more",
        },
    )


def _about(
    covered: np.ndarray, seeds: np.ndarray, distinct: np.ndarray, shared: np.ndarray, without: np.ndarray
) -> _Said:
    """What is said of the cells of one pair."""
    worst = covered[shared[covered]]
    if len(worst):
        cell = worst[np.argmin(distinct[worst])]
        these = "this checkpoint" if distinct[cell] == 1 else "these checkpoints"
        seen = f"{distinct[cell]} distinct initial weights for {seeds[cell]} seeds"
        return FAIL, seen, f"seeds share initial weights: every interval is conditional on {these}"
    repeated = covered[seeds[covered] >= 2]
    if len(repeated) and not without[covered].any():
        low, high = seeds[repeated].min(), seeds[repeated].max()
        seen = f"{low if low == high else f'{low}–{high}'} seeds per cell, none of which share initial weights"
        return PASS, seen, "each seed has initial weights of its own"
    seen = "seeds without a hash" if without[covered].any() else "no cell with two seeds"
    return UNDECIDABLE, seen, "whether seeds have initial weights of their own cannot be told"
