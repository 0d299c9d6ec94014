"""Every waiver is still in force.

What it checks
The last day of each `[[waiver]]` of audit.toml is today or later. Not applicable where there is no waiver.

Why it matters
A finding was accepted until a day, and that day has passed: it counts again, and whoever accepted it should know why.

Example
`expires = 2026-06-30`, judged in July: fail, and what it waived is a fail again.

What it cannot see
Whether the reason still holds.

Source: this project; no item of the checklist.
"""

from audit.case import Case
from audit.rule import FAIL, NOT_APPLICABLE, PASS, Judgement, Rule, Scope, Severity
from audit.subjects import labelled

RULE = Rule("WVR001", "expired-waiver", Severity.WARNING, Scope.STUDY, absent=NOT_APPLICABLE)


def check(case: Case) -> Judgement:
    """Hold the last day of each waiver against today."""
    waivers = case.study.waivers
    if not waivers:
        return Judgement(labelled(case.results, {}), [NOT_APPLICABLE], message="nothing is waived")
    over = [waiver.expires < case.today for waiver in waivers]
    return Judgement(
        labelled(case.results, *({} for _ in waivers)),
        [FAIL if each else PASS for each in over],
        [f"{waiver.rule} until {waiver.expires.isoformat()}: {waiver.reason}" for waiver in waivers],
        "a last day of today or later",
        {FAIL: "a waiver has expired", PASS: "every waiver is in force"},
        {FAIL: "remove the waiver, or give it a later day and a reason that still holds"},
        declared=[("waiver", number) for number in range(len(waivers))],
    )
