"""What methods are made of, and which are proposed."""

import pytest

from audit.engine import audit_results
from audit.render import markdown_table
from audit.render.numbers_table import numbers_tables
from audit.render.palette import styles
from audit.roles import ALIASES, Roles, alias
from audit.schema import BY_NAME
from tests import studies
from tests.studies import case, changed, joined, table


def roles(columns: studies.Table, toml: str = "") -> Roles:
    """The roles of a table's methods."""
    return case(columns, toml).roles


def test_each_field_has_its_origin():
    """A field comes from the rows, else from audit.toml, else from the name."""
    columns = changed(table({"global_random": {"score": "random"}}), granularity=None, schedule=None)
    role = roles(columns, '[method.global_random]\nschedule = "one_shot"\nscore = "magnitude"\n').by_name[
        "global_random"
    ]
    assert role.fields == {
        "score": "random", "allocation": "global", "schedule": "one_shot", "granularity": "weight",
        "starts_from": "trained",
    }  # fmt: skip
    assert role.origins == {
        "score": "results", "allocation": "alias table", "schedule": "audit.toml", "granularity": "alias table",
        "starts_from": "results",
    }  # fmt: skip


def test_what_is_assumed_is_said():
    """Aliases that are used, fields that vary, and declarations that the results contradict become notes."""
    columns = joined(table({"global_random": {}, "mine": {}}), changed(table({"mine": {}}), starts_from="init"))
    notes = "\n".join(roles(columns, '[method.global_random]\ngranularity = "filter"\n').notes)
    assert "`global_random` is read by its name as: score random, allocation global" in notes
    assert "`mine` is recorded with several values of `starts_from`: init, trained" in notes
    assert "`global_random` has granularity weight in the results and filter in audit.toml: the results count" in notes
    assert "no method is marked `proposed`" in notes
    assert "dense" not in notes.replace("matched or dense", "")


def test_what_nobody_marks_is_a_candidate():
    """Figures and tables call a method proposed where the study file does, and no other."""
    judged = case(table({"mine": {}, "other": {}, "global_random": {}}), '[study]\ntitle = "A study"\n')
    report = audit_results(judged.results, judged.study, (), version="0")
    assert {each.name: each.role for each in report.methods} == {
        "mine": "candidate", "other": "candidate", "global_random": "random", "dense": "dense",
    }  # fmt: skip
    assert not any(style.proposed for style in styles(report).values())
    assert "proposed" not in markdown_table.render(numbers_tables(report, report.metric))


def test_nothing_is_assumed_where_all_is_said():
    """A study that says everything has no notes."""
    assert roles(table(), studies.STUDY).notes == ()


@pytest.mark.parametrize(
    ("made_of", "proposed"),
    [
        ({"score": "gradient", "allocation": "global"}, True),
        ({}, True),
        ({"score": "magnitude", "allocation": "lamp"}, True),
        ({"score": "magnitude", "allocation": "uniform"}, False),
        ({"score": "magnitude"}, False),
        ({"score": "random", "allocation": "erk"}, False),
        ({"score": "gradient", "allocation": "matched", "matched_to": "x"}, False),
        ({"score": "none"}, False),
    ],
)
def test_taken_as_proposed(made_of: dict, proposed: bool):
    """Where none is marked, every method that is not random, plain magnitude, matched or a control is proposed."""
    found = roles(table({"it": made_of}))
    assert found.proposed == (("it",) if proposed else ())
    assert not found.declared


def test_marked_as_proposed():
    """One mark suffices for the others not to be proposed."""
    found = roles(table({"mine": {}, "other": {}}), "[method.mine]\nproposed = true\n")
    assert found.proposed == ("mine",)
    assert found.by_name["mine"].kind == "proposed"
    assert found.by_name["other"].kind == "other"


def test_a_name_with_dense_rows_alone_is_not_proposed():
    """A control under another name than `dense` is still a control."""
    assert roles(table({"baseline": {}}, ratios=(1,))).proposed == ()


def test_kinds():
    """A method's kind follows from its score."""
    kinds = {name: role.kind for name, role in roles(table(), studies.STUDY).by_name.items()}
    assert kinds == {
        "dense": "dense", "mine": "proposed", "random_all": "random", "random_alike": "random",
        "magnitude_all": "magnitude", "magnitude_alike": "magnitude",
    }  # fmt: skip


def test_aliases_are_exact():
    """A name means something only if it is in the table, or names what it is matched to."""
    assert alias("random_matched_mine") == {"score": "random", "allocation": "matched", "matched_to": "mine"}
    assert alias("magnitude_matched_x")["score"] == "magnitude"
    assert alias("scratch_matched_x") == {"score": "none", "allocation": "matched", "matched_to": "x"}
    assert alias("global_filter_random") == {"score": "random", "allocation": "global", "granularity": "filter"}
    assert alias("GlobalMagWeight")["score"] == "magnitude"
    for name in ("random_matched_", "Global_magnitude", "my_global_magnitude", "mine"):
        assert alias(name) == {}
    assert all(set(fields) <= set(BY_NAME) for fields in ALIASES.values())


def test_fields_of_a_cell():
    """Where a method's rows differ, each cell has its own values."""
    judged = case(joined(table({"mine": {}}), changed(table({"mine": {}}, ratios=(64,)), starts_from="init")))
    cells = judged.results.cells
    values = {
        cells.point(cell): judged.roles.values(cell, "starts_from")
        for cell in range(len(cells))
        if not cells.dense[cell]
    }
    assert values["2×"] == {"trained"}
    assert values["64.1×"] == {"init"}
    assert judged.roles.values(0, "allocation") == frozenset()
