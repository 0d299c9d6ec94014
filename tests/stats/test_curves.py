"""A curve as one number."""

import numpy as np
import pytest

from audit.stats.curves import area, first_crossing, holds_on_every_range

RATIOS = np.array([2.0, 4.0, 8.0, 16.0, 32.0])


def test_a_flat_curve_has_its_own_height():
    """The area is a mean height, so that it stays in the metric's unit."""
    assert area(RATIOS, np.full((2, 5), 0.9)) == pytest.approx([0.9, 0.9])


def test_area_is_the_trapezoid_over_log2():
    """Uneven grids are weighted by their width in log2."""
    assert area(np.array([2.0, 4.0, 16.0]), np.array([[1.0, 0.0, 0.0]])) == pytest.approx([0.5 / 3])


def test_a_sign_that_turns_does_not_hold():
    """A method that wins early and loses late holds on no sign."""
    assert holds_on_every_range(RATIOS, np.array([0.01, 0.02, 0.01, 0.03, 0.01]))
    assert not holds_on_every_range(RATIOS, np.array([0.05, 0.04, 0.01, -0.02, -0.03]))


@pytest.mark.parametrize(
    ("drops", "expected"),
    [
        ([0.0, 0.01, 0.06, 0.0, 0.2], (4.0, False)),
        ([0.0, 0.0, 0.0, 0.0, 0.0], (32.0, True)),
        ([0.1, 0.0, 0.0, 0.0, 0.0], (1.0, False)),
    ],
    ids=["first crossing decides", "censored", "over at once"],
)
def test_largest_ratio_within_a_drop(drops, expected):
    """The first point over the limit decides; a curve that never crosses is censored."""
    assert first_crossing(RATIOS, np.array(drops), 0.05) == expected
