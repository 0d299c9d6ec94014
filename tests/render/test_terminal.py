"""The terminal report: readable in 80 columns, with and without colour."""

import re
from pathlib import Path

import pytest

from audit.engine import audit_results
from audit.render import terminal
from audit.report import Input, Report
from tests import studies
from tests.studies import case, changed, joined, table, without

FEW = changed(table(), lambda row: row["method"] == "random_all" and row["seed"] == "3", status="failed")
OPEN = without(table(), None, "steps_final_weights")
ANSI = re.compile(r"\x1b\[[0-9;]*m")

SNAPSHOT = Path(__file__).parent / "snapshots" / "check.txt"


def report(columns: studies.Table, toml: str = studies.STUDY, select: tuple[str, ...] = ()) -> Report:
    """The report on a table."""
    judged = case(columns, f'[study]\ntitle = "A small study"\n{toml}')
    return audit_results(
        judged.results,
        judged.study,
        (Input("study.csv", "table", len(judged.results)),),
        version="0",
        select=frozenset(select) or None,
    )


def test_snapshot():
    """The verdicts item by item, what is open with what would settle it, and the answer: looked at, then kept."""
    text = terminal.render(report(FEW, select=("EXP004", "RES004", "RES005", "BAS001", "CMP004")))
    assert text == SNAPSHOT.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize(
    "columns", [FEW, OPEN, joined(table(), table(dataset="svhn", seeds=(1,)))], ids=["few", "open", "two"]
)
def test_fits_the_width(columns: studies.Table, width: int):
    """No line is longer than the terminal, none ends in blanks, and the text ends with one line break."""
    text = terminal.render(report(columns, toml=""), width=width)
    assert all(len(line) <= width for line in text.splitlines())
    assert all(line == line.rstrip() for line in text.splitlines())
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "\x1b" not in text


def test_long_names_are_not_lost():
    """Names longer than a line are folded, not cut."""
    name = "a_method_with_a_name_that_is_longer_than_any_terminal_is_wide_" * 3
    columns = changed(table(seeds=(1,)), lambda row: row["method"] == "mine", method=name)
    text = terminal.render(report(columns, toml=""), width=80)
    assert name in re.sub(r"\s+", "", text)


def test_colour_is_never_the_only_sign():
    """With colours taken away the coloured text is the plain one."""
    plain, coloured = (terminal.render(report(FEW), colour=colour) for colour in (False, True))
    assert "\x1b[" in coloured
    assert ANSI.sub("", coloured).split() == plain.split()


def test_markup_in_names_is_text():
    """Square brackets and emoji codes of a study are shown as they are."""
    columns = changed(table(seeds=(1,)), lambda row: row["method"] == "mine", method="[red]:warning:[/red]")
    assert "[red]:warning:[/red]" in terminal.render(report(columns, toml=""))


def test_what_is_undecidable_says_what_would_settle_it():
    """An open question is shown with its remedy, and the answer counts it."""
    text = terminal.render(report(OPEN, select=("RES004", "CMP004")))
    assert "? undecidable CMP004 no-dense-control" in text
    assert "settle   record `steps_final_weights` for dense and pruned networks" in text
    assert "No error was found, but 1 question cannot be answered (CMP004)." in text


def test_waived_findings_carry_their_reason():
    """A waived finding is printed with its reason and its last day."""
    toml = studies.STUDY + '[[waiver]]\nrule = "RES004"\nscope = {}\nreason = "for now"\nexpires = 2999-01-01\n'
    text = terminal.render(report(FEW, toml))
    assert "~ waived" in text
    assert "waived   for now (until 2999-01-01; was: fail)" in text
