"""A proposed method is compared with magnitude pruning, global or uniform layerwise, at each of its operating points.

What it checks
Of each proposed method on each pair: a method whose score is magnitude and whose allocation is global or uniform has a
number at each of the proposed method's operating points, with the same granularity, starting point and schedule (points
and fields as for BAS001). Not applicable to a method that is plain magnitude pruning itself; undecidable where a field
that decides is neither recorded nor declared.

Why it matters
Magnitude pruning is the method that is hardest to beat for its price. A method that is not shown beside it may be worse
than five lines of code.

Example
A one-shot method that starts from trained weights, beside gradual magnitude pruning alone: fail, since the schedule is
another.

What it cannot see
Whether magnitude pruning was given the training that suits it (CMP006 and CMP013 compare budgets and tuning).

Source: Blalock et al. 2020, appendix B.
"""

from audit.baselines import Kind, judge_baseline
from audit.case import Case
from audit.rule import FAIL, Judgement, Rule, Scope, Severity

RULE = Rule("BAS003", "no-magnitude-baseline", Severity.ERROR, Scope.METHOD, absent=FAIL)

KIND = Kind("global or uniform magnitude pruning", "magnitude", matched=False)


def check(case: Case) -> Judgement:
    """Look for magnitude pruning with global or uniform allocation."""
    return judge_baseline(case, KIND)
