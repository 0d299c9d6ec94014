"""What the recorded counts say that ratios can be."""

import numpy as np
import pytest

from audit.recounts import Recounts, between, quotient, slack
from tests import studies
from tests.studies import WEIGHTS, case, changed, table


@pytest.mark.parametrize(
    ("count", "off"),
    [(25_557_032, 0), (25_600_000, 50_000), (272_000, 500), (272_470, 0), (4.1e9, 5e7), (1000, 0), (0, 0)],
)
def test_counts_that_end_in_zeros_were_rounded(count: float, off: float):
    """A count in thousands, millions or billions is known to its last other place, an exact one exactly."""
    assert slack(np.array([float(count), np.nan])).tolist() == [off, 0]


def test_quotients_and_spans():
    """A quotient is a span of what its rounded parts allow; where nothing is left it is not known."""
    one = np.array([100.0, 100.0])
    found = quotient("", one, np.array([5.0, 0.0]), np.array([10.0, 0.0]), np.zeros(2))
    assert (found.low[0], found.high[0]) == pytest.approx((9.5, 10.5))
    assert found.known.tolist() == [True, False]
    assert found.holds(np.array([10.53, 5.0]), np.zeros(2)).tolist() == [True, False]
    assert found.holds(np.array([11.0, 5.0]), np.array([0.5, 0.0])).tolist() == [True, False]
    other = quotient("", 2 * one, np.zeros(2), np.array([10.0, 1.0]), np.zeros(2))
    assert between("both", found, other).high[0] == 20


def test_sums_of_layers():
    """Sums go over the layers of each row; a row without layers, or with an unknown count, has none."""
    judged = case(changed(table(), parameters=11_000.0), layers=lambda row: [10, 20, 30] if row["seed"] == "1" else [])
    counts = Recounts(judged)
    seeded = judged.results.text("seed").equals("1")
    assert set(counts.layers("nonzero")[seeded]) == {60}
    assert np.isnan(counts.layers("nonzero")[~seeded]).all()
    assert set(counts.unprunable[seeded]) == {11_000 - sum(WEIGHTS)}
    assert len({span.by for span in counts.ratios()}) == len(list(counts.ratios()))


def test_speedups_of_layers():
    """Speedups of the layers alone, and with everything that no layer does."""
    judged = case(changed(table(), macs=11_000.0), layers=lambda row: [500, 2000, 2500])
    of_layers, of_all = Recounts(judged).speedups()
    assert set(of_layers.low) == {2.0}
    assert of_all.low[0] < 11_000 / 6_000 + 1e-9 < of_all.high[0] + 1e-9
    assert studies.results(table()).layers is not None
