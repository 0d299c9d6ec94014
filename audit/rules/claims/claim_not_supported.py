"""Each claim is supported by its own test.

What it checks
For each `[[claim]]` the difference of its method and what it is held against, over seeds, at each of its points: paired
where initial weights are equal between the methods at each seed and distinct between seeds, else Welch. Superiority
needs a 95 % interval above 0; non-inferiority one above minus the margin, at ratios where the reference beats its
matched random; equivalence two one-sided tests inside the margin; efficiency a lower cost, and with a margin
non-inferiority as well. Over all points each test must reject; over any, after Holm's correction. Holm's correction
runs over the claims marked `primary`. A claim that the data contradict fails. What cannot be told is undecidable: a
single seed, no variation, collapsed and living runs in one cell, runs that did not finish, no margin, a test that could
not reach its level. The number of seeds it would take follows from the declared margin or `effect`, never from the
difference that was observed.

Why it matters
Most differences in pruning papers are smaller than what seeds alone do. A margin that is chosen after the fact, a mean
over dead and living networks, or a dozen tests at 0.05 each would show anything.

Example
`mine` is said to beat `global_magnitude` at 8×. Three paired seeds differ by +0.4, +0.1 and +0.3 points: the interval
runs from −0.11 to +0.65, which is undecidable. With `effect = 0.005`, half a point, the answer says how many seeds it
would take.

What it cannot see
Claims that are not declared; a margin or a claim that was written after the results were seen; whether the networks
that were compared had equal chances (CMP rules). On simulated studies its error stays at its level, or what it comes to
instead is stated: see docs/claims.md.

Source: Blalock et al. 2020, section 6; Holm 1979; Schuirmann 1987; Welch 1947.
"""

from audit.answer import Answer, Outcome
from audit.case import Case
from audit.claims import answers, rows_behind
from audit.rule import FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity
from audit.subjects import labelled
from audit.wording import points

RULE = Rule("CLM002", "claim-not-supported", Severity.ERROR, Scope.CLAIM, absent=UNDECIDABLE)

_VERDICT = {Outcome.SUPPORTED: PASS, Outcome.CONTRADICTED: FAIL, Outcome.UNDECIDABLE: UNDECIDABLE}
_SAYS = {
    Outcome.SUPPORTED: "the data support the claim",
    Outcome.CONTRADICTED: "the data contradict the claim",
    Outcome.UNDECIDABLE: "whether the claim holds cannot be told",
}


def check(case: Case) -> Judgement:
    """Ask what the data answer to each claim."""
    if not case.study.claims:
        return _no_claims(case)
    found = answers(case)
    return Judgement(
        labelled(case.results, *({"claim": each.claim} for each in found)),
        [_VERDICT[each.outcome] for each in found],
        [_seen(each) for each in found],
        [_expected(each) for each in found],
        [_message(each) for each in found],
        [_remedy(each) for each in found],
        rows_behind(case),
    )


def _no_claims(case: Case) -> Judgement:
    declared = case.study.claims is not None
    return Judgement(
        labelled(case.results, {}),
        [NOT_APPLICABLE if declared else UNDECIDABLE],
        "`claims = []`" if declared else "no `[[claim]]`",
        "claims that can be tested",
        "nothing is claimed" if declared else "what is claimed is not declared",
        "" if declared else "declare each claim as a `[[claim]]`, or `claims = []` where there is none",
    )


def _message(answer: Answer) -> str:
    bound = f" {answer.condition}" if answer.condition else ""
    exploratory = any(note.startswith("exploratory") for note in answer.notes)
    return _SAYS[answer.outcome] + bound + (", as an exploratory one" if exploratory else "")


def _seen(answer: Answer) -> str:
    parts = [answer.reason]
    if answer.smallest_margin is not None and answer.outcome is not Outcome.SUPPORTED:
        margin = points(answer.smallest_margin, percent=answer.percent, sign=False)
        parts.append(f"the smallest margin that these data could support is {margin}, known only after the fact")
    return "; ".join(parts)


def _expected(answer: Answer) -> str:
    where = (
        f"at {'each' if answer.over == 'all' else 'some'} point" if answer.endpoint == "ratios" else "over the curve"
    )
    margin = "the margin" if answer.margin is None else points(answer.margin, percent=answer.percent, sign=False)
    wanted = {
        "superiority": f"better than `{answer.against}` {where}",
        "non-inferiority": f"worse than `{answer.against}` by less than {margin} {where}",
        "equivalence": f"within {margin} of `{answer.against}` {where}",
        "efficiency": f"a better {answer.metric} than `{answer.against}` {where}",
    }[answer.kind]
    return f"{wanted}, at a level of {answer.level:.3g}"


def _remedy(answer: Answer) -> str:
    if answer.outcome is Outcome.CONTRADICTED:
        return "withdraw the claim, or restrict it to what the data support"
    return answer.remedy
