"""The difference of two rates, such as the shares of runs that collapsed: exact tests that small counts can reach."""

import numpy as np
from msgspec import Struct

from audit.stats import special
from audit.stats.intervals import clopper_pearson

_HALVINGS = 50


class RateDifference(Struct, frozen=True):
    """The rate of the first group minus that of the second: `k` of `n` each.

    Against a difference of 0 the test is Fisher's exact one (one side). Against another, and for the interval, the
    difference of Clopper–Pearson limits, each at half the error: it covers at least as often as it says.
    """

    k: tuple[int, int]
    n: tuple[int, int]

    @property
    def estimate(self) -> float:
        """The observed difference; NaN where a group is empty."""
        return self.k[0] / self.n[0] - self.k[1] / self.n[1] if min(self.n) else np.nan

    @property
    def testable(self) -> bool:
        """Whether there is a test at all."""
        return min(self.n) > 0

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """A two-sided interval that covers at least at `level`."""
        low, high = clopper_pearson(np.array(self.k), np.array(self.n), (1 + level) / 2)
        return float(low[0] - high[1]), float(high[0] - low[1])

    def p_above(self, null: float) -> float:
        """The one-sided p-value for a difference above `null`."""
        return fisher(self.k, self.n) if null == 0 else self._p(lambda level: self.interval(level)[0] > null)

    def p_below(self, null: float) -> float:
        """The one-sided p-value for a difference below `null`."""
        return RateDifference(self.k[::-1], self.n[::-1]).p_above(-null)

    def p_within(self, margin: float) -> float:
        """The p-value of equivalence within ±`margin`: the larger of two one-sided tests."""
        return max(self.p_above(-margin), self.p_below(margin))

    def _p(self, excludes) -> float:  # type: ignore[no-untyped-def]
        """The smallest one-sided error at which the interval excludes the null."""
        low, high = 0.0, 0.5
        if not excludes(1 - 2 * high):
            return 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if excludes(1 - 2 * middle) else (middle, high)
        return high


def fisher(k: tuple[int, int], n: tuple[int, int]) -> float:
    """The one-sided p of Fisher's exact test (1935) that the first of two groups has the higher rate."""
    drawn, total = sum(k), sum(n)
    at_least = np.arange(k[0], min(drawn, n[0]) + 1)
    ways = _log_choose(n[0], at_least) + _log_choose(n[1], drawn - at_least) - _log_choose(total, np.array(drawn))
    return float(min(1.0, np.exp(ways).sum()))


def _log_choose(n: int, k: np.ndarray) -> np.ndarray:
    k = np.asarray(k, float)
    inside = (k >= 0) & (k <= n)
    k = np.where(inside, k, 0)
    return np.where(inside, special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1), -np.inf)


def separation(n: tuple[int, int]) -> float:
    """How often, at most, all of one group and none of the other collapse where both do so equally often.

    The largest probability over the common rate, either group being the one: 2 · (n/N)^n · (m/N)^m, with N = n + m; at
    n = m = 3 it is 1/32. A t-test looks at the spread within the two groups alone and knows nothing of this.
    """
    share = np.array(n) / sum(n)
    return min(1.0, 2 * float(np.prod(share ** np.array(n))))
