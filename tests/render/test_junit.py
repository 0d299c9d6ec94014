"""JUnit's XML: valid by Jenkins's schema, with a failure for what fails the build and for nothing else."""

from collections import Counter
from xml.etree import ElementTree as Tree

import pytest
from msgspec.structs import replace

from audit.render import junit
from audit.report import Bar, Report
from audit.rule import Severity, Verdict
from tests import schemas


def parsed(report: Report) -> Tree.Element:
    """The document of a report, which the schema allows."""
    text = junit.render(report)
    schemas.junit().validate(text)
    return Tree.fromstring(text.partition("\n")[2])


@pytest.mark.parametrize("name", ["realistic", "hostile"])
def test_valid(name: str, request: pytest.FixtureRequest):
    """A test for each finding, and counts that add up, whatever names hold."""
    report: Report = request.getfixturevalue(name)
    suites = parsed(report)
    cases = list(suites.iter("testcase"))
    assert len(cases) == len(report.findings) == int(suites.get("tests", ""))
    for suite in suites:
        outcomes = Counter(child.tag for case in suite for child in case)
        assert int(suite.get("failures", "")) == outcomes["failure"]
        assert int(suite.get("skipped", "")) == outcomes["skipped"]
        assert int(suite.get("tests", "")) == len(suite)


@pytest.mark.parametrize(
    "bar", [Bar(), Bar(Severity.WARNING), Bar(Severity.NOTE, undecidable=True), Bar(None)], ids=str
)
def test_failures_are_what_fails_the_build(realistic: Report, bar: Bar):
    """The failures are the findings that the exit code speaks of; nothing else that is open has passed."""
    report = replace(realistic, bar=bar)
    cases = list(parsed(report).iter("testcase"))
    failed = [case.find("failure") is not None for case in cases]
    assert failed == [bar.counts(each) for each in report.findings]
    passed = [case.find("system-out") is not None for case in cases]
    assert passed == [each.verdict in (Verdict.PASS, Verdict.DECLARED) for each in report.findings]


def test_waivers_have_their_reason(realistic: Report):
    """A waived finding is skipped, with the reason."""
    waived = replace(realistic.findings[0], verdict=Verdict.WAIVED, waiver="agreed (until 2030-01-01; was: fail)")
    (case,) = parsed(replace(realistic, findings=(waived,))).iter("testcase")
    skipped = case.find("skipped")
    assert skipped is not None
    assert "agreed (until 2030-01-01; was: fail)" in (skipped.text or "")


def test_control_characters(realistic: Report):
    """What XML cannot hold is replaced."""
    strange = replace(realistic.findings[0], message="a\x00b\x1b[31m\ud800c", scope={"method": "m\x07"})
    (case,) = parsed(replace(realistic, findings=(strange,))).iter("testcase")
    assert case.get("name") == "m\ufffd"
