"""The findings as JUnit's XML, for test reports of CI: a rule is a suite, a finding one of its tests.

What fails the build is a failure; another fail, what is undecidable, not applicable or waived is skipped, with its
reason; the rest has passed.
"""

import re
from itertools import groupby
from xml.etree import ElementTree as Tree

from audit.render.naming import Names
from audit.report import Report
from audit.rule import Finding, Verdict

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PASSED = (Verdict.PASS, Verdict.DECLARED)


def render(report: Report) -> str:
    """One XML document."""
    names = Names.of(report)
    suites = Tree.Element("testsuites", name="prune-audit")
    for (code, name), found in groupby(report.findings, key=lambda finding: (finding.code, finding.name)):
        suite = Tree.SubElement(suites, "testsuite", name=_text(f"{code} {name}"))
        for finding in found:
            _case(suite, report, finding, names)
        _count(suite)
    _count(suites)
    Tree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Tree.tostring(suites, encoding="unicode") + "\n"


def _case(suite: Tree.Element, report: Report, finding: Finding, names: Names) -> None:
    (where,) = names.scopes([finding.scope])
    case = Tree.SubElement(suite, "testcase", classname=_text(f"{finding.code}.{finding.name}"), name=_text(where))
    said = _text(f"{finding.verdict.value.replace('_', ' ')}: {finding.message}")
    if report.bar.counts(finding):
        failure = Tree.SubElement(case, "failure", type=str(finding.severity), message=said)
        failure.text = _text(_details(finding))
    elif finding.verdict not in _PASSED:
        skipped = Tree.SubElement(case, "skipped", type=str(finding.severity), message=said)
        skipped.text = _text(_details(finding))
    else:
        Tree.SubElement(case, "system-out").text = _text(f"{said}\n{_details(finding)}")


def _details(finding: Finding) -> str:
    told = (
        ("seen", finding.observed),
        ("expected", finding.expected),
        ("settle", finding.remedy),
        ("waived", finding.waiver),
        ("evidence", ", ".join(f"{e.source} {e.row or e.run_id or ''}".strip() for e in finding.evidence[:3])),
    )
    return "\n".join(f"{label}: {text}" for label, text in told if text)


def _count(element: Tree.Element) -> None:
    """Count what is below an element, as readers of the format expect it on it."""
    cases = list(element.iter("testcase"))
    element.set("tests", str(len(cases)))
    element.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    element.set("errors", "0")
    if element.tag == "testsuite":
        element.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))


def _text(text: str) -> str:
    """Text that XML can hold."""
    return _NOT_XML.sub("\ufffd", text)
