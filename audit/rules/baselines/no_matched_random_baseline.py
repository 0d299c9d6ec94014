"""A proposed method is compared with random pruning that keeps the same share of each layer.

What it checks
Of each proposed method on each pair: a method whose score is random is at each of its operating points and keeps the
same weights per layer: counts that differ by at most max(1, 2 %) in each layer at the same seed, or in the mean where
seeds do not pair. Granularity, starting point and schedule must be the same (as for BAS001). Without layer counts the
recorded or declared `matched_to` decides, and the finding says so; allocations that fix every layer's share by its
shape alone (uniform, ERK) match each other. Not applicable to a method that scores at random itself.

Why it matters
It separates what a method gains by choosing how much of each layer to keep from what it gains by choosing which
weights. A method that only equals its matched random has found layer densities, not weights.

Example
A method with global allocation beside `layerwise_random`, which keeps the same share of every layer: fail.

What it cannot see
Which weights were kept; layers whose counts are not recorded.

Source: Blalock et al. 2020, appendix B; Su et al. 2020, "Sanity-Checking Pruning Methods".
"""

from audit.baselines import Kind, judge_baseline
from audit.case import Case
from audit.rule import FAIL, Judgement, Rule, Scope, Severity

RULE = Rule("BAS002", "no-matched-random-baseline", Severity.ERROR, Scope.METHOD, absent=FAIL)

KIND = Kind("random pruning with the same layerwise proportions", "random", matched=True)


def check(case: Case) -> Judgement:
    """Look for random pruning with the proposed method's layer counts."""
    return judge_baseline(case, KIND)
