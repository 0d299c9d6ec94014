"""The engine: absence, grouping, waivers, selection and order."""

import datetime

import numpy as np
import pytest

from audit.engine import audit_results, judge
from audit.registry import resolve, rules, validate
from audit.report import Report
from audit.rule import Severity, Verdict
from audit.study import Study, StudyError
from tests import studies
from tests.studies import case, changed, joined, table, without

TOMORROW = (datetime.date.today() + datetime.timedelta(days=1)).isoformat()
TODAY = datetime.date.today().isoformat()
YESTERDAY = (datetime.date.today() - datetime.timedelta(days=1)).isoformat()
FEW = changed(
    table(), lambda row: row["method"] == "mine" and row["compression_target"] > 8 and row["seed"] == "3", top1=None
)


def report(columns: studies.Table, toml: str = studies.STUDY, **asked: frozenset[str]) -> Report:
    """The report on a table."""
    judged = case(columns, toml)
    return audit_results(judged.results, judged.study, (), version="0", **asked)


def waiver(expires: str, scope: str = "{}", rule: str = "RES004") -> str:
    """A study file with one waiver."""
    return f'{studies.STUDY}[[waiver]]\nrule = "{rule}"\nscope = {scope}\nreason = "for now"\nexpires = {expires}\n'


def test_one_finding_for_each_verdict_and_scope():
    """Cells of a method become one finding: what does not pass is told with its cells, what passes is counted."""
    found = studies.only(case(FEW), "RES004", method="mine")
    assert found.verdict is Verdict.FAIL
    assert found.message == "fewer than 3 distinct seeds in 2 of 5 cells (16×, 32×)"
    assert found.examined == 5
    assert found.evidence_total == 6
    scopes = [(each.verdict, tuple(each.scope.values())) for each in studies.findings(case(FEW), "RES004")]
    assert len(scopes) == len(set(scopes)) == 6


def test_two_verdicts_of_one_scope():
    """A method with failing and with undecidable cells has a finding for each."""
    both = changed(
        FEW, lambda row: row["method"] == "mine" and row["compression_target"] == 2 and row["seed"] == "1", seed=None
    )
    found = {each.verdict: each for each in studies.findings(case(both), "RES004") if each.scope["method"] == "mine"}
    assert set(found) == {Verdict.FAIL, Verdict.UNDECIDABLE}
    assert found[Verdict.UNDECIDABLE].message.endswith("in 1 of 5 cells (2×)")


def test_evidence_is_the_first_twenty():
    """Evidence is where the rows stand, the first 20 and how many in all."""
    found = studies.only(case(table()), "RES006")
    assert len(found.evidence) == 20
    assert found.evidence_total == 78
    assert [each.row for each in found.evidence] == list(range(2, 22))
    assert found.evidence[0].source == "study.csv"


def test_absent_columns():
    """Where a scope lacks a column that a rule needs, the rule's verdict of absence is given and names it."""
    both = joined(table(), without(table(dataset="svhn"), None, "initial_weights"))
    found = {each.scope["dataset"]: each for each in studies.findings(case(both), "RES005")}
    assert found["cifar10"].verdict is Verdict.PASS
    assert found["svhn"].verdict is Verdict.UNDECIDABLE
    assert found["svhn"].message == "`initial_weights` is not recorded"
    assert found["svhn"].remedy == "record `initial_weights`"


def test_a_waiver_covers_until_its_last_day():
    """An unexpired waiver turns the finding into a waived one with its reason; an expired one covers nothing."""
    for last in (TODAY, TOMORROW):
        found = studies.only(case(FEW, waiver(last)), "RES004", method="mine")
        assert found.verdict is Verdict.WAIVED
        assert found.waiver == f"for now (until {last}; was: fail)"
        assert found.message == "fewer than 3 distinct seeds in 2 of 5 cells (16×, 32×)"
    assert studies.only(case(FEW, waiver(YESTERDAY)), "RES004", method="mine").verdict is Verdict.FAIL
    expired = studies.only(case(FEW, waiver(YESTERDAY)), "WVR001")
    assert expired.verdict is Verdict.FAIL


