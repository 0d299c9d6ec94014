"""What holds for every rule: ours, and those of anybody else.

Each law is a function of a rule and its three cases; it raises AssertionError where the rule breaks it.
"""

import copy
import pickle
import random
from collections.abc import Callable, Iterator
from types import ModuleType

import numpy as np
from msgspec.structs import replace

from audit.case import Case
from audit.engine import judge
from audit.registry import Loaded, load
from audit.results import Coded, Values
from audit.rule import Finding, Scope, Verdict
from audit.testing.studies import Cases, case, changed, table

LABELS = {
    Scope.STUDY: set(),
    Scope.PAIR: {"dataset", "architecture"},
    Scope.METHOD: {"dataset", "architecture", "method"},
    Scope.CLAIM: {"claim"},
    Scope.COMPARISON: {"comparison"},
}
STRANGE = (float("nan"), float("inf"), float("-inf"), 0.0, -1.0)
NUMBERS = ("compression_ratio", "compression_target", "top1", "theoretical_speedup", "n")
_GOOD = {Verdict.PASS, Verdict.DECLARED}
_EVIDENCE = 20
Law = Callable[[Loaded, Cases], None]


def findings(loaded: Loaded, judged: Case) -> tuple[Finding, ...]:
    """What a rule says of a case, whether or not the case's study knows it."""
    return judge(judged, select=frozenset({loaded.rule.code}), more=(loaded,))


def _each(cases: Cases) -> Iterator[Case]:
    return (make() for make in (cases.sound, cases.faulty, cases.silent))


def right_on_its_three_cases(loaded: Loaded, cases: Cases) -> None:
    """A sound study passes, a faulty one fails, and absent evidence is what the rule says of it: never a pass."""
    sound, faulty, silent = ({each.verdict for each in findings(loaded, judged)} for judged in _each(cases))
    assert sound, "nothing is said of the sound study"
    assert sound <= _GOOD, f"the sound study is {_shown(sound)}"
    assert cases.on_fault in faulty, f"the faulty study is {_shown(faulty)}"
    assert cases.on_silence in (Verdict.FAIL, Verdict.UNDECIDABLE, Verdict.NOT_APPLICABLE)
    assert cases.on_silence in silent, f"the silent study is {_shown(silent)}"
    assert not silent & _GOOD, f"the silent study is {_shown(silent)}"


def whole_findings(loaded: Loaded, cases: Cases) -> None:
    """Each finding has its scope's labels and one sentence; what is open says what would settle it."""
    for judged in _each(cases):
        for found in findings(loaded, judged):
            assert set(found.scope) <= LABELS[loaded.rule.scope], f"the scope {dict(found.scope)}"
            assert found.message, "a finding without a message"
            assert not found.message.endswith("."), f"a message that ends in a full stop: {found.message}"
            told = f"{found.message} {found.observed} {found.expected} {found.remedy}"
            assert "nan" not in told.split(), f"a number that is none in a text: {found.observed}"
            assert len(found.evidence) == min(found.evidence_total, _EVIDENCE)
            if found.verdict in (Verdict.FAIL, Verdict.UNDECIDABLE):
                assert found.remedy, f"nothing says what would settle: {found.message}"
                assert found.expected, f"nothing says what was expected: {found.message}"
            if found.verdict is Verdict.PASS:
                assert found.examined > 0
                assert found.evidence_total > 0 or found.declared[0] == "waiver", "a pass without evidence"


def indifferent_to_row_order(loaded: Loaded, cases: Cases) -> None:
    """The rows may come in any order."""
    for judged in _each(cases):
        order = np.array(random.Random(3).sample(range(len(judged.results)), len(judged.results)))
        shuffled = Case(judged.results.select(order), judged.study)
        assert _said(loaded, shuffled) == _said(loaded, judged), "another order of rows gives other findings"


def indifferent_to_extra_columns(loaded: Loaded, cases: Cases) -> None:
    """A column that no rule knows changes nothing."""
    for judged in _each(cases):
        rows = len(judged.results)
        extra: dict[str, Values] = {"comment": Coded.of(["a"] * rows), "extra": np.arange(rows, dtype=float)}
        wider = Case(replace(judged.results, columns={**judged.results.columns, **extra}), judged.study)
        assert _said(loaded, wider) == _said(loaded, judged), "further columns give other findings"


def pure_and_deterministic(loaded: Loaded, cases: Cases) -> None:
    """A rule leaves the results as they were, and says the same when it is asked again."""
    for judged in _each(cases):
        fresh = copy.deepcopy(judged)
        before = {key: pickle.dumps(column) for key, column in judged.results.columns.items()}
        once = findings(loaded, judged)
        after = {key: pickle.dumps(column) for key, column in judged.results.columns.items()}
        assert after == before, "the rule changes the results"
        assert findings(loaded, judged) == once == findings(loaded, fresh), "asked again, it says something else"


def never_passes_without_networks(loaded: Loaded, cases: Cases) -> None:
    """A study whose every run failed passes nothing."""
    failed = case(changed(table(), status="failed", top1=None))
    found = {each.verdict for each in findings(loaded, failed)}
    assert not found & _GOOD, f"a study of failed runs is {_shown(found)}"


def survives_strange_numbers(loaded: Loaded, cases: Cases) -> None:
    """NaN, infinities, zero and negative numbers are judged without an error."""
    for column in NUMBERS:
        for value in STRANGE:
            strange = changed(table(), lambda row: row["seed"] == "2", **{column: value})
            assert findings(loaded, case(strange)), f"nothing is said where `{column}` is {value}"


LAWS: tuple[Law, ...] = (
    right_on_its_three_cases,
    whole_findings,
    indifferent_to_row_order,
    indifferent_to_extra_columns,
    pure_and_deterministic,
    never_passes_without_networks,
    survives_strange_numbers,
)


def check_rule(module: ModuleType, cases: Cases) -> None:
    """Hold the rule of a module against every law; raises AssertionError, which names the law it breaks."""
    loaded = load(module, module.__name__)
    for law in LAWS:
        try:
            law(loaded, cases)
        except AssertionError as error:
            raise AssertionError(f"{loaded.rule.code}: {law.__doc__} But {error}") from error


def _said(loaded: Loaded, judged: Case) -> list[tuple]:
    """What a rule says, without the places of the evidence."""
    return sorted(
        (each.verdict.value, str(each.scope), each.message, each.observed, each.remedy, each.examined,
         each.evidence_total)
        for each in findings(loaded, judged)
    )  # fmt: skip


def _shown(verdicts: set[Verdict]) -> str:
    return " and ".join(sorted(each.value for each in verdicts)) or "not judged"
