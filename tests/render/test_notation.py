"""How numbers are written."""

import pytest

from audit.render import notation


@pytest.mark.parametrize(
    ("deviations", "places"),
    [
        ([0.28, 0.32, 0.64], 2),
        ([1.5, 2.6, 8.3], 1),
        ([12.0, 25.0], 0),
        ([0.004, 3.0, 4.0], 3),
        ([0.0, None], 2),
        ([], 2),
        ([1e-12], notation.MOST_DECIMALS),
    ],
)
def test_decimals_come_from_the_deviations(deviations: list[float | None], places: int):
    """Two significant digits of the median deviation, at least one of the smallest; zero and unknown say nothing."""
    assert notation.decimals(deviations) == places


@pytest.mark.parametrize(
    ("value", "text"),
    [(48.0, "48×"), (5.3333, "5.33×"), (1.0, "1×"), (1234.5, "1234×"), (0.5, "0.5×"), (None, "–"), (float("nan"), "–")],
)
def test_ratio(value: float | None, text: str):
    """Three significant digits, all those of the whole part, no zeros at the end."""
    assert notation.ratio(value) == text


def test_ranges_of_rows():
    """Neighbours are joined; order and repeats do not matter."""
    assert notation.runs_of([7, 2, 3, 4, 3]) == "2–4, 7"


def test_quantities():
    """One thing and several."""
    assert [notation.quantity(number, "run") for number in (0, 1, 1000)] == ["0 runs", "1 run", "1,000 runs"]
