"""Where ticks stand."""

import pytest

from audit.render import ticks


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 100, (0, 20, 40, 60, 80, 100)), (8.1, 9.9, (8.5, 9, 9.5)), (-0.3, 1.1, (0, 0.5, 1))],
)
def test_linear(low: float, high: float, expected: tuple[float, ...]):
    """Round steps inside the range."""
    assert ticks.linear(low, high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(1, 48, (1, 2, 4, 8, 16, 32)), (1, 1.5, (1, 1.1, 1.2, 1.3, 1.4, 1.5)), (1, 4096, (1, 4, 16, 64, 256, 1024, 4096))],
)
def test_ratios(low: float, high: float, expected: tuple[float, ...]):
    """Powers of two, thinned where many, finer where few."""
    assert ticks.ratios(low, high) == pytest.approx(expected)
