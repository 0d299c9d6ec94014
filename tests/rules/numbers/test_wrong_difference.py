"""NUM009: stated changes are differences."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Row, case, changed, printed, table, without

CODE = "NUM009"
DENSE = 0.905


def stated(**columns: object) -> studies.Table:
    """A study that states dense accuracy and change in every row."""
    return changed(table(), dense_top1=DENSE, top1_change=lambda row: row["top1"] - DENSE, **columns)


def mine(row: Row) -> bool:
    """Rows of the proposed method."""
    return row["method"] == "mine"


CASES = Cases(
    sound=lambda: case(stated()),
    faulty=lambda: case(changed(stated(), mine, top1_change=lambda row: row["top1_change"] + 0.01)),
    silent=lambda: case(table()),
    on_silence=Verdict.NOT_APPLICABLE,
)


def of_mine(columns: studies.Table, **decimals: int) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(printed(case(columns), **decimals), CODE, method="mine")


def test_the_subtraction_is_shown():
    """A fail shows the subtraction."""
    found = studies.only(CASES.faulty(), CODE, method="mine")
    assert "− 0.905 =" in found.observed
    assert "inconsistent with" in found.message
    assert found.evidence_total == 15


@pytest.mark.parametrize("decimals", [2, 3, 4])
def test_printed_parts(decimals: int):
    """Parts that were rounded on their own need not agree to the last place."""
    places = dict.fromkeys(("top1", "top1_change", "dense_top1"), decimals)
    assert of_mine(stated(), **places).verdict is Verdict.PASS
    wrong = changed(stated(), mine, top1_change=lambda row: row["top1_change"] + 15 * 10.0**-decimals)
    assert of_mine(wrong, **places).verdict is Verdict.FAIL


def test_other_meanings_are_named():
    """A sign that is turned round, and a relative change, are recognised."""
    turned = changed(stated(), mine, top1_change=lambda row: -row["top1_change"])
    assert "the sign is the other way round" in of_mine(turned).observed
    relative = changed(stated(), mine, top1_change=lambda row: row["top1_change"] / DENSE)
    assert "relative to the dense accuracy" in of_mine(relative).observed


def test_against_the_dense_network():
    """Without `dense_top1` the control of the seed counts, or the mean of the pair's."""
    columns = without(stated(), None, "dense_top1")
    own = changed(columns, top1_change=lambda row: row["top1"] - (0.9 + 0.001 * int(row["seed"])))
    assert of_mine(own).verdict is Verdict.PASS
    mean = changed(columns, top1_change=lambda row: row["top1"] - 0.902)
    assert of_mine(mean).verdict is Verdict.PASS
    wrong = changed(own, mine, top1_change=lambda row: row["top1_change"] + row["compression_target"] / 1000)
    assert of_mine(wrong).verdict is Verdict.FAIL


def test_from_a_network_that_is_not_there():
    """Changes that all lead to one dense accuracy are from another network, and are not judged."""
    columns = changed(without(stated(), None, "dense_top1"), top1_change=lambda row: row["top1"] - 0.93)
    assert of_mine(columns).verdict is Verdict.NOT_APPLICABLE
    by_seed = changed(columns, top1_change=lambda row: row["top1"] - 0.93 - 0.002 * int(row["seed"]) ** 2)
    assert of_mine(by_seed).verdict is Verdict.NOT_APPLICABLE


def test_lost_runs_are_left_out():
    """A run that failed states nothing."""
    wrong = changed(stated(), mine, top1_change=0.5, status="failed")
    assert of_mine(wrong).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("value", [0.0, -1.0, float("inf"), float("nan"), 1e300])
@pytest.mark.parametrize("column", ["top1_change", "dense_top1", "top1"])
def test_strange_numbers(column: str, value: float):
    """Numbers that are none are survived."""
    assert of_mine(changed(stated(), lambda row: row["seed"] == "2", **{column: value})).message
