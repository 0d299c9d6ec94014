"""The answers to claims as lines of text: what each rests on, why it is open, and what would settle it."""

from msgspec import Struct

from audit.answer import Answer, Outcome, Test
from audit.render import notation
from audit.report import Report
from audit.wording import chances, points, span

EFFICIENCY = "efficiency"  # whose margin is of the study's metric, and whose effect is of a cost


class TestLine(Struct, frozen=True):
    """One comparison behind an answer: where, what came of it, and what it shows."""

    where: str
    outcome: Outcome
    shows: str

    __test__ = False  # is no test of pytest's


class ClaimLine(Struct, frozen=True):
    """A claim in words, its answer, what that rests on, why, and what would settle an open one."""

    claim: str
    says: str
    outcome: Outcome
    rests_on: str
    why: str
    settle: str
    tests: tuple[TestLine, ...]


def claim_lines(report: Report) -> tuple[ClaimLine, ...]:
    """The claims of a report, in its order."""
    return tuple(_line(report, answer) for answer in report.claims)


def rests_on(answer: Answer) -> str:
    """The effect that decides, its interval, p and n, and what the answer is bound to; "" where nothing was tested."""
    return _shows(answer, answer.p_adjusted)


def _line(report: Report, answer: Answer) -> ClaimLine:
    against = f" against `{answer.against}`" if answer.against else ""
    percent = report.metric.percent if answer.kind == EFFICIENCY else answer.percent
    margin = "" if answer.margin is None else f", margin {points(answer.margin, percent=percent, sign=False)}"
    kind = "primary" if answer.primary else "exploratory"
    says = answer.statement or f"{answer.kind} of `{answer.method}`{against} in `{answer.metric}`{margin} ({kind})"
    settle = answer.remedy if answer.outcome is Outcome.UNDECIDABLE else ""
    tests = tuple(map(_test, answer.tests))
    return ClaimLine(answer.claim, says, answer.outcome, rests_on(answer), answer.reason, settle, tests)


def _test(test: Test) -> TestLine:
    at = "over the curve" if test.ratio is None else f"at {notation.ratio(test.ratio)}"
    if test.speedup is not None:
        at = f"at a speedup of {notation.ratio(test.speedup)}"
    shown = _shows(test, test.p)
    where = f"`{test.metric}` of {test.architecture} on {test.dataset} {at}"
    return TestLine(where, test.outcome, shown or test.reason)


def _shows(found: Answer | Test, p: float | None) -> str:
    if found.effect is None or found.interval is None or found.n is None:
        return ""
    percent = found.percent
    parts = [f"{points(found.effect, percent=percent)} [{span(found.interval, percent=percent)}]"]
    parts += [chances(p)] if p is not None else []
    parts += [f"n = {found.n[0]}" if found.n[0] == found.n[1] else f"n = {found.n[0]} and {found.n[1]}"]
    return ", ".join(filter(None, (*parts, found.test, found.condition)))
