"""What is told of each cell, against scipy and the standard library."""

import math
from statistics import mean, median, stdev

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from audit.report import CellReport
from audit.summary import summarise_cells
from tests import studies
from tests.studies import case, changed, table, without

METHODS = {"mine": studies.MINE}


def cell(columns: studies.Table, toml: str = "", method: str = "mine") -> CellReport:
    """The cell of a method with one ratio."""
    (found,) = (each for each in summarise_cells(case(columns, toml)) if each.method == method)
    return found


def of(values: list[float | None], **columns: object) -> studies.Table:
    """One method at 8× with these accuracies, and a dense control at 0.9."""
    seeds = [str(number) for number in range(1, len(values) + 1)]
    made = table(METHODS, ratios=(8,), seeds=[int(seed) for seed in seeds])
    return changed(made, top1=lambda row: 0.9 if row["method"] == "dense" else values[int(row["seed"]) - 1], **columns)


@given(st.lists(st.floats(0.5, 1).map(lambda value: round(value, 4)), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_statistics(values: list[float]):
    """Values by seed, mean, sample deviation, median, extremes, and scipy's t-interval where there is one."""
    found = cell(of(list(values)))
    top1 = found.metrics["top1"]
    assert top1.values == tuple(values)
    assert found.seeds == tuple(range(1, len(values) + 1))
    assert (top1.n, found.n) == (len(values), len(values))
    assert top1.mean == pytest.approx(mean(values))
    assert top1.median == pytest.approx(median(values))
    assert (top1.low, top1.high) == (min(values), max(values))
    if len(values) < 2:
        assert top1.std is None
        assert top1.ci95 is None
    elif len(set(values)) == 1:
        assert top1.std == 0
        assert top1.ci95 is None
    else:
        assert top1.std == pytest.approx(stdev(values))
        assert top1.ci95 == pytest.approx(stats.t.interval(0.95, len(values) - 1, mean(values), stats.sem(values)))


def test_no_interval_where_collapsed_and_living_runs_mix():
    """A cell of two populations has no interval, of no metric; one that has collapsed as a whole has one."""
    mixed = cell(of([0.1, 0.8, 0.82], loss=lambda row: float(row["seed"])))
    assert mixed.collapsed == 1
    assert all(metric.ci95 is None for metric in mixed.metrics.values())
    assert mixed.metrics["top1"].std is not None
    whole = cell(of([0.1, 0.101, 0.102]))
    assert whole.collapsed == 3
    assert whole.metrics["top1"].ci95 is not None
    assert cell(of([0.7, 0.8, 0.82])).collapsed == 0


def test_collapse_is_unknown_where_chance_is():
    """Without a chance level nobody knows what has collapsed."""
    assert cell(changed(of([0.1, 0.8]), dataset="of our own")).collapsed is None


def test_lost_runs_are_counted_apart():
    """Failed runs leave the cell; a run that ended without a number keeps its seed and has none; both are counted."""
    columns = changed(of([0.8, None, 0.7, 0.6]), lambda row: row["seed"] == "3", status="failed")
    found = cell(columns)
    assert found.seeds == (1, 2, 4)
    assert found.metrics["top1"].values == (0.8, None, 0.6)
    assert (found.n, found.metrics["top1"].n, found.failed) == (3, 2, 2)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_numbers_that_are_not_finite(value: float):
    """Nothing but finite numbers is told."""
    found = cell(of([0.8, value, 0.7]))
    assert found.metrics["top1"].values == (0.8, None, 0.7)
    assert found.metrics["top1"].mean == pytest.approx(0.75)
    assert found.failed == 1


def test_a_cell_whose_every_run_failed():
    """It is told, with its failures and no metric."""
    found = cell(changed(of([0.8, 0.7]), lambda row: row["method"] == "mine", status="failed"))
    assert (found.n, found.seeds, found.failed, dict(found.metrics)) == (0, (), 2, {})
    with pytest.raises(KeyError):
        found.metrics["top1"]


def test_tables_of_means():
    """A mean stands for its n, with the deviation that it states and no interval of ours."""
    found = cell(of([0.8], n=5.0, seed=None, top1_deviation=0.01, deviation_kind="std"))
    top1 = found.metrics["top1"]
    assert (found.n, found.seeds, found.networks("top1")) == (5, (None,), 5)
    assert (top1.std, top1.ci95, top1.stated_deviation, top1.deviation) == (None, None, 0.01, 0.01)


def test_the_metric_of_the_study_is_told():
    """Another metric is told beside those of the schema."""
    found = cell(changed(of([0.8, 0.7]), perplexity=12.5), '[metric.perplexity]\ndirection = "lower"\n')
    assert found.metrics["perplexity"].mean == 12.5
    assert "top1" in found.metrics


def test_sizes_follow_from_counts():
    """Ratio and speedup are told where counts alone are recorded, and never one for the other."""
    counted = changed(of([0.8, 0.7]), parameters=1000.0, parameters_nonzero=100.0, macs=1000.0, macs_nonzero=250.0)
    found = cell(without(counted, None, "compression_ratio", "theoretical_speedup", "compression_target"))
    assert found.compression_ratio == 10
    assert found.metrics["theoretical_speedup"].mean == 4
    bare = cell(without(of([0.8, 0.7]), None, "compression_ratio", "compression_target"))
    assert bare.compression_ratio is None
    assert "compression_ratio" not in bare.metrics


def test_order_of_cells():
    """Cells are ordered by data set, architecture, method and ratio."""
    both = studies.joined(table(dataset="svhn"), table())
    places = [
        (each.dataset, each.architecture, each.method, each.compression_ratio or 0)
        for each in summarise_cells(case(both))
    ]
    assert places == sorted(places)


def test_metrics_behave_as_a_mapping():
    """The metrics of a cell are those that have a value, each the same every time."""
    found = cell(changed(of([0.8, 0.7]), loss=None))
    assert list(found.metrics) == ["compression_ratio", "theoretical_speedup", "top1", "drop"]
    assert len(found.metrics) == 4
    assert "loss" not in found.metrics
    assert found.metrics["top1"] is found.metrics["top1"]
    assert found.metrics == dict(found.metrics.items())


def test_mixed_digits_of_seeds():
    """Numeric seeds are numbers, others texts, in the order of their values."""
    columns = changed(of([0.8, 0.7, 0.6]), seed=lambda row: {"1": "10", "2": "9", "3": "a"}[row["seed"]])
    found = cell(columns)
    assert found.seeds == (9, 10, "a")
    assert found.metrics["top1"].values == (0.7, 0.8, 0.6)
    assert not np.isnan(found.metrics["top1"].mean)
