"""The findings as commands of a GitHub workflow, which become annotations: most severe first, ten at most.

GitHub shows at most ten annotations of a step; where there are more, the tenth counts the rest.
"""

from collections.abc import Sequence

from audit.render.naming import Names
from audit.render.places import relative
from audit.report import Anchor, Report
from audit.rule import Finding, Severity, Verdict
from audit.wording import visible

MOST = 10
_SHOWN = (Verdict.FAIL, Verdict.UNDECIDABLE, Verdict.WAIVED)
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(report: Report, anchors: Sequence[Anchor]) -> str:
    """A line for each annotation; `anchors` are the places of the report's findings, in their order.

    Findings that say the same of several methods or pairs are one, at the place of the first.
    """
    alike: dict[tuple, list[tuple[Finding, Anchor]]] = {}
    for finding, anchor in zip(report.findings, anchors, strict=True):
        if finding.verdict in _SHOWN:
            said = (finding.code, finding.verdict, finding.severity, finding.message, finding.observed, finding.remedy)
            alike.setdefault(said, []).append((finding, anchor))
    found = sorted(alike.values(), key=lambda group: _gravity(report, group[0][0]))
    shown = found if len(found) <= MOST else found[: MOST - 1]
    lines = [_annotation(report, group, Names.of(report)) for group in shown]
    if rest := found[len(shown) :]:
        codes = ", ".join(dict.fromkeys(group[0][0].code for group in rest))
        lines.append(f"::notice title=prune-audit::{_data(f'{report.answer} {len(rest)} more: {codes}.')}")
    return "".join(f"{line}\n" for line in lines)


def _gravity(report: Report, finding: Finding) -> tuple[bool, int, int]:
    return not report.bar.counts(finding), _SHOWN.index(finding.verdict), -finding.severity


def _annotation(report: Report, group: list[tuple[Finding, Anchor]], names: Names) -> str:
    finding, anchor = group[0]
    where = "; ".join(names.scopes([each.scope for each, _ in group]))
    fails = finding.verdict is Verdict.FAIL or report.bar.counts(finding)
    said = [f"{where}: {finding.verdict.value}: {finding.message}."]
    for label, text in (("Seen", finding.observed), ("To settle it", finding.remedy), ("Waived", finding.waiver)):
        if text:
            said.append(f"{label}: {text}.")
    properties = {
        "file": relative(anchor.file),
        "line": str(anchor.line),
        "title": f"{finding.code} {finding.name}",
    }
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_LEVELS[finding.severity] if fails else 'notice'} {given}::{_data(chr(10).join(said))}"


def _data(text: str) -> str:
    return "\n".join(map(visible, text.split("\n"))).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
