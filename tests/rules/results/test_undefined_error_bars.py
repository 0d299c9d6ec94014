"""RES006: error bars that are defined."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, case, changed, table

MEANS = changed(table(seeds=(1,)), seed=None, n=3.0)
BARS = changed(MEANS, top1_deviation=0.01, deviation_kind="std")

CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(changed(BARS, deviation_kind="test-set error")),
    silent=lambda: case(MEANS),
    on_silence=Verdict.FAIL,
)


def found(columns: studies.Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the study."""
    return studies.only(case(columns, toml), "RES006")


@pytest.mark.parametrize("kind", ["std", "sem", "ci95", "STD"])
def test_stated_deviations_are_declared(kind: str):
    """A table of means with deviation, kind and n is a declaration."""
    assert found(changed(BARS, deviation_kind=kind)).verdict is Verdict.DECLARED


@pytest.mark.parametrize(
    "gap", [{"deviation_kind": None}, {"deviation_kind": "bar"}, {"n": None}, {"top1_deviation": None}]
)
def test_a_part_that_is_missing_leaves_the_bar_undefined(gap: dict):
    """Kind, n and deviation are all needed, and the kind must be one that is known."""
    assert found(changed(BARS, **gap)).verdict is Verdict.FAIL


def test_raw_runs_need_no_declaration():
    """Where raw runs show the variation over seeds, a test-set error beside each is no fault."""
    assert found(changed(table(), top1_deviation=0.003, deviation_kind="test-set error")).verdict is Verdict.PASS


def test_one_run_has_no_bar():
    """A cell with one run fails, and the message names the method and the ratio."""
    columns = changed(
        table(),
        lambda row: row["method"] == "mine" and row["compression_target"] == 8 and row["seed"] != "1",
        top1=None,
    )
    said = found(columns)
    assert said.verdict is Verdict.FAIL
    assert "(`mine` 8.01×)" in said.message


def test_points_without_a_number_are_not_asked():
    """A ratio at which every run failed has no bar to define."""
    assert found(changed(table(), lambda row: row["compression_target"] == 32, status="failed")).verdict is Verdict.PASS


def test_the_metric_of_the_study_is_meant():
    """The deviation of another metric is looked for under its own name."""
    toml = studies.STUDY + "[metric.f1]\n"
    columns = changed(BARS, f1=0.5)
    assert found(columns, toml).verdict is Verdict.FAIL
    assert found(changed(columns, f1_deviation=0.1), toml).verdict is Verdict.DECLARED
