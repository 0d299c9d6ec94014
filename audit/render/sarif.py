"""The findings as SARIF 2.1.0, for code scanning: each hangs on a real file and line.

A fail has its severity; what is undecidable is `open`, unless it fails the build; what is waived is suppressed, with
its reason. Passes are left out: services show every result as an alert.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from audit.render.naming import Names
from audit.render.places import uri
from audit.report import Anchor, Report
from audit.rule import Finding, Severity, Verdict

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SHOWN = (Verdict.FAIL, Verdict.UNDECIDABLE, Verdict.WAIVED)
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")  # what would be read as a link in a message


def render(report: Report, anchors: Sequence[Anchor]) -> str:
    """One SARIF log with one run; `anchors` are the places of the report's findings, in their order."""
    named = {finding.code: finding for finding in report.findings}
    numbers = {code: number for number, code in enumerate(named)}
    names = Names.of(report)
    results = [
        _result(report, finding, anchor, numbers[finding.code], names)
        for finding, anchor in zip(report.findings, anchors, strict=True)
        if finding.verdict in _SHOWN
    ]
    driver = {
        "name": "prune-audit",
        "version": report.version,
        "rules": [_rule(finding, report.rules.get(code, "")) for code, finding in named.items()],
    }
    notes = [{"level": "note", "message": {"text": _plain(note)}} for note in report.notes]
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "automationDetails": {"id": "prune-audit/"},
        "results": results,
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _rule(finding: Finding, documentation: str) -> dict[str, Any]:
    text = _plain(documentation or finding.name)
    return {
        "id": finding.code,
        "name": "".join(word.capitalize() for word in finding.name.split("-")),
        "shortDescription": {"text": text.partition("\n")[0]},
        "fullDescription": {"text": text.partition("\n")[0]},
        "help": {"text": text},
        "defaultConfiguration": {"level": str(finding.severity)},
    }


def _result(report: Report, finding: Finding, anchor: Anchor, number: int, names: Names) -> dict[str, Any]:
    fails = finding.verdict is Verdict.FAIL or report.bar.counts(finding)
    region = {"startLine": anchor.line}
    document: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": number,
        "kind": "open" if finding.verdict is Verdict.UNDECIDABLE and not fails else "fail",
        "level": _level(finding, fails=fails),
        "message": {"text": _message(finding, names)},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": uri(anchor.file)}, "region": region}},
        ],
        "partialFingerprints": {"finding/v1": _fingerprint(finding)},
        "properties": {
            "verdict": finding.verdict.value,
            "severity": str(finding.severity),
            "scope": dict(finding.scope),
            "evidence": [{"source": each.source, "row": each.row, "run_id": each.run_id} for each in finding.evidence],
            "evidence_total": finding.evidence_total,
        },
    }
    if finding.verdict is Verdict.WAIVED:
        document["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": _plain(finding.waiver)},
        ]
    return document


def _level(finding: Finding, *, fails: bool) -> str:
    if finding.verdict is Verdict.WAIVED:
        return str(Severity.NOTE)
    return str(finding.severity) if fails else "none"  # SARIF has no other level for what is open


def _message(finding: Finding, names: Names) -> str:
    """What is said, of whom, and what would settle it."""
    (where,) = names.scopes([finding.scope])
    parts = [f"{where}: {finding.message}."]
    for label, text in (
        ("Seen", finding.observed),
        ("Expected", finding.expected),
        ("To settle it", finding.remedy),
        ("Waived", finding.waiver),
    ):
        if text:
            parts.append(f"{label}: {text}.")
    return _plain("\n".join(parts))


def _plain(text: str) -> str:
    return _LINK.sub(r"\\[", text.replace("\\", "\\\\"))


def _fingerprint(finding: Finding) -> str:
    """What stays the same of a finding when rows move and numbers change."""
    scope: Mapping[str, object] = finding.scope
    parts = [finding.code, *(f"{key}={value}" for key, value in sorted(scope.items()))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
