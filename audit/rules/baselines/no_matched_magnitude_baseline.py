"""A proposed method is compared with magnitude pruning that keeps the same share of each layer.

It shows whether the score chooses better weights than their magnitude does once the layer densities are the same. Kept
weights per layer may differ by at most max(1, 2 %) at the same ratio and seed. Source: Blalock et al. 2020, appendix B.
"""

from audit.baselines import Kind, judge_baseline
from audit.case import Case
from audit.rule import FAIL, Judgement, Rule, Scope, Severity

RULE = Rule("BAS004", "no-matched-magnitude-baseline", Severity.ERROR, Scope.METHOD, absent=FAIL)

KIND = Kind("magnitude pruning with the same layerwise proportions", "magnitude", matched=True)


def check(case: Case) -> Judgement:
    """Look for magnitude pruning with the proposed method's layer counts."""
    return judge_baseline(case, KIND)
