"""A proposed method is compared with magnitude pruning that keeps the same share of each layer.

It shows whether the score chooses better weights than their magnitude does once the layer densities are the same. Kept
weights per layer may differ by at most max(1, 2 %) at the same ratio and seed. Source: Blalock et al. 2020, appendix B.
"""

from audit.baselines import judge_baseline, matched_layers
from audit.case import Case
from audit.roles import Role
from audit.rule import FAIL, Judgement, Rule, Scope, Severity

RULE = Rule("BAS004", "no-matched-magnitude-baseline", Severity.ERROR, Scope.METHOD, absent=FAIL)


def check(case: Case) -> Judgement:
    """Look for magnitude pruning with the proposed method's layer counts."""

    def wanted(baseline: Role) -> bool:
        return baseline.get("score") == "magnitude"

    return judge_baseline(case, "magnitude pruning with the same layerwise proportions", wanted, matched_layers)
