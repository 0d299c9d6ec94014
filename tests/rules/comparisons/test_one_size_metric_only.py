"""CMP002: compression ratio and theoretical speedup."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, case, changed, table, without

CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(without(table(), None, "theoretical_speedup")),
    silent=lambda: case(without(table(), None, "theoretical_speedup", "compression_ratio")),
    on_silence=Verdict.FAIL,
)


def mine(columns: studies.Table) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(case(columns), "CMP002", method="mine")


@pytest.mark.parametrize("value", [None, 0.0, -2.0, float("inf")])
def test_each_network_states_both(value: float | None):
    """One network of one point without a usable number fails, and the point is named."""
    columns = changed(
        table(), lambda row: row["compression_target"] == 8 and row["seed"] == "2", theoretical_speedup=value
    )
    found = mine(columns)
    assert found.verdict is Verdict.FAIL
    assert "in 1 of 5 cells (8.01×)" in found.message
    assert found.observed == "`compression_ratio` alone"


def test_counts_state_both():
    """What follows from recorded counts is stated."""
    columns = changed(table(), parameters=1e6, macs=1e6, parameters_nonzero=lambda row: 1e6 / row["compression_ratio"],
                      macs_nonzero=lambda row: 1e6 / row["theoretical_speedup"])  # fmt: skip
    assert mine(without(columns, None, "theoretical_speedup", "compression_ratio")).verdict is Verdict.PASS


def test_one_count_is_half_of_a_speedup():
    """Remaining MACs without the dense network's: what is missing is named, and nothing that is there is asked for."""
    columns = changed(table(), macs_nonzero=lambda row: 1e6 / row["theoretical_speedup"])
    found = mine(without(columns, None, "theoretical_speedup"))
    assert found.verdict is Verdict.FAIL
    assert found.observed == "`compression_ratio` and `macs_nonzero`, without the dense network's `macs`"
    assert found.remedy == "add `macs`: the speedup follows from both"


def test_lost_runs_are_not_asked():
    """A failed run states no size, and is no point."""
    columns = changed(table(), lambda row: row["seed"] == "2", status="failed", theoretical_speedup=None)
    assert mine(columns).verdict is Verdict.PASS


def test_dense_networks_are_not_asked():
    """A dense network has a ratio and a speedup of 1 by definition."""
    columns = changed(table(), lambda row: row["method"] == "dense", theoretical_speedup=None)
    assert all(each.scope["method"] != "dense" for each in studies.findings(case(columns), "CMP002"))
