"""The seeds of a cell start from different initial weights.

Seeds that share one checkpoint show how much fine-tuning and mask vary, not how much the method varies from network to
network: every interval is then conditional on this checkpoint. Equality is read from hashes of the initial weights;
without hashes it cannot be told. Source: Blalock et al. 2020, appendix B.
"""

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


def check(case: Case) -> Judgement:
    """Compare, cell by cell, how many seeds and how many distinct initial weights there are."""
    results, cells = case.results, case.results.cells
    seed, weights = results.text("seed").codes, results.text("initial_weights").codes
    hashed = results.evaluated & (seed >= 0) & (weights >= 0)
    bare = results.evaluated & (seed >= 0) & (weights < 0)
    seeds, distinct, without = cells.distinct(seed, hashed), cells.distinct(weights, hashed), cells.count(bare)
    subjects = each_pair(results)
    verdicts: list[Verdict] = []
    observed = []
    for covered in subjects.cells:
        repeated = covered[seeds[covered] >= 2]
        shared = repeated[distinct[repeated] < seeds[repeated]]
        if len(shared):
            verdicts.append(FAIL)
            observed.append(f"{distinct[shared].min()} distinct initial weights for {seeds[shared].max()} seeds")
        elif not len(repeated) or without[covered].any():
            verdicts.append(UNDECIDABLE)
            observed.append("cells without two seeds whose initial weights are recorded")
        else:
            verdicts.append(PASS)
            low, high = distinct[repeated].min(), distinct[repeated].max()
            observed.append(f"{low if low == high else f'{low}–{high}'} distinct initial weights per cell")
    return Judgement(
        subjects,
        verdicts,
        observed,
        expected="different initial weights for each seed of a cell",
        message={
            PASS: "each seed has initial weights of its own",
            FAIL: "seeds share initial weights: every interval is conditional on this checkpoint",
            UNDECIDABLE: "whether seeds have initial weights of their own cannot be told",
        },
        remedy={
            FAIL: "train a network from its own initialisation for each seed",
            UNDECIDABLE: "record a hash of the initial weights in `initial_weights` for each seed",
        },
    )
