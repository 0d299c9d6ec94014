"""What holds for every rule that there is."""

import copy
import pickle
import random
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from audit.engine import judge
from audit.registry import Loaded, rules
from audit.results import Coded
from audit.rule import Scope, Verdict
from tests import studies
from tests.studies import Cases

LABELS = {
    Scope.STUDY: set(),
    Scope.PAIR: {"dataset", "architecture"},
    Scope.METHOD: {"dataset", "architecture", "method"},
    Scope.CLAIM: {"claim"},
    Scope.COMPARISON: {"comparison"},
}
HEADINGS = ["What it checks", "Why it matters", "Example", "What it cannot see", "Source"]
every_rule = pytest.mark.parametrize("loaded", rules(), ids=lambda loaded: loaded.rule.code)
every_case = pytest.mark.parametrize("name", ["sound", "faulty", "silent"])


def cases_of(loaded: Loaded) -> Cases:
    """The cases that the rule's own tests bring."""
    family, fault = loaded.check.__module__.split(".")[-2:]
    found: Cases = import_module(f"tests.rules.{family}.test_{fault}").CASES
    return found


def test_there_are_rules():
    """Discovery finds the rules, each code and name once."""
    codes = [loaded.rule.code for loaded in rules()]
    names = [loaded.rule.name for loaded in rules()]
    assert len(codes) >= 14
    assert len(set(codes)) == len(codes)
    assert len(set(names)) == len(names)


@every_rule
def test_documented(loaded: Loaded):
    """A rule's module says in one sentence what should hold, explains it under fixed headings, and names its source."""
    first, blank, *rest = loaded.documentation.splitlines()
    assert first.endswith(".")
    assert not blank
    headings = [line.partition(":")[0] for line in rest if line in HEADINGS or line.startswith("Source: ")]
    assert headings == HEADINGS
    module = import_module(loaded.check.__module__)
    assert module.__name__.rpartition(".")[2].replace("_", "-") == loaded.rule.name
    assert all(key in (loaded.check.__kwdefaults__ or loaded.check.__annotations__) for key in loaded.rule.parameters)


@every_rule
def test_right_on_its_three_cases(loaded: Loaded):
    """A sound study passes, a faulty one fails, and absent evidence is what the rule says of it: never a pass."""
    cases, code = cases_of(loaded), loaded.rule.code
    assert studies.verdicts(cases.sound(), code) <= {Verdict.PASS, Verdict.DECLARED}
    assert studies.verdicts(cases.sound(), code)
    assert cases.on_fault in studies.verdicts(cases.faulty(), code)
    silent = studies.verdicts(cases.silent(), code)
    assert cases.on_silence in silent
    assert cases.on_silence in (Verdict.FAIL, Verdict.UNDECIDABLE, Verdict.NOT_APPLICABLE)
    assert not silent & {Verdict.PASS, Verdict.DECLARED}


@every_rule
@every_case
def test_findings_are_whole(loaded: Loaded, name: str):
    """Each finding has its scope's labels and one sentence; what is open says what would settle it."""
    for finding in studies.findings(getattr(cases_of(loaded), name)(), loaded.rule.code):
        assert set(finding.scope) <= LABELS[loaded.rule.scope]
        assert finding.message
        assert not finding.message.endswith(".")
        assert "nan" not in f"{finding.message} {finding.observed} {finding.expected} {finding.remedy}".split()
        assert len(finding.evidence) == min(finding.evidence_total, 20)
        if finding.verdict in (Verdict.FAIL, Verdict.UNDECIDABLE):
            assert finding.remedy
            assert finding.expected
        if finding.verdict is Verdict.PASS:
            assert finding.examined > 0
            assert finding.evidence_total > 0 or finding.declared[0] == "waiver"


@every_rule
@every_case
def test_indifferent_to_row_order(loaded: Loaded, name: str):
    """The rows may come in any order."""
    case = getattr(cases_of(loaded), name)()
    order = np.array(random.Random(3).sample(range(len(case.results)), len(case.results)))
    shuffled = studies.Case(case.results.select(order), case.study)
    assert said(shuffled, loaded) == said(case, loaded)


@every_rule
@every_case
def test_indifferent_to_extra_columns(loaded: Loaded, name: str):
    """A column that no rule knows changes nothing."""
    case = getattr(cases_of(loaded), name)()
    extra = {"comment": Coded.of(["a"] * len(case.results)), "extra": np.arange(len(case.results), dtype=float)}
    wider = replace(case.results, columns={**case.results.columns, **extra})
    assert said(studies.Case(wider, case.study), loaded) == said(case, loaded)


@every_rule
@every_case
def test_pure_and_deterministic(loaded: Loaded, name: str):
    """A rule leaves the results as they were, and says the same when it is asked again."""
    case = getattr(cases_of(loaded), name)()
    before = {key: pickle.dumps(column) for key, column in case.results.columns.items()}
    once = studies.findings(case, loaded.rule.code)
    assert {key: pickle.dumps(column) for key, column in case.results.columns.items()} == before
    assert studies.findings(case, loaded.rule.code) == once
    assert studies.findings(copy.deepcopy(getattr(cases_of(loaded), name)()), loaded.rule.code) == once


@every_rule
def test_never_passes_without_networks(loaded: Loaded):
    """A study whose every run failed passes nothing."""
    table = studies.changed(studies.table(), status="failed", top1=None)
    assert not studies.verdicts(studies.case(table), loaded.rule.code) & {Verdict.PASS, Verdict.DECLARED}


@every_rule
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 0.0, -1.0])
@pytest.mark.parametrize("column", ["compression_ratio", "compression_target", "top1", "theoretical_speedup", "n"])
def test_survives_strange_numbers(loaded: Loaded, column: str, value: float):
    """NaN, infinities, zero and negative numbers are judged without an error or a warning."""
    table = studies.changed(studies.table(), lambda row: row["seed"] == "2", **{column: value})
    assert judge(studies.case(table), select=frozenset({loaded.rule.code}))


def said(case: studies.Case, loaded: Loaded) -> list[tuple]:
    """What a rule says, without the places of the evidence."""
    return sorted(
        (each.verdict.value, str(each.scope), each.message, each.observed, each.remedy, each.examined,
         each.evidence_total)
        for each in studies.findings(case, loaded.rule.code)
    )  # fmt: skip
