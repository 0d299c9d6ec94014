"""Power agrees with statsmodels, and is planned for a deviation that is likely too small."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower, TTestPower

from audit.stats.power import PRACTICAL, seeds_needed, upper_deviation


@pytest.mark.parametrize("size", [0.8, 1.0, 1.5, 2.0, 3.0])
def test_seeds_are_those_of_statsmodels(size):
    """The smallest whole number above statsmodels' solution, for two groups and for pairs."""
    assert seeds_needed(size, 1.0) == int(np.ceil(TTestIndPower().solve_power(size, alpha=0.05, power=0.8)))
    assert seeds_needed(size, 1.0, pairs=True) == int(np.ceil(TTestPower().solve_power(size, alpha=0.05, power=0.8)))


def test_a_tiny_effect_is_not_practical():
    """Beyond the practical number there is no answer."""
    assert seeds_needed(0.1, 1.0) is None
    assert TTestIndPower().solve_power(0.1, alpha=0.05, power=0.8) > PRACTICAL


def test_upper_limit_covers_the_true_deviation():
    """80 of 100 upper limits lie above the true deviation."""
    drawn = stats.norm.rvs(size=(20000, 3), random_state=1).std(axis=1, ddof=1)
    limits = np.array([upper_deviation(std, 2) for std in drawn[:4000]])
    assert np.mean(limits > 1) == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize(("margin", "pairs"), [(1.5, False), (2.0, True), (3.0, False)])
def test_equivalence_finds_equal_methods(margin, pairs):
    """With the seeds it names, two one-sided tests find equal methods at least four times in five, with fewer less."""
    n = seeds_needed(margin, 1.0, pairs=pairs, equivalence=True)
    assert n is not None
    assert _found(margin, n, pairs=pairs) >= 0.78
    assert _found(margin, n - 1, pairs=pairs) < 0.82


def _found(margin: float, n: int, *, pairs: bool) -> float:
    rng = np.random.default_rng(7)
    first, second = rng.standard_normal((2, 4000, n))
    differences = first if pairs else first - second
    error = differences.std(axis=1, ddof=1) / np.sqrt(n) if pairs else np.sqrt(
        (first.var(axis=1, ddof=1) + second.var(axis=1, ddof=1)) / n
    )  # fmt: skip
    critical = stats.t.ppf(0.95, n - 1 if pairs else 2 * (n - 1))
    return float(np.mean(np.abs(differences.mean(axis=1)) + critical * error < margin))