@pytest.mark.parametrize("rule", ["RES004", "res004", "too-few-seeds"])
def test_a_waiver_names_its_rule(rule: str):
    """A waiver names its rule by code or by name, and covers no other."""
    judged = case(changed(FEW, initial_weights="one"), waiver(TOMORROW, rule=rule))
    assert studies.only(judged, "RES004", method="mine").verdict is Verdict.WAIVED
    assert studies.only(judged, "RES005").verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("scope", "verdicts"),
    [
        ('{ method = "mine" }', {"waived"}),
        ('{ method = "other" }', {"fail"}),
        ('{ dataset = "cifar10", method = "mine" }', {"waived"}),
        ('{ dataset = "svhn", method = "mine" }', {"fail"}),
        ("{ compression_ratio = 16 }", {"fail", "waived"}),
        ("{ compression_ratio = 4 }", {"fail"}),
        ('{ claim = "any" }', {"fail"}),
    ],
)
def test_the_scope_of_a_waiver(scope: str, verdicts: set[str]):
    """A waiver covers what its whole scope matches, down to one ratio."""
    found = [
        each
        for each in studies.findings(case(FEW, waiver(TOMORROW, scope)), "RES004")
        if each.scope["method"] == "mine"
    ]
    assert {each.verdict.value for each in found} == verdicts


def test_a_pass_is_never_waived():
    """A waiver that no finding needs is a finding itself, whichever rules are asked beside it."""
    for ignored in (frozenset(), frozenset({"RES004"})):
        found = {each.code: each for each in report(table(), waiver(TOMORROW), ignore=ignored).findings}
        assert found["WVR002"].verdict is Verdict.FAIL
        assert not any(each.verdict is Verdict.WAIVED for each in found.values())
        assert ("RES004" in found) is not bool(ignored)


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        (waiver(TOMORROW, rule="RES"), "names several rules"),
        (waiver(TOMORROW, rule="RES999"), "no rule `RES999`"),
        (waiver(TOMORROW, scope='{ seed = "1" }'), "a waiver's scope has no `seed`"),
        ('[gate]\nrules = ["to-few-seeds"]\n', "did you mean `too-few-seeds`?"),
        ("[gate.severities]\nRES94 = 'error'\n", "no rule `RES94`"),
        ("[rules.too-few-seed]\nminimum = 2\n", "did you mean `too-few-seeds`?"),
        ("[rules.RES]\nminimum = 2\n", "names several rules"),
        ("[rules]\ntoo-few-seeds = 3\n", "must be a table"),
        ("[rules.RES004]\nmaximum = 2\n", "RES004 has no parameter `maximum`; it has: `minimum`"),
        ("[rules.RES003]\nmaximum = 2\n", "it has: none"),
        ("[rules.RES004]\nminimum = 'two'\n", "must be a whole number above 0, found 'two'"),
        ("[rules.RES004]\nminimum = 2.5\n", "must be a whole number above 0"),
        ("[rules.RES004]\nminimum = 0\n", "must be a whole number above 0"),
        ("[rules.RES004]\nminimum = true\n", "must be a whole number above 0"),
        ("[rules.RES002]\nevery_seed = -1.0\n", "must be a number, 0 or more"),
        ("[rules.RES002]\nevery_seed = nan\n", "must be a number, 0 or more"),
    ],
)
def test_what_only_the_rules_know_is_checked(toml: str, words: str):
    """Rules, parameters, waivers and the gate are checked against the rules that there are, each with its line."""
    with pytest.raises(StudyError) as raised:
        validate(Study.parse(toml))
    assert words in str(raised.value)
    assert raised.value.problems[0].startswith("audit.toml:")


def test_parameters_by_code_and_by_name():
    """A parameter may be set under the rule's code or name."""
    for word in ("RES004", "too-few-seeds"):
        judged = case(FEW, f"{studies.STUDY}[rules.{word}]\nminimum = 2\n")
        assert studies.verdicts(judged, "RES004") == {Verdict.PASS}


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (["RES004"], {"RES004"}),
        (["res004"], {"RES004"}),
        (["too-few-seeds", "BAS001"], {"RES004", "BAS001"}),
        (["BAS"], {f"BAS00{number}" for number in range(1, 7)}),
        (["bas"], {f"BAS00{number}" for number in range(1, 7)}),
        (["no-source-link"], {"DOC002"}),
        ([], set()),
    ],
)
def test_words_for_rules(words: list[str], codes: set[str]):
    """A rule is named by its code, its name, or its family."""
    assert resolve(words) == codes


