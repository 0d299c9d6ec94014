"""RES003: an absolute value at each point."""

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, case, changed, table, without

CHANGES = changed(table(), top1_change=lambda row: row["top1"] - 0.9)

CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(without(CHANGES, None, "top1")),
    silent=lambda: case(without(table(), None, "top1")),
    on_silence=Verdict.FAIL,
)


def mine(columns: studies.Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(case(columns, toml), "RES003", method="mine")


def test_one_point_without_a_value_fails():
    """Each point counts, and the message says which are bare."""
    found = mine(changed(CHANGES, lambda row: row["compression_target"] == 8, top1=None))
    assert found.verdict is Verdict.FAIL
    assert found.observed == "`top1_change` alone"
    assert "in 1 of 5 cells (8.01×)" in found.message


def test_an_infinite_value_is_none():
    """A number that is not finite states nothing."""
    assert mine(changed(table(), lambda row: row["compression_target"] == 8, top1=float("inf"))).verdict is Verdict.FAIL


def test_correct_examples_state_it():
    """Accuracy that follows from recorded counts is stated."""
    columns = changed(table(), n_correct=lambda row: round(10000 * row["top1"]))
    assert mine(without(columns, None, "top1")).verdict is Verdict.PASS


def test_points_whose_runs_all_failed_have_nothing_to_state():
    """A point without a run that ended is not held against the method; a method without any is not judged."""
    assert (
        mine(changed(table(), lambda row: row["compression_target"] == 8, status="failed", top1=None)).verdict
        is Verdict.PASS
    )
    assert mine(changed(table(), status="failed", top1=None)).verdict is Verdict.NOT_APPLICABLE


def test_the_metric_of_the_study_is_meant():
    """Where the study reports another metric, Top-1 and its changes do not stand in for it."""
    toml = studies.STUDY + "[metric.f1]\nsubstantial_drop = 0.1\n"
    assert mine(CHANGES, toml).verdict is Verdict.FAIL
    assert mine(changed(CHANGES, f1=0.5), toml).verdict is Verdict.PASS
