"""Rates: Fisher's test and the intervals agree with scipy and statsmodels, and hold their level."""

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from audit.stats.rates import RateDifference, fisher, separation

groups = st.tuples(st.integers(1, 12), st.integers(1, 12)).flatmap(
    lambda n: st.tuples(st.just(n), st.tuples(st.integers(0, n[0]), st.integers(0, n[1])))
)


@given(groups)
def test_fisher_is_that_of_scipy(group):
    """One-sided p-values equal scipy's exact test."""
    n, k = group
    peer = stats.fisher_exact([[k[0], n[0] - k[0]], [k[1], n[1] - k[1]]], alternative="greater")
    assert fisher(k, n) == pytest.approx(peer.pvalue, rel=1e-9)


@given(groups, st.sampled_from([0.9, 0.95]))
def test_interval_is_that_of_its_two_limits(group, level):
    """The interval is the difference of statsmodels' exact limits, each at half the error."""
    n, k = group
    one, other = (proportion_confint(*each, alpha=(1 - level) / 2, method="beta") for each in zip(k, n, strict=True))
    low, high = RateDifference(k, n).interval(level)
    assert (low, high) == pytest.approx((one[0] - other[1], one[1] - other[0]), abs=1e-9)


@given(groups, st.floats(0.05, 0.9))
def test_p_against_a_margin_is_the_interval_turned_round(group, margin):
    """A one-sided p below 0.025 and a 95 % interval above −margin are the same."""
    n, k = group
    found = RateDifference(k, n)
    assert (found.p_above(-margin) < 0.025) == (found.interval(0.95)[0] > -margin)
    assert found.p_below(margin) == pytest.approx(RateDifference(k[::-1], n[::-1]).p_above(-margin))
    assert found.p_within(margin) == max(found.p_above(-margin), found.p_below(margin))


@pytest.mark.parametrize("n", [(3, 3), (4, 4), (3, 6)])
@pytest.mark.parametrize("rates", [(0.5, 0.5), (0.1, 0.1), (0.6, 0.3)])
def test_the_interval_covers(n, rates):
    """Over all outcomes the interval holds the true difference at least as often as it says."""
    covered = 0.0
    for k in product(range(n[0] + 1), range(n[1] + 1)):
        chance = np.prod([comb(m, j) * p**j * (1 - p) ** (m - j) for j, m, p in zip(k, n, rates, strict=True)])
        low, high = RateDifference(k, n).interval(0.95)
        covered += chance * (low <= rates[0] - rates[1] <= high)
    assert covered >= 0.95


@pytest.mark.parametrize("n", [(2, 2), (3, 3), (5, 5), (2, 5)])
def test_separation_is_the_largest_chance(n):
    """No common rate parts two groups wholly more often than stated."""
    rates = np.linspace(0, 1, 2001)
    one = rates ** n[0] * (1 - rates) ** n[1]
    assert separation(n) == pytest.approx(2 * one.max(), rel=1e-4)


def test_empty_groups_have_no_test():
    """No run, no rate."""
    assert not RateDifference((0, 0), (0, 3)).testable
    assert np.isnan(RateDifference((0, 0), (0, 3)).estimate)
