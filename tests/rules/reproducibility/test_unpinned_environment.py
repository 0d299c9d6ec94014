"""REP003: versions that are recorded and equal."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Table, case, changed, joined, table, without

CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(changed(table(), lambda row: row["method"] == "random_all", torch="1.13.1")),
    silent=lambda: case(without(table(), None, "python", "torch")),
    on_silence=Verdict.FAIL,
)


def found(columns: Table, **scope: str) -> studies.Finding:
    """What is said of a pair."""
    return studies.only(case(columns), "REP003", **scope)


@pytest.mark.parametrize("column", ["python", "torch"])
def test_each_version_is_asked(column: str):
    """One run without a version fails, and the runs that lack it are the evidence."""
    said = found(changed(table(), lambda row: row["seed"] == "2", **{column: None}))
    assert said.verdict is Verdict.FAIL
    assert said.observed == f"`{column}` missing in 26 of 78 runs"
    assert said.evidence_total == 26


def test_two_versions_are_named():
    """Both versions are shown, and the runs of the rarer one are the evidence."""
    said = found(changed(table(), lambda row: row["method"] == "random_all", torch="1.13.1"))
    assert said.observed == "python 3.11.7; torch 1.13.1, 2.4.0"
    assert said.evidence_total == 15


def test_pairs_are_judged_apart():
    """Pairs are not compared with each other, and may have environments of their own."""
    both = joined(table(), changed(table(dataset="svhn"), torch="2.5.0"))
    assert found(both, dataset="cifar10").verdict is Verdict.PASS
    assert found(both, dataset="svhn").verdict is Verdict.PASS


def test_lost_runs_are_not_asked():
    """A run that failed compares nothing."""
    assert found(changed(table(), lambda row: row["seed"] == "2", torch=None, status="failed")).verdict is Verdict.PASS
