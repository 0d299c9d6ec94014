"""A proposed method is compared with random pruning, global or uniform, at each of its operating points.

Without it nobody can tell whether the method's score carries information at all: at low ratios a network survives
almost any pruning. Uniform random pruning keeps the same share of each layer as global random does in expectation, so
either counts. The baseline must prune the same granularity, from the same starting point, with the same kind of
schedule. Source: Blalock et al. 2020, appendix B.
"""

from audit.baselines import Kind, judge_baseline
from audit.case import Case
from audit.rule import FAIL, Judgement, Rule, Scope, Severity

RULE = Rule("BAS001", "no-global-random-baseline", Severity.ERROR, Scope.METHOD, absent=FAIL)

KIND = Kind("global random pruning", "random", matched=False)


def check(case: Case) -> Judgement:
    """Look for random pruning with global or uniform allocation."""
    return judge_baseline(case, KIND)
