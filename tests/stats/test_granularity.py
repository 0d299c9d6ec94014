"""Granularity against brute-force enumeration."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from audit.stats.granularity import allowance, cut_off, distance, from_half


@given(st.integers(1, 400), st.integers(1, 6), st.data())
def test_a_printed_fraction_is_possible_iff_some_count_rounds_to_it(examples: int, decimals: int, data: st.DataObject):
    """The distance exceeds what rounding allows exactly where no count out of N is printed so."""
    unit = 10.0**-decimals
    value = data.draw(st.integers(0, 10**decimals)) * unit
    gaps = np.abs(np.arange(examples + 1) / examples - value)
    allowed = allowance(np.array([unit]), np.array([float(examples)]), 0.0)
    found = bool((distance(np.array([value]), np.array([float(examples)])) <= allowed)[0])
    nearest = gaps.min()
    if abs(nearest - unit / 2) > 1e-6:  # a half may round either way
        assert found == (nearest <= unit / 2)


@given(st.integers(1, 5000), st.integers(1, 8), st.data())
def test_what_was_printed_never_fails(examples: int, decimals: int, data: st.DataObject):
    """Rounded and cut-off fractions of N pass."""
    count = data.draw(st.integers(0, examples))
    unit = np.array([10.0**-decimals])
    whole = np.array([float(examples)])
    rounded = np.array([float(f"{count / examples:.{decimals}f}")])
    assert (distance(rounded, whole) <= allowance(unit, whole, 0.1)).all()
    down = np.array([count * 10**decimals // examples / 10**decimals])
    up = np.array([-(-count * 10**decimals // examples) / 10**decimals])
    assert cut_off(down, unit, whole, upwards=False).all()
    assert cut_off(up, unit, whole, upwards=True).all()


@given(st.integers(1, 100_000), st.data())
def test_single_precision_never_fails(examples: int, data: st.DataObject):
    """Fractions that were computed in float32 pass."""
    count = data.draw(st.integers(0, examples))
    value = np.array([float(np.float32(count) / np.float32(examples))])
    whole = np.array([float(examples)])
    assert (distance(value, whole) <= allowance(np.zeros(1), whole, 0.1)).all()


@given(st.floats(0.001, 1))
def test_sixteen_bits_are_seen(value: float):
    """What was held in float16 is seen as such: exactly, as numpy prints it, and in percent."""
    exact, percent = np.float16(value), np.float16(100 * value)
    held = [float(exact), float(str(exact)), float(percent) / 100, float(str(percent)) / 100]
    assert from_half(np.array(held)).all()


def test_other_numbers_are_not_seen_as_sixteen_bits():
    """Few fractions of 10,000 look like numbers of 16 bits."""
    assert from_half(np.arange(5000, 10000) / 10000).mean() < 0.35
    assert from_half(np.arange(25000, 50000) / 50000).mean() < 0.1
