"""The difference of two methods at one ratio: Welch's and the paired t, their intervals and tests.

Which of the two applies is not decided here: paired where initial weights are equal between the methods at each seed
and distinct between seeds, else Welch.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from audit.stats import special


class Difference(Struct, frozen=True):
    """An estimated difference of means: its standard error and degrees of freedom; both NaN where there are none.

    There are none below two values a group, and where all deviations are 0: equal values do not show that there is no
    variation.
    """

    estimate: float
    error: float
    degrees: float

    @property
    def testable(self) -> bool:
        """Whether there is a test at all."""
        return bool(self.error > 0)

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """The two-sided t-interval at `level` in (0, 1); NaN where nothing can be tested."""
        half = special.stdtrit(self.degrees, 0.5 + level / 2) * self.error
        return float(self.estimate - half), float(self.estimate + half)

    def p_two_sided(self, null: float = 0.0) -> float:
        """The p-value against a difference of `null`, both sides."""
        return float(2 * special.stdtr(self.degrees, -abs(self.estimate - null) / self.error))

    def p_above(self, null: float) -> float:
        """The one-sided p-value for a difference above `null`."""
        return float(special.stdtr(self.degrees, -(self.estimate - null) / self.error))

    def p_below(self, null: float) -> float:
        """The one-sided p-value for a difference below `null`."""
        return float(special.stdtr(self.degrees, (self.estimate - null) / self.error))

    def p_within(self, margin: float) -> float:
        """The p-value of equivalence within ±`margin`: the larger of two one-sided tests (Schuirmann 1987)."""
        return max(self.p_above(-margin), self.p_below(margin))


_UNTESTABLE = (np.nan, np.nan)
_ROUNDING = 1e-12  # of the largest value: 0.7 - 0.6 and 0.4 - 0.3 are one difference


def varies(values: np.ndarray, largest: float) -> bool:
    """Whether values (n,) differ by more than the rounding of numbers of that size."""
    return bool(np.ptp(values) > _ROUNDING * largest)


def welch(first: np.ndarray, second: np.ndarray) -> Difference:
    """Mean of `first` (n,) minus mean of `second` (m,), unequal variances (Welch 1947; Satterthwaite 1946)."""
    if min(len(first), len(second)) < 1:
        return Difference(np.nan, *_UNTESTABLE)
    estimate = float(np.mean(first) - np.mean(second))
    if min(len(first), len(second)) < 2:
        return Difference(estimate, *_UNTESTABLE)
    largest = max(np.abs(first).max(), np.abs(second).max())
    parts = np.array([np.var(each, ddof=1) / len(each) if varies(each, largest) else 0.0 for each in (first, second)])
    if parts.sum() == 0:
        return Difference(estimate, *_UNTESTABLE)
    degrees = parts.sum() ** 2 / (parts**2 / (np.array([len(first), len(second)]) - 1)).sum()
    return Difference(estimate, float(np.sqrt(parts.sum())), float(degrees))


def paired(first: np.ndarray, second: np.ndarray) -> Difference:
    """Mean of the differences of `first` and `second` (n,), value by value."""
    first, second = np.asarray(first, float), np.asarray(second, float)
    differences = first - second
    if not len(differences):
        return Difference(np.nan, *_UNTESTABLE)
    estimate = float(differences.mean())
    if len(differences) < 2 or not varies(differences, max(np.abs(first).max(), np.abs(second).max())):
        return Difference(estimate, *_UNTESTABLE)
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return Difference(estimate, float(error), float(len(differences) - 1))


def across(differences: Sequence[Difference]) -> Difference:
    """The mean of independent differences: those of several pairs, with Satterthwaite's degrees of freedom.

    It speaks of these pairs alone: how pairs vary is not in its error.
    """
    estimate = float(np.mean([each.estimate for each in differences]))
    if not all(each.testable for each in differences):
        return Difference(estimate, *_UNTESTABLE)
    parts = np.array([each.error**2 for each in differences]) / len(differences) ** 2
    degrees = parts.sum() ** 2 / (parts**2 / np.array([each.degrees for each in differences])).sum()
    return Difference(estimate, float(np.sqrt(parts.sum())), float(degrees))
