"""CMP012: the same seeds at each point."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Row, Table, case, changed, joined, table, without


def mine(row: Row) -> bool:
    """The proposed method's run of one seed at one ratio."""
    return row["method"] == "mine" and row["compression_target"] == 16 and row["seed"] == "2"


CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(without(table(), mine)),
    silent=lambda: case(without(table(), None, "seed")),
    on_silence=Verdict.UNDECIDABLE,
)


def found(columns: Table) -> studies.Finding:
    """What is said of the pair."""
    return studies.only(case(columns), "CMP012")


def test_a_missing_seed_is_named():
    """Method, point and seed are named, and the networks of the point are the evidence."""
    said = found(without(table(), mine))
    assert said.observed == "`mine` at 16× lacks seed 2"
    assert said.evidence_total == 14


@pytest.mark.parametrize("loss", [{"status": "failed", "top1": None}, {"top1": None}, {"status": "killed"}])
def test_listed_failures_are_not_dropped(loss: dict):
    """A run that failed or diverged and is listed is there, and counted."""
    said = found(changed(table(), mine, **loss))
    assert said.verdict is Verdict.PASS
    assert "1 failed, unfinished or without a number are listed" in said.observed


def test_a_failure_without_a_size_is_listed():
    """A run that died before its size was known still counts for its method."""
    died = changed(table(), mine, status="failed", top1=None, compression_target=None, compression_ratio=None,
                   theoretical_speedup=None)  # fmt: skip
    assert found(died).verdict is Verdict.PASS


def test_more_seeds_at_some_ratios():
    """A ratio may have more seeds than another, as long as every method has them there."""
    more = joined(table(), without(table(ratios=(16,), seeds=(4, 5)), lambda row: row["method"] == "dense"))
    assert found(more).verdict is Verdict.PASS
    assert found(without(more, lambda row: row["method"] == "mine" and row["seed"] == "5")).verdict is Verdict.FAIL


def test_seeds_that_are_numbered_otherwise():
    """Equally many seeds of which none is shared show no gap, and no pairing either."""
    other = changed(table(), lambda row: row["method"] == "mine", seed=lambda row: f"1{row['seed']}")
    assert found(other).verdict is Verdict.UNDECIDABLE
    fewer = without(other, lambda row: row["method"] == "mine" and row["seed"] == "13")
    assert found(fewer).verdict is Verdict.FAIL


def test_means_tell_no_seeds():
    """A row that stands for several networks has no seeds to compare."""
    assert found(changed(table(seeds=(1,)), n=3.0)).verdict is Verdict.UNDECIDABLE
    assert found(changed(table(), mine, seed=None)).verdict is Verdict.UNDECIDABLE


def test_one_method_meets_nobody():
    """Without a second method at a point nothing is compared."""
    alone = without(table(), lambda row: row["method"] not in ("mine", "dense"))
    assert found(alone).verdict is Verdict.NOT_APPLICABLE


def test_other_points_are_not_compared():
    """A method that is at fewer ratios has dropped nothing."""
    columns = without(table(), lambda row: row["method"] == "mine" and row["compression_target"] == 16)
    assert found(columns).verdict is Verdict.PASS
