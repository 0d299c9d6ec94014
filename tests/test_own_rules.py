"""Rules of the user's own: from a module that a study names, and from an installed package."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from audit import registry
from audit.cli import main
from audit.pipeline import check
from audit.registry import RuleError, resolve, rules
from audit.rule import Verdict
from audit.study import Study, StudyError
from audit.testing import LAWS, Cases, case, changed, check_rule, table
from tests import studies
from tests.packages import installed

SLOW = '''
"""No network is slow."""

import numpy as np

from audit.rule import FAIL, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, verdicts
from audit.subjects import each_cell

RULE = Rule("LAB001", "too-slow", Severity.ERROR, Scope.METHOD, absent=UNDECIDABLE, needs=("latency_pruned",),
            parameters={"seconds": 1.0})


def check(case, *, seconds):
    cells = case.results.cells
    slowest = cells.extreme(np.where(case.measured, case.results.number("latency_pruned"), np.nan), largest=True)
    subjects = each_cell(case.results, cells.count(case.measured) > 0)
    slow = slowest[subjects.covered]
    return Judgement(
        subjects,
        verdicts((np.isnan(slow), UNDECIDABLE), (slow > seconds, FAIL), otherwise=PASS),
        observed=[f"{each:.3g} s" for each in slow],
        expected=f"at most {seconds} s",
        message={FAIL: "a network is slow", PASS: "no network is slow", UNDECIDABLE: "no latency is recorded"},
        remedy="measure latency, or make it quicker",
    )
'''
NAMED = '[rules]\nmodules = ["my_rules"]\n'
FAST, SLOWLY = (changed(table(), latency_pruned=each) for each in (0.1, 9.0))


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory with `my_rules.py`, a table and a study file that names the module."""
    (tmp_path / "my_rules.py").write_text(SLOW)
    studies.write_csv(SLOWLY, tmp_path / "study.csv")
    (tmp_path / "audit.toml").write_text(studies.STUDY + NAMED)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    sys.modules.pop("my_rules", None)


def module(own: Path) -> ModuleType:
    """The module of the fixture."""
    return registry.load_module("my_rules", own)


def of(own: Path, toml: str = NAMED) -> Study:
    """The study of the fixture with another text."""
    return Study.parse(toml, own / "audit.toml")


def test_a_rule_of_a_study(own: Path):
    """It is asked with the others, by its code, name or family; its parameters and waivers work."""
    report = check(own, trust=True, select=["LAB"])
    assert {each.verdict for each in report.findings} == {Verdict.FAIL}
    assert report.findings[0].message == "a network is slow"
    assert report.rules["LAB001"] == "No network is slow."
    assert len(check(own, trust=True, ignore=["too-slow"]).findings) < len(check(own, trust=True).findings)
    (own / "audit.toml").write_text(studies.STUDY + NAMED + "[rules.too-slow]\nseconds = 10.0\n")
    assert {each.verdict for each in check(own, trust=True, select=["too-slow"]).findings} == {Verdict.PASS}
    waiver = '[[waiver]]\nrule = "LAB001"\nscope = {}\nreason = "known"\nexpires = 2999-01-01\n'
    (own / "audit.toml").write_text(studies.STUDY + NAMED + waiver)
    assert {each.verdict for each in check(own, trust=True, select=["LAB001"]).findings} == {Verdict.WAIVED}


def test_code_that_comes_with_results_is_not_run(own: Path, capsys: pytest.CaptureFixture[str]):
    """Without --trust the module is not imported, and one line says what to do."""
    (own / "my_rules.py").write_text(f"open({str(own / 'ran')!r}, 'w')\n{SLOW}")
    with pytest.raises(SystemExit) as stop:
        main(["check", str(own)])
    out, err = capsys.readouterr()
    assert (stop.value.code, out) == (2, "")
    assert err.count("\n") == 1
    assert f"{own / 'audit.toml'}:5: names rules of its own, which are code, in `my_rules`; --trust" in err
    assert not (own / "ran").exists()
    with pytest.raises(SystemExit) as stop:
        main(["check", str(own), "--trust"])
    assert stop.value.code == 1
    assert (own / "ran").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be imported: ModuleNotFoundError"),
        ("x = 1\n", "has no `RULE` and `check`"),
        ("1 / 0\n", "cannot be imported: ZeroDivisionError"),
        ("raise SystemExit\n", "cannot be imported: SystemExit"),
        (SLOW.replace("LAB001", "RES004"), "rule RES004 `too-slow` is there already: RES004 `too-few-seeds`"),
        (SLOW.replace('"too-slow"', '"too-few-seeds"'), "is there already: RES004 `too-few-seeds`"),
        (SLOW.replace("LAB001", "slow"), "needs a code like ABC001"),
        (SLOW.replace('"too-slow"', '"Too slow"'), "a name like a-fault"),
    ],
)
def test_modules_that_are_no_rules(own: Path, text: str | None, words: str):
    """A module that cannot be loaded, or clashes with a rule, is an error with its line."""
    (own / "my_rules.py").unlink()
    if text is not None:
        (own / "my_rules.py").write_text(text)
    with pytest.raises(StudyError) as raised:
        rules(of(own))
    assert words in str(raised.value)
    assert str(raised.value).startswith(f"{own / 'audit.toml'}:2: ")


