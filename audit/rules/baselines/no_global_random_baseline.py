"""A proposed method is compared with random pruning, global or uniform, at each of its operating points.

What it checks
Of each proposed method on each pair: a method whose score is random and whose allocation is global or uniform has a
number at each of the proposed method's operating points, that is, an achieved ratio within 0.05 in log2 of it (equal
targets where a ratio is missing, or where filters are removed and the ratios are within 0.25; an equal theoretical
speedup where filters are pruned towards MACs). It must have the same granularity, starting point (init, rewound,
trained) and schedule. Global random keeps the same share of each layer as uniform does in expectation, so either
counts. Not applicable to a method that is random pruning itself; undecidable where a field that decides is neither
recorded nor declared.

Why it matters
At low ratios a network survives almost any pruning. Without random pruning beside it nobody can tell whether a method's
score carries information at all.

Example
A method at 2×, 4×, 8×, 16× and 32× with `global_random` at 2× to 16×: fail at 32×.

What it cannot see
Whether the random masks were drawn well, or more than once (RES004 counts the seeds).

Source: Blalock et al. 2020, appendix B.
"""

from audit.baselines import Kind, judge_baseline
from audit.case import Case
from audit.rule import FAIL, Judgement, Rule, Scope, Severity

RULE = Rule("BAS001", "no-global-random-baseline", Severity.ERROR, Scope.METHOD, absent=FAIL)

KIND = Kind("global random pruning", "random", matched=False)


def check(case: Case) -> Judgement:
    """Look for random pruning with global or uniform allocation."""
    return judge_baseline(case, KIND)
