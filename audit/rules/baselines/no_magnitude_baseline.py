"""A proposed method is compared with magnitude pruning, global or uniform layerwise, at each of its operating points.

Magnitude pruning is the method that is hardest to beat for its price; a method that is not shown beside it may be
worse than five lines of code. The baseline must prune the same granularity, from the same starting point, with the same
kind of schedule. Source: Blalock et al. 2020, appendix B.
"""

from audit.baselines import Kind, judge_baseline
from audit.case import Case
from audit.rule import FAIL, Judgement, Rule, Scope, Severity

RULE = Rule("BAS003", "no-magnitude-baseline", Severity.ERROR, Scope.METHOD, absent=FAIL)

KIND = Kind("global or uniform magnitude pruning", "magnitude", matched=False)


def check(case: Case) -> Judgement:
    """Look for magnitude pruning with global or uniform allocation."""
    return judge_baseline(case, KIND)