@pytest.mark.parametrize("value", ['"my_rules"', "[1]", '[""]', "{}"])
def test_modules_are_a_list_of_names(own: Path, value: str):
    """Anything else is an error with its line."""
    with pytest.raises(StudyError, match="must be a list of texts"):
        registry.validate(of(own, f"[rules]\nmodules = {value}\n"))


def test_a_rule_that_fails_is_named(own: Path, capsys: pytest.CaptureFixture[str]):
    """An exception in a rule of somebody else's is its own, not a defect of prune-audit, and is one line."""
    (own / "my_rules.py").write_text(SLOW.replace("cells = case", "1 / 0\n    cells = case"))
    with pytest.raises(SystemExit) as stop:
        main(["check", str(own), "--trust"])
    out, err = capsys.readouterr()
    assert (stop.value.code, out) == (2, "")
    assert "rule LAB001 of `my_rules` failed: ZeroDivisionError: division by zero" in err


def test_rules_of_an_installed_package(own: Path, capsys: pytest.CaptureFixture[str]):
    """A package brings rules by the entry point `prune_audit.rules`: they are listed, explained and asked."""
    installed(own, "lab", "[prune_audit.rules]\nlab = my_rules\n")
    module(own)  # from here on, its directory is in the module path
    registry._installed.cache_clear()
    try:
        assert resolve(["too-slow"]) == {"LAB001"}
        with pytest.raises(SystemExit):
            main(["rule", "LAB001"])
        assert "No network is slow." in capsys.readouterr().out
        (own / "audit.toml").write_text(studies.STUDY)
        assert {each.verdict for each in check(own, select=["LAB001"]).findings} == {Verdict.FAIL}
        (own / "audit.toml").write_text(studies.STUDY + NAMED)
        with pytest.raises(StudyError, match="is there already"):
            check(own, trust=True)
    finally:
        registry._installed.cache_clear()


def test_an_installed_package_that_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A package whose rules cannot be loaded is named."""
    installed(tmp_path, "lab", "[prune_audit.rules]\nlab = no_such_module\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry._installed.cache_clear()
    try:
        with pytest.raises(RuleError, match=r"the installed rules `lab` \(no_such_module\) cannot be loaded"):
            rules()
    finally:
        registry._installed.cache_clear()


def cases() -> Cases:
    """The three cases of the rule."""
    return Cases(
        sound=lambda: case(FAST), faulty=lambda: case(SLOWLY), silent=lambda: case(table()),
        on_silence=Verdict.UNDECIDABLE,
    )  # fmt: skip


def test_the_laws_hold_for_rules_of_others(own: Path):
    """A sound rule of one's own keeps the laws."""
    check_rule(module(own), cases())


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("(slow > seconds, FAIL)", "(slow > 1e9, FAIL)", "the faulty study is pass"),
        ('needs=("latency_pruned",)', "needs=()", "a number that is none in a text: nan s"),
        ('"a network is slow"', '"a network is slow."', "ends in a full stop"),
        ('remedy="measure latency, or make it quicker"', 'remedy=""', "nothing says what would settle"),
        ("    subjects =", "    cells.results.columns['top1'][0] = 0\n    subjects =", "the rule changes the results"),
        ('f"{each:.3g} s"', "f\"{each:.3g} s of {cells.results.number('top1')[0]}\"", "another order of rows"),
        ('f"at most {seconds} s"', 'f"at most {id(case)} s"', "it says something else"),
    ],
)
def test_the_laws_find_what_is_wrong(own: Path, before: str, after: str, words: str):
    """A rule that breaks a law is named with the law."""
    assert before in SLOW
    (own / "my_rules.py").write_text(SLOW.replace(before, after))
    with pytest.raises(AssertionError, match=r"^LAB001: ") as raised:
        check_rule(module(own), cases())
    assert words in str(raised.value)


def test_there_are_laws():
    """Each law says in one sentence what it holds."""
    assert len(LAWS) == 7
    assert all((law.__doc__ or "").endswith(".") for law in LAWS)
