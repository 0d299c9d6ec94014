"""NUM011: collapsed networks are told of."""

from audit.rule import Severity, Verdict
from tests import studies
from tests.studies import Cases, Row, case, changed, table

CODE = "NUM011"
CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(changed(table(), at_eight, top1=0.1)),
    silent=lambda: case(changed(table(), dataset="mine")),
    on_silence=Verdict.NOT_APPLICABLE,
    on_fault=Verdict.PASS,
)


def at_eight(row: Row) -> bool:
    """One network of the proposed method."""
    return row["method"] == "mine" and row["compression_target"] == 8 and row["seed"] == "2"


def of_mine(columns: studies.Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(case(columns, toml), CODE, method="mine")


def test_mixed_cells_are_named():
    """A cell with collapsed and living runs is named, as a note that passes."""
    found = studies.only(CASES.faulty(), CODE, method="mine")
    assert (found.verdict, found.severity) == (Verdict.PASS, Severity.NOTE)
    assert found.observed == "1 of 15 networks; 1 of 3 at 8.01×"
    assert "beside living ones" in found.message
    assert found.evidence_total == 1


def test_where_all_have_collapsed():
    """A cell in which all runs have collapsed is not mixed."""
    found = of_mine(changed(table(), lambda row: row["compression_target"] == 32, top1=0.1))
    assert found.observed == "3 of 15 networks"
    assert "none in a cell with living ones" in found.message


def test_nothing_has_collapsed():
    """Living networks pass."""
    assert of_mine(table()).observed == "none of 15 networks"


def test_chance_may_be_declared():
    """A declared chance level counts, for metrics where lower is better too."""
    columns = changed(table(), perplexity=lambda row: 1000.0 if row["compression_target"] == 32 else 12.0)
    toml = studies.STUDY + '[metric.perplexity]\ndirection = "lower"\nchance = 1000\n'
    assert of_mine(columns, toml).observed == "3 of 15 networks"
