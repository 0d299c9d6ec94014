"""REP001: the commit of every run."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Table, case, changed, table, without

CLEAN = changed(table(), commit="0123abcd" * 5, dirty=0.0)

CASES = Cases(
    sound=lambda: case(CLEAN),
    faulty=lambda: case(changed(CLEAN, lambda row: row["seed"] == "2", dirty=1.0)),
    silent=lambda: case(table()),
    on_silence=Verdict.FAIL,
)


def found(columns: Table) -> studies.Finding:
    """What is said of the study."""
    return studies.only(case(columns), "REP001")


@pytest.mark.parametrize("loss", [{"commit": None}, {"dirty": 1.0}, {"dirty": None}])
def test_each_run_is_asked(loss: dict):
    """One run without a commit, with changes, or that does not say so, fails, and is the evidence."""
    said = found(changed(CLEAN, lambda row: row["method"] == "mine" and row["seed"] == "2", **loss))
    assert said.verdict is Verdict.FAIL
    assert said.observed.startswith("5 of 78 runs")
    assert said.evidence_total == 5


def test_several_commits_are_no_fault():
    """Runs may be of different commits."""
    assert "and 1 more" in found(changed(CLEAN, lambda row: row["seed"] == "2", commit="f" * 40)).observed


def test_lost_runs_are_not_asked():
    """A run that died before it recorded anything is no fault."""
    lost = changed(CLEAN, lambda row: row["seed"] == "2", status="failed", commit=None, dirty=None)
    assert found(lost).verdict is Verdict.PASS


def test_a_commit_alone_is_half():
    """A commit without word of uncommitted changes is not enough."""
    assert found(without(CLEAN, None, "dirty")).verdict is Verdict.FAIL
