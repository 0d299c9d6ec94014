"""Networks that were asked for a theoretical speedup: read beside each other at it, whatever ratios come of it."""

import pytest

from audit.duels import duels
from audit.engine import audit_results
from audit.render.latex_numbers import sections
from audit.render.matrix_table import matrices
from audit.render.numbers_table import numbers_tables
from audit.report import Report
from audit.rule import Verdict
from tests.noisy import noisy
from tests.studies import STUDY, Row, Table, case, changed, joined, only, without

SPREAD = {"mine": 1.0, "random_all": 1.3, "magnitude_all": 1.6, "random_alike": 1.1, "magnitude_alike": 0.9}
BASELINES = ("BAS001", "BAS002", "BAS003", "BAS004")
CLAIM = '[[claim]]\nname = "better"\nkind = "superiority"\nmethod = "mine"\nagainst = "random_all"\n'


def pruned(row: Row) -> bool:
    """Whether a network is no dense control."""
    return row["method"] != "dense"


def faster(columns: Table) -> Table:
    """Filters removed to speedups: each method meets a target within 2 %, at ratios that are far apart."""
    return changed(
        columns,
        pruned,
        granularity="filter",
        speedup_target=lambda row: row["compression_target"],
        theoretical_speedup=lambda row: row["compression_target"] * (1.02 if row["method"] == "mine" else 1),
        compression_ratio=lambda row: row["compression_target"] * SPREAD[row["method"]],
        compression_target=None,
    )


@pytest.fixture(scope="module")
def both() -> Table:
    """Every method at the ratios 2 to 32, and at the speedups of the same numbers."""
    return joined(changed(noisy(), pruned, granularity="filter"), without(faster(noisy()), lambda row: not pruned(row)))


@pytest.fixture(scope="module")
def report(both: Table) -> Report:
    """What is told of both."""
    judged = case(both, STUDY + CLAIM)
    return audit_results(judged.results, judged.study, (), version="0")


@pytest.mark.parametrize("code", BASELINES)
def test_baselines_stand_at_the_speedup(code: str):
    """At one target, achieved within a quarter in log2; at another one they do not, though ratios come near."""
    assert only(case(faster(noisy())), code, method="mine").verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE)
    elsewhere = changed(
        faster(noisy()),
        lambda row: pruned(row) and row["method"] != "mine",
        speedup_target=lambda row: 1.5 * row["speedup_target"],
        theoretical_speedup=lambda row: 1.5 * row["theoretical_speedup"],
        compression_ratio=lambda row: row["speedup_target"],
    )
    said = only(case(elsewhere), code, method="mine")
    assert said.verdict is Verdict.FAIL
    assert "speedup 2.04×" in said.message + said.remedy


def test_methods_meet_at_one_speedup_and_at_one_ratio(both: Table):
    """Each pair of methods once for each, and never across."""
    found = duels(case(both))
    sizes = [(each.speedup, None if each.speedup else each.ratio) for each in found]
    assert len(found) == 2 * len(duels(case(noisy())))
    assert set(sizes) == {(n, None) for n in (2.0, 4.0, 8.0, 16.0, 32.0)} | {
        (None, n) for n in (2.0, 4.0, 8.0, 16.0, 32.0)
    }


def test_columns_are_headed_by_the_speedup_that_was_asked_for(report: Report):
    """After the ratios, in tables of numbers and of differences; every cell in one of them."""
    heads = ["2×", "4×", "8×", "16×", "32×"]
    heads += [f"speedup {each}" for each in heads]
    (table,) = numbers_tables(report, report.metric)
    assert [header.label for header in table.columns] == heads
    assert all(all(row.entries) for row in table.rows)
    for matrix in matrices(report, report.pairs[0]):
        assert list(matrix.columns) == heads
        assert all(all(row.differences) for row in matrix.rows)


def test_macros_tell_a_speedup_from_a_ratio(report: Report):
    """No two have one name."""
    names = [macro.name for section in sections(report, (report.metric,)) for macro in section.macros]
    assert len(set(names)) == len(names)
    assert any("AtSpeedupTwo" in name for name in names)


def test_a_claim_is_tested_at_speedups_as_well(both: Table, report: Report):
    """Each test says which it is; a curve is that of ratios, or of speedups where there are more of them."""
    (answer,) = report.claims
    assert [test.speedup for test in answer.tests].count(None) == 5
    assert {test.speedup for test in answer.tests} == {None, 2, 4, 8, 16, 32}
    curve = STUDY + CLAIM + 'endpoint = "curve"\n'
    for columns in (both, faster(noisy())):
        judged = case(columns, curve)
        (found,) = audit_results(judged.results, judged.study, (), version="0").claims
        assert [test.ratio for test in found.tests] == [None]
        assert found.tests[0].effect is not None


def test_the_area_is_over_ratios_alone(report: Report):
    """Speedups would put other ratios beside each other: the area is that of the study without them."""
    alone = case(noisy(), STUDY)
    expected = audit_results(alone.results, alone.study, (), version="0")
    assert [each.metrics["area"].mean for each in report.areas] == [
        each.metrics["area"].mean for each in expected.areas
    ]
    assert expected.areas
