"""`audit gate`: which findings close it, and what it writes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.cli import main
from tests import studies
from tests.studies import Table, changed, table, whole, without

Run = Callable[..., tuple[int, str, str]]
MASKS = '[[waiver]]\nrule = "REP005"\nscope = {}\nreason = "masks are not kept"\nexpires = 2999-01-01\n'
SOUND = whole(table())
NO_RANDOM = without(SOUND, lambda row: row["method"] == "random_all")
OPEN = without(SOUND, None, "steps_final_weights", "epochs")


def moved(points: float) -> Table:
    """The table with the proposed method's accuracies moved by some points, and spread a little."""
    return changed(
        SOUND,
        lambda row: row["method"] == "mine",
        top1=lambda row: row["top1"] + points / 100 + 0.001 * int(row["seed"]) ** 2,
    )


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `audit gate` on a table and a study file in a directory of its own."""
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)

    def run(columns: Table, gate: str, *arguments: object) -> tuple[int, str, str]:
        studies.write_csv(columns, tmp_path / "study.csv")
        (tmp_path / "audit.toml").write_text(f"{studies.WHOLE}{MASKS}{gate}")
        with pytest.raises(SystemExit) as stop:
            main(["gate", str(tmp_path), *map(str, arguments)])
        return int(stop.value.code or 0), *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("columns", "gate", "code"),
    [
        (SOUND, "", 0),  # a warning is left: too few pairs
        (SOUND, '[gate]\nfail_on = "warning"\n', 1),
        (SOUND, '[gate]\nrules = ["CMP001"]\n', 1),  # what is named fails the build
        (SOUND, '[gate]\nrules = ["CMP001"]\n[gate.severities]\nCMP001 = "warning"\n', 0),
        (NO_RANDOM, "", 1),
        (NO_RANDOM, '[gate]\nrules = ["RES", "no-magnitude-baseline"]\n', 0),
        (NO_RANDOM, '[gate]\nrules = ["BAS"]\n', 1),
        (NO_RANDOM, '[gate.severities]\nno-global-random-baseline = "warning"\n', 0),
        (OPEN, "", 1),  # what is undecidable counts
        (OPEN, '[gate]\nrules = ["RES", "BAS001"]\n', 0),
    ],
)
def test_what_closes_the_gate(run: Run, columns: Table, gate: str, code: int):
    """By default all errors, fails and undecidable; else the rules that are named, as they weigh there."""
    assert run(columns, gate)[0] == code


def test_a_method_that_adds_nothing(run: Run):
    """CLM003 as an error refuses a method that is not better than its matched random and magnitude pruning."""
    strict = '[gate.severities]\nCLM003 = "error"\n'
    assert run(moved(-5), "")[0] == 0
    code, out, _ = run(moved(-5), strict)
    assert code == 1
    assert "The gate is closed: 1 finding (CLM003)." in out
    assert run(moved(5), strict)[0] == 0


def test_severities_are_those_of_the_gate(run: Run):
    """What is written carries the severity that a rule has at the gate."""
    _, out, _ = run(SOUND, '[gate.severities]\nCMP001 = "error"\n', "--format", "json")
    found = {each["code"]: each for each in json.loads(out)["findings"] if each["verdict"] == "fail"}
    assert found["CMP001"]["severity"] == "error"


def test_the_job_summary(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The summary goes to --summary, else to what GitHub names, added to what is there."""
    summary = tmp_path / "out" / "summary.md"
    summary.parent.mkdir()
    summary.write_text("before\n")
    code, out, _ = run(NO_RANDOM, "", "--summary", summary)
    text = summary.read_text()
    assert code == 1
    assert text.startswith("before\n### prune-audit")
    assert "**The gate is closed: 1 finding (BAS001).**" in text
    assert "For all results" in out
    other = summary.with_name("other.md")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(other))
    code, _, _ = run(SOUND, "", "--format", f"sarif={summary.with_name('x.sarif')}", "--format", "github")
    assert code == 0
    assert "**The gate is open.**" in other.read_text()
    assert json.loads(summary.with_name("x.sarif").read_text())["version"] == "2.1.0"


def test_a_summary_never_replaces_an_input(run: Run, tmp_path: Path):
    """The summary is not added to a file that is audited."""
    code, out, err = run(SOUND, "", "--summary", tmp_path / "study.csv")
    assert (code, out) == (2, "")
    assert "is part of the input" in err


def test_a_wrong_gate(run: Run):
    """A rule that is not there is 2, with its line."""
    code, out, err = run(SOUND, '[gate]\nrules = ["to-few-seeds"]\n')
    assert (code, out) == (2, "")
    assert "did you mean `too-few-seeds`?" in err
