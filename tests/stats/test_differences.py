"""The t-tests of two methods agree with scipy.stats."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from statsmodels.stats.weightstats import ttost_ind

from audit.stats.differences import across, paired, welch

samples = arrays(float, st.integers(2, 8), elements=st.floats(0, 1, width=32)).filter(lambda x: np.ptp(x) > 1e-3)


@given(samples, samples)
def test_welch_is_that_of_scipy(first, second):
    """Estimate, p and interval equal scipy's Welch test."""
    mine, peer = welch(first, second), stats.ttest_ind(first, second, equal_var=False)
    assert mine.p_two_sided() == pytest.approx(peer.pvalue, rel=1e-6, abs=1e-12)
    assert mine.interval() == pytest.approx(tuple(peer.confidence_interval(0.95)), rel=1e-6)


@given(samples, st.integers(0, 99))
def test_paired_is_that_of_scipy(first, seed):
    """Its p and interval equal scipy's paired test."""
    second = first + np.random.default_rng(seed).normal(0, 0.1, len(first))
    mine, peer = paired(first, second), stats.ttest_rel(first, second)
    assert mine.p_two_sided() == pytest.approx(peer.pvalue, rel=1e-6, abs=1e-12)
    assert mine.interval() == pytest.approx(tuple(peer.confidence_interval(0.95)), rel=1e-6)


def test_one_sided_is_that_of_scipy():
    """The test of a difference above a margin is scipy's, shifted."""
    first, second = np.array([0.91, 0.93, 0.92]), np.array([0.92, 0.95, 0.90])
    peer = stats.ttest_ind(first + 0.02, second, equal_var=False, alternative="greater")
    assert welch(first, second).p_above(-0.02) == pytest.approx(peer.pvalue)


def test_equivalence_is_that_of_statsmodels():
    """Two one-sided tests equal statsmodels' TOST with unequal variances."""
    first, second = np.array([0.91, 0.93, 0.92, 0.94]), np.array([0.92, 0.95, 0.90, 0.93])
    assert welch(first, second).p_within(0.03) == pytest.approx(
        ttost_ind(first, second, -0.03, 0.03, usevar="unequal")[0]
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [([0.9], [0.8, 0.7]), ([0.9, 0.9], [0.8, 0.8]), ([], [0.8, 0.9])],
    ids=["one", "no spread", "none"],
)
@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value")
def test_no_test_without_spread(first, second):
    """Below two values a group, or without any deviation, there is no test."""
    assert not welch(np.array(first), np.array(second)).testable


def test_pairs_without_spread_cannot_be_tested():
    """Equal differences do not show that there is no variation."""
    assert not paired(np.array([1.0, 2.0]), np.array([0.0, 1.0])).testable


def test_rounding_is_no_spread():
    """Differences that are equal but for the last binary digit show no variation: 0.7 − 0.6 and 0.4 − 0.3."""
    first, second = np.array([0.7, 0.4, 0.9]), np.array([0.6, 0.3, 0.8])
    assert np.ptp(first - second) > 0
    assert not paired(first, second).testable
    assert not welch(np.full(3, 0.1), np.full(3, 0.3)).testable
    assert np.var(np.full(3, 0.1)) > 0


def test_one_constant_group_is_a_one_sample_test():
    """Where one method does not vary, Welch's test is scipy's test of the other against that value."""
    first = np.array([1.52, 1.49, 1.55, 1.50])
    peer = stats.ttest_1samp(first, 1.0)
    assert welch(first, np.ones(4)).p_two_sided() == pytest.approx(peer.pvalue)


def test_below_is_above_turned_round():
    """The two one-sided p-values of a null add up to one."""
    found = welch(np.array([0.91, 0.93, 0.92]), np.array([0.92, 0.95, 0.90]))
    assert found.p_below(0.01) + found.p_above(0.01) == pytest.approx(1)


def test_across_pairs():
    """The mean over pairs has the error of a mean of independent estimates, and between their degrees of freedom."""
    each = [welch(np.array([0.9, 0.91, 0.92]), np.array([0.8, 0.83, 0.82])),
            welch(np.array([0.7, 0.75, 0.72]), np.array([0.7, 0.69, 0.71]))]  # fmt: skip
    mean = across(each)
    assert mean.estimate == pytest.approx(np.mean([one.estimate for one in each]))
    assert mean.error == pytest.approx(np.hypot(*(one.error for one in each)) / 2)
    assert min(one.degrees for one in each) <= mean.degrees <= sum(one.degrees for one in each)
    assert across([each[0], each[0]]).degrees == pytest.approx(2 * each[0].degrees)
    assert not across([each[0], welch(np.ones(2), np.ones(2))]).testable
