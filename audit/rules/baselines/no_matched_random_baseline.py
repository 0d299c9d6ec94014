"""A proposed method is compared with random pruning that keeps the same share of each layer.

It separates what the method gains by choosing how much of each layer to keep from what it gains by choosing which
weights: a method that only equals its matched random has found layer densities, not weights. Kept weights per layer may
differ by at most max(1, 2 %) at the same ratio and seed. Source: Blalock et al. 2020, appendix B.
"""

from audit.baselines import Kind, judge_baseline
from audit.case import Case
from audit.rule import FAIL, Judgement, Rule, Scope, Severity

RULE = Rule("BAS002", "no-matched-random-baseline", Severity.ERROR, Scope.METHOD, absent=FAIL)

KIND = Kind("random pruning with the same layerwise proportions", "random", matched=True)


def check(case: Case) -> Judgement:
    """Look for random pruning with the proposed method's layer counts."""
    return judge_baseline(case, KIND)
