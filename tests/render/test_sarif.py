"""SARIF: valid by its published schema, every result on a real file and line."""

import json
from pathlib import Path

import jsonschema
import pytest
from msgspec.structs import replace

from audit.anchors import anchors
from audit.pipeline import check
from audit.render import sarif
from audit.report import Anchor, Bar, Report
from audit.rule import Severity, Verdict
from tests import schemas, studies
from tests.studies import changed, table

WAIVED = """
[[waiver]]
rule = "RES004"
scope = {}
reason = "two seeds are all there are"
expires = 2999-01-01
[[claim]]
kind = "superiority"
method = "mine"
against = "random_all"
"""


def valid(text: str) -> dict:
    """The one run of a log that the published schema allows."""
    document = json.loads(text)
    schema = schemas.published("https://json.schemastore.org/sarif-2.1.0.json")
    jsonschema.Draft7Validator(schema).validate(document)
    (run,) = document["runs"]
    return run


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table with two seeds at 8×, and its study file, in a working directory that is a repository's root."""
    few = changed(
        table(), lambda row: row["compression_target"] == 8 and row["seed"] == "3", status="failed", top1=None
    )
    monkeypatch.chdir(tmp_path)
    (tmp_path / "res ults").mkdir()
    studies.write_csv(few, tmp_path / "res ults" / "study.csv")
    (tmp_path / "res ults" / "audit.toml").write_text(studies.STUDY + WAIVED)
    return Path("res ults")


@pytest.mark.parametrize("name", ["realistic", "hostile", "large"])
def test_valid(name: str, request: pytest.FixtureRequest):
    """What is written is SARIF 2.1.0, whatever names hold."""
    report: Report = request.getfixturevalue(name)
    run = valid(sarif.render(report, [Anchor("audit.toml", 1)] * len(report.findings)))
    assert len(run["results"]) == sum(
        each.verdict in (Verdict.FAIL, Verdict.UNDECIDABLE, Verdict.WAIVED) for each in report.findings
    )


def test_every_result_is_on_a_real_line(study: Path):
    """A row of the table or a line of audit.toml, relative to the repository, as a URI."""
    report = check(study)
    run = valid(sarif.render(report, anchors(report)))
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert run["results"]
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] in ("res%20ults/study.csv", "res%20ults/audit.toml")
        lines = Path(place["artifactLocation"]["uri"].replace("%20", " ")).read_text().splitlines()
        assert 1 <= place["region"]["startLine"] <= len(lines)
        assert rules[result["ruleIndex"]] == result["ruleId"]


def test_claims_and_waivers_stand_in_the_study_file(study: Path):
    """A finding on a claim stands at its `[[claim]]`, one of a row at the row."""
    report = check(study)
    place = {
        (finding.code, str(finding.scope.get("method"))): anchor
        for finding, anchor in zip(report.findings, anchors(report), strict=True)
    }
    lines = (study / "audit.toml").read_text().splitlines()
    assert lines[place["CLM002", "None"].line - 1] == "[[claim]]"
    row = place["RES004", "mine"]
    assert row.file == str(study / "study.csv")
    assert ",mine," in (study / "study.csv").read_text().splitlines()[row.line - 1]
    assert lines[place["DOC002", "None"].line - 1] == lines[0]


def test_levels(study: Path):
    """A fail has its severity; what is undecidable is open unless it fails the build; a waiver is a suppression."""
    report = check(study)
    open_ = {each.code for each in report.findings if each.verdict is Verdict.UNDECIDABLE}
    by_rule = {each["ruleId"]: each for each in valid(sarif.render(report, anchors(report)))["results"]}
    assert (by_rule["CTX002"]["kind"], by_rule["CTX002"]["level"]) == ("fail", "error")
    assert (by_rule["CTX003"]["kind"], by_rule["CTX003"]["level"]) == ("fail", "warning")
    assert {(by_rule[code]["kind"], by_rule[code]["level"]) for code in open_} == {("open", "none")}
    waived = by_rule["RES004"]
    assert waived["level"] == "note"
    assert waived["suppressions"][0]["justification"].startswith("two seeds are all there are (until 2999-01-01")
    strict = replace(report, bar=Bar(Severity.NOTE, undecidable=True))
    counted = {each["ruleId"]: each for each in valid(sarif.render(strict, anchors(strict)))["results"]}
    assert {counted[code]["kind"] for code in open_} == {"fail"}
    assert {counted[code]["level"] for code in open_} <= {"error", "warning"}


def test_fingerprints_do_not_go_by_numbers(study: Path):
    """A finding is the same one when its rows move."""
    report = check(study)
    moved = replace(report, findings=tuple(replace(each, observed="else", evidence=()) for each in report.findings))
    place = [Anchor("audit.toml", 1)] * len(report.findings)

    def prints(of: Report) -> list[str]:
        return [each["partialFingerprints"]["finding/v1"] for each in valid(sarif.render(of, place))["results"]]

    assert prints(report) == prints(moved)
    open_ = [each for each in report.findings if each.verdict not in (Verdict.PASS, Verdict.DECLARED)]
    assert len(set(prints(report))) > len({each.code for each in open_}) / 2


def test_without_a_study_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Results without an audit.toml have a place too: their rows, else the first file that was read."""
    monkeypatch.chdir(tmp_path)
    studies.write_csv(table(), tmp_path / "study.csv")
    for location in (Path("study.csv"), tmp_path):
        report = check(location)
        for result in valid(sarif.render(report, anchors(report)))["results"]:
            place = result["locations"][0]["physicalLocation"]
            assert place["artifactLocation"]["uri"] == "study.csv"
            assert place["region"]["startLine"] >= 1


def test_links_in_names_are_no_links(study: Path):
    """What looks like a link in a message is shown as it is."""
    report = check(study)
    named = tuple(replace(each, message="[click](javascript:x) C:\\x") for each in report.findings)
    run = valid(sarif.render(replace(report, findings=named), anchors(report)))
    assert "\\[click](javascript:x) C:\\\\x" in run["results"][0]["message"]["text"]
