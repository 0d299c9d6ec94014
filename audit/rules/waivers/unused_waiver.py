"""Every waiver covers a finding.

What it checks
Each `[[waiver]]` that is in force covers at least one finding of its rule, within its scope, that fails or is
undecidable; also where that rule is not among those selected. Not applicable where no waiver is in force.

Why it matters
A waiver that covers nothing was settled, or has a scope that fits nothing: the finding that it was meant for counts, or
the next one is accepted unread.

Example
`rule = "RES004"`, `scope = { method = "mien" }`: no method has that name, fail.

What it cannot see
Whether a waiver covers more than it was meant for.

Source: this project; no item of the checklist.
"""

from collections.abc import Sequence

from audit.case import Case
from audit.rule import FAIL, NOT_APPLICABLE, PASS, Finding, Judgement, Rule, Scope, Severity
from audit.subjects import labelled

RULE = Rule("WVR002", "unused-waiver", Severity.WARNING, Scope.STUDY, absent=NOT_APPLICABLE, last=True)


def check(case: Case, findings: Sequence[Finding]) -> Judgement:
    """Look for the findings that each waiver covers."""
    waivers, used = case.study.waivers, {finding.waived_by for finding in findings}
    numbers = [number for number, waiver in enumerate(waivers) if waiver.expires >= case.today]
    if not numbers:
        return Judgement(labelled(case.results, {}), [NOT_APPLICABLE], message="no waiver is in force")
    return Judgement(
        labelled(case.results, *({} for _ in numbers)),
        [PASS if number in used else FAIL for number in numbers],
        [f"{waivers[number].rule} for {_scope(waivers[number].scope)}: {waivers[number].reason}" for number in numbers],
        "a finding of the rule in its scope that fails or is undecidable",
        {FAIL: "a waiver covers no finding", PASS: "every waiver in force covers a finding"},
        {FAIL: "remove the waiver, or correct its scope"},
        declared=[("waiver", number) for number in numbers],
    )


def _scope(scope: dict[str, str | float]) -> str:
    return ", ".join(f"{key} {value}" for key, value in scope.items()) or "everything"
