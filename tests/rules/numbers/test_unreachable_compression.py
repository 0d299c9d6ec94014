"""NUM006: ratios that can be reached."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Row, case, changed, printed, table, without

CODE = "NUM006"


def sized(spared: float = 200, **columns: object) -> studies.Table:
    """A study of a network of 10,000 parameters, some of which no pruning removes."""
    return changed(table(), parameters=10_000.0, parameters_prunable=10_000.0 - spared, **columns)


CASES = Cases(
    sound=lambda: case(sized()),
    faulty=lambda: case(sized(spared=400)),
    silent=lambda: case(without(sized(), None, "parameters_prunable")),
    on_silence=Verdict.NOT_APPLICABLE,
)


def of_mine(columns: studies.Table, toml: str = studies.STUDY, **decimals: int) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(printed(case(columns, toml), **decimals), CODE, method="mine")


def at_32(row: Row) -> bool:
    """Rows at the largest ratio."""
    return row["compression_target"] == 32


def test_the_end_is_shown():
    """A fail shows the ratio and the one that cannot be exceeded."""
    found = of_mine(sized(spared=400))
    assert found.verdict is Verdict.FAIL
    assert "32.03×, but 10,000 parameters ÷ 400 that no pruning removes = 25×" in found.observed
    assert found.evidence_total == 3


def test_exactly_the_end():
    """Everything prunable may be gone, within the printed place."""
    assert of_mine(sized(spared=10_000 / 32.032)).verdict is Verdict.PASS
    assert of_mine(sized(spared=10_000 / 31.6), compression_ratio=0).verdict is Verdict.PASS
    assert of_mine(sized(spared=10_000 / 30), compression_ratio=0).verdict is Verdict.FAIL


def test_a_ratio_of_prunable_parameters():
    """Where the counts show that the ratio is that of the prunable parameters, it has no end."""
    columns = changed(sized(spared=400), parameters_nonzero=lambda row: 400 + 9600 / row["compression_ratio"])
    assert of_mine(columns).verdict is not Verdict.FAIL


def test_spared_parameters_may_be_zero():
    """A ratio by counted nonzeros may go a little beyond: spared parameters that are zero were not counted."""
    columns = changed(sized(spared=400), parameters_nonzero=lambda row: 10_000 / row["compression_ratio"])
    assert of_mine(columns).verdict is Verdict.PASS
    far = changed(columns, at_32, parameters_nonzero=150.0, compression_ratio=10_000 / 150)
    assert of_mine(far).verdict is Verdict.FAIL
    counted = without(far, None, "compression_ratio")
    assert of_mine(counted).verdict is Verdict.FAIL


@pytest.mark.parametrize("change", [{"granularity": "filter"}, {"score": "none"}, {"n": 3.0}])
def test_networks_that_are_not_asked(change: dict):
    """Removed filters take their biases along, controls prune nothing, and means are no networks."""
    assert of_mine(changed(sized(spared=400), **change)).verdict is not Verdict.FAIL


@pytest.mark.parametrize("value", [0.0, -1.0, float("inf"), float("nan"), 20_000.0])
@pytest.mark.parametrize("column", ["parameters", "parameters_prunable", "compression_ratio"])
def test_strange_counts(column: str, value: float):
    """Counts that are none are survived."""
    assert of_mine(changed(sized(), lambda row: row["seed"] == "2", **{column: value})).message
