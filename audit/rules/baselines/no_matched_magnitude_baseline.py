"""A proposed method is compared with magnitude pruning that keeps the same share of each layer.

What it checks
Of each proposed method on each pair: a method whose score is magnitude is at each of its operating points and keeps the
same weights per layer: counts that differ by at most max(1, 2 %) in each layer at the same seed, or in the mean where
seeds do not pair. Granularity, starting point and schedule must be the same (as for BAS001). Without layer counts the
recorded or declared `matched_to` decides, and the finding says so; allocations that fix every layer's share by its
shape alone (uniform, ERK) match each other. Not applicable to a method that scores by magnitude itself.

Why it matters
It shows whether the score chooses better weights than their magnitude does, once the layer densities are the same.

Example
`mine` keeps 120 of 432 weights in its first layer and `magnitude_matched_mine` 125: 4 % apart, fail.

What it cannot see
Which weights were kept; layers whose counts are not recorded.

Source: Blalock et al. 2020, appendix B.
"""

from audit.baselines import Kind, judge_baseline
from audit.case import Case
from audit.rule import FAIL, Judgement, Rule, Scope, Severity

RULE = Rule("BAS004", "no-matched-magnitude-baseline", Severity.ERROR, Scope.METHOD, absent=FAIL)

KIND = Kind("magnitude pruning with the same layerwise proportions", "magnitude", matched=True)


def check(case: Case) -> Judgement:
    """Look for magnitude pruning with the proposed method's layer counts."""
    return judge_baseline(case, KIND)