@pytest.mark.parametrize("word", ["R", "RES00", "seeds", "", "RE", "XYZ"])
def test_words_that_name_no_rule(word: str):
    """Part of a code or of a name, and a family without rules, name nothing."""
    with pytest.raises(KeyError, match="no rule"):
        resolve([word])


def test_select_and_ignore():
    """Only selected rules are asked, without those ignored; the checklist says which were not judged."""
    found = report(FEW, select=resolve(["RES"]), ignore=resolve(["RES004"]))
    assert {each.code for each in found.findings} == {"RES001", "RES002", "RES003", "RES005", "RES006", "RES007"}
    assert {"RES004", "BAS001", "CTX001"} <= {each.code for each in found.not_asked}
    assert not report(FEW).not_asked


def test_a_sound_study_stands():
    """Of a study that has all it needs no rule finds a fault, but that it is one pair whose masks are not stored."""
    found = report(studies.whole(table()), studies.WHOLE).findings
    assert {each.code for each in found if each.verdict is Verdict.FAIL} == {"CMP001"}
    assert {each.code for each in found if each.verdict is Verdict.UNDECIDABLE} == {"CLM003", "REP005"}
    assert {each.code for each in found} == {loaded.rule.code for loaded in rules()}


def test_order():
    """Findings come in the order of the checklist, the worst first within a rule."""
    found = judge(case(FEW))
    codes = list(dict.fromkeys(each.code for each in found))
    assert codes == [loaded.rule.code for loaded in rules()]
    seeds = [each.verdict for each in found if each.code == "RES004"]
    assert seeds[0] is Verdict.FAIL
    assert set(seeds[1:]) == {Verdict.PASS}


def test_the_order_of_rows_changes_nothing():
    """The report is the same whatever the order of the rows, to the last cell."""
    judged = case(FEW)
    order = np.random.default_rng(0).permutation(len(judged.results))
    other = audit_results(judged.results.select(order), judged.study, (), version="0")
    one = report(FEW)
    assert [cell for cell in one.cells if dict(cell.metrics)] == [cell for cell in other.cells if dict(cell.metrics)]
    assert [(each.code, each.verdict, each.message) for each in one.findings] == [
        (each.code, each.verdict, each.message) for each in other.findings
    ]


def test_what_an_exit_code_speaks_of():
    """Fails at or above a severity count, undecidable ones where asked; waived ones never."""
    asked = resolve(["RES004", "RES005", "CMP004"])
    shared = report(changed(table(), initial_weights="one"), select=asked)
    assert shared.counting(Severity.WARNING)
    assert not shared.counting(Severity.ERROR)
    open_ = report(without(table(), None, "steps_final_weights"), select=asked)
    assert not open_.counting(Severity.ERROR)
    assert open_.counting(Severity.ERROR, undecidable=True)
    assert not report(FEW, waiver(TOMORROW), select=asked).counting(Severity.ERROR, undecidable=True)
    assert sum(shared.summary.values()) == len(shared.findings)


def test_methods_and_pairs():
    """The report lists methods with their roles, and pairs with their size, chance and seeds."""
    columns = changed(table(), parameters=lambda row: float("inf") if row["seed"] == "1" else 1000.0)
    found = report(columns)
    assert {each.name: each.role for each in found.methods}["mine"] == "proposed"
    (pair,) = found.pairs
    assert (pair.dataset, pair.architecture, pair.chance, pair.seeds, pair.parameters) == (
        "cifar10",
        "resnet20",
        0.1,
        3,
        1000,
    )


def test_a_study_without_pruned_networks_passes_nothing_about_them():
    """Where there is no pruned network, no rule about methods or baselines passes."""

    def about_pruning(each: studies.Finding) -> bool:
        return each.code in ("RES001", "RES002", "BAS001", "BAS002", "BAS003", "BAS004", "CMP002", "CMP004", "CMP005")

    found = [each for each in judge(case(table(methods={}))) if about_pruning(each)]
    assert len(found) == 9
    assert not any(each.verdict in (Verdict.PASS, Verdict.DECLARED) for each in found)


def test_rows_that_a_waiver_leaves_are_still_told():
    """What a waiver does not cover keeps its own evidence."""
    found = studies.findings(case(FEW, waiver(TOMORROW, "{ compression_ratio = 16 }")), "RES004")
    left = [each for each in found if each.verdict is Verdict.FAIL]
    assert [each.evidence_total for each in left] == [3]
