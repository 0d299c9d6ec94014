"""Possible deviations against brute-force enumeration."""

from functools import cache
from itertools import combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.stats.deviations import ANY, SEM, STD, Kind, Stated, largest, possible, power


@cache
def every(n: int, examples: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation (ddof 0) of every n counts of so many examples, and of some that are too few or too many.

    The arithmetic knows no bounds of counts: near 0 and 1 it may call possible what is not.
    """
    margin = 12
    counts = np.array(list(combinations_with_replacement(range(-margin, examples + margin + 1), n))) / examples
    return counts.mean(axis=1), counts.std(axis=1)


def stated(n: int, examples: int, mean: float, mean_slack: float, deviation: float, slack: float) -> Stated:
    """One stated mean and deviation."""
    numbers = (n, examples, mean, mean_slack, deviation, slack, max(slack, 1e-6))
    return Stated(*(np.array([float(number)]) for number in numbers))


def brute(n: int, examples: int, mean: float, mean_slack: float, deviation: float, slack: float, kinds: tuple) -> bool:
    """Whether some counts give both."""
    means, deviations = every(n, examples)
    near = deviations[np.abs(means - mean) <= mean_slack]
    factors = [kind.factor(np.array([float(n)]))[0] for kind in kinds]
    return any((np.abs(near * factor - deviation) <= slack).any() for factor in factors)


@pytest.mark.parametrize("kinds", [STD, SEM, ANY])
@settings(max_examples=300, deadline=None)
@given(st.sampled_from([2, 3]), st.integers(5, 20), st.integers(40, 60), st.integers(0, 250), st.sampled_from([2, 3]))
def test_two_and_three_networks(kinds: tuple, n: int, examples: int, mean: int, deviation: int, decimals: int):
    """For two and three networks, possible is what enumeration finds, no more and no less."""
    unit = 10.0**-decimals
    numbers = (n, examples, mean / 100, 0.01, deviation / 1000, unit / 2)
    found = bool(possible(stated(*numbers), kinds)[0])
    margin = 1e-7
    surely = brute(n, examples, mean / 100, 0.01 - margin, deviation / 1000, unit / 2 - margin, kinds)
    perhaps = brute(n, examples, mean / 100, 0.01 + margin, deviation / 1000, unit / 2 + margin, kinds)
    assert surely <= found <= perhaps


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([4, 5]), st.integers(4, 8), st.integers(40, 60), st.integers(0, 200))
def test_more_networks(n: int, examples: int, mean: int, deviation: int):
    """For more networks, what enumeration finds is never called impossible."""
    numbers = (n, examples, mean / 100, 0.005, deviation / 1000, 0.0005)
    if brute(*numbers, STD):
        assert possible(stated(*numbers[:3], 0.005 + 1e-9, deviation / 1000, 0.0005 + 1e-9), STD)[0]


@settings(max_examples=300, deadline=None)
@given(
    st.integers(2, 12), st.integers(10, 5000), st.integers(2, 6), st.integers(0, 1), st.randoms(use_true_random=False)
)
def test_what_was_computed_is_possible(n: int, examples: int, decimals: int, ddof: int, random: object):
    """Means and deviations of real counts, printed, are always possible."""
    generator = np.random.default_rng(random.randint(0, 2**32))
    counts = generator.binomial(examples, generator.uniform(0.1, 0.95), n) / examples
    unit = 10.0**-decimals
    mean, deviation = (float(f"{number:.{decimals}f}") for number in (counts.mean(), counts.std(ddof=ddof)))
    assert possible(stated(n, examples, mean, unit, deviation, unit), STD)[0]


def test_power_is_what_enumeration_says():
    """The share of impossible deviations around a stated one is counted, with enumeration as the reference."""
    numbers = (3, 20, 0.5, 0.005, 0.1, 0.0005)
    around = 0.1 + 0.001 * np.arange(-25, 26)
    impossible = [not brute(3, 20, 0.5, 0.005, deviation, 0.0005, STD) for deviation in around]
    one = stated(*numbers)
    one = Stated(*(getattr(one, name) for name in ("n", "examples", "mean", "mean_slack", "deviation")),
                 one.deviation_slack, np.array([0.001]))  # fmt: skip
    assert power(one, STD)[0] == pytest.approx(np.mean(impossible), abs=0.02)


def test_no_power_on_a_large_test_set():
    """With 10,000 examples and two decimals of percent nothing is impossible."""
    assert power(stated(5, 10000, 0.93, 1e-4, 0.002, 1e-4), STD)[0] == 0


def test_largest_deviation():
    """The largest deviation of n values in [0, 1] is that of values at both ends."""
    for n, ones in ((2, 1), (4, 2), (5, 5)):
        values = np.array([1.0] * ones + [0.0] * (n - ones))
        one = stated(n, 100, values.mean(), 0.0, 0.0, 0.0)
        assert largest(one, (Kind("std, ddof 1"),))[0] == pytest.approx(values.std(ddof=1))
