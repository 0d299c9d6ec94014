"""Intervals agree with scipy.stats and statsmodels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from audit.stats.intervals import clopper_pearson, t_halfwidth

SAMPLES = st.lists(st.floats(-100, 100, width=32), min_size=2, max_size=12)


@given(SAMPLES, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_t_interval(values: list[float], level: float):
    """Mean ± half-width is scipy's t-interval, for any sample that varies."""
    std, n = np.std(values, ddof=1), len(values)
    half = float(t_halfwidth(np.array(std), np.array(n), level))
    if std == 0:
        assert np.isnan(half)
        return
    low, high = stats.t.interval(level, n - 1, np.mean(values), stats.sem(values))
    assert np.mean(values) - half == pytest.approx(low, rel=1e-9, abs=1e-12)
    assert np.mean(values) + half == pytest.approx(high, rel=1e-9, abs=1e-12)


def test_no_t_interval():
    """One value, no value, no deviation or an unknown one have no interval; and nothing warns."""
    with np.errstate(all="raise"):
        half = t_halfwidth(np.array([np.nan, np.nan, 0.0, 0.1, np.nan]), np.array([0, 1, 3, 3, 3]))
    assert np.isnan(half).tolist() == [True, True, True, False, True]


@given(
    st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.9, 0.95, 0.99])
)
def test_clopper_pearson(counts: tuple[int, int], level: float):
    """The interval of a proportion is statsmodels' exact one."""
    low, high = clopper_pearson(np.array(counts[0]), np.array(counts[1]), level)
    expected = proportion_confint(*counts, alpha=1 - level, method="beta")
    assert (float(low), float(high)) == pytest.approx(expected, abs=1e-9)


def test_clopper_pearson_at_the_ends():
    """None of n reaches down to 0 and all of n up to 1; none of none says nothing."""
    low, high = clopper_pearson(np.array([0, 5, 0]), np.array([5, 5, 0]))
    assert low.tolist()[0] == 0
    assert high.tolist()[1] == 1
    assert (low[2], high[2]) == (0, 1)
