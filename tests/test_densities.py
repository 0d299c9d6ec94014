"""What methods leave of each layer."""

import pytest

from audit.densities import layer_densities
from tests.studies import LAYERS, Row, case, changed, table


def kept(row: Row) -> list[int]:
    """Weights left in layers of 1000, 4000 and 5000: one seed keeps ten more of the first."""
    ratio = row["compression_target"]
    return [int(1000 / ratio) + (10 if row["seed"] == "1" else 0), int(4000 / ratio), 0 if ratio == 32 else 5000]


def test_means_by_layer_and_ratio():
    """Kept weights over all, averaged over seeds; layers in their order, ratios ascending, no dense control."""
    found = {each.method: each for each in layer_densities(case(table(), layers=kept))}
    assert set(found) == {"mine", "random_all", "magnitude_all", "random_alike", "magnitude_alike"}
    mine = found["mine"]
    assert mine.layers == LAYERS
    assert mine.ratios == (2.0, 4.0, 8.0, 16.0, 32.0)
    assert mine.densities[0] == pytest.approx(((510 + 500 + 500) / 3000, 0.5, 1.0))
    assert mine.densities[-1] == pytest.approx(((41 + 31 + 31) / 3000, 0.03125, 0.0))


def test_some_networks_have_no_layers():
    """Those that have them are averaged alone; without any there is nothing."""
    some = layer_densities(case(table(), layers=lambda row: kept(row) if row["seed"] != "1" else []))
    assert some[0].densities[0][0] == pytest.approx(0.5)
    assert layer_densities(case(table())) == ()


def test_failed_networks_do_not_count():
    """A run that did not finish says nothing of its method."""
    columns = changed(table(), lambda row: row["seed"] == "1", status="failed")
    found = {each.method: each for each in layer_densities(case(columns, layers=kept))}
    assert found["mine"].densities[0][0] == pytest.approx(0.5)
