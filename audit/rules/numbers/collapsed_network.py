"""Networks that are no better than chance are seen, and told of.

What it checks
A network has collapsed where its accuracy is at most chance + 0.05 × (dense − chance). Chance is 1 ÷ classes, or
`[metric.NAME] chance`. The rule never fails: it says how many networks of a method on a pair have collapsed, and at
which ratios collapsed and living runs stand in one cell. Not applicable where chance is not known.

Why it matters
The mean of a cell that mixes both describes neither, and has no interval here; nor does a cell where all have collapsed
show how a method declines.

Example
Seeds at 0.71, 0.69 and 0.10 on ten classes: one of three has collapsed.

What it cannot see
A network that predicts one class of an unbalanced test set, which is better than 1 ÷ classes. It raises no alarm, so
that it has no rate of false ones.

Source: Blalock et al. 2020, appendix B, on variation, and decision 5 (docs/decisions).
"""

import numpy as np

from audit.case import Case
from audit.rule import NOT_APPLICABLE, PASS, Judgement, Rule, Scope, Severity
from audit.subjects import each_method

RULE = Rule("NUM011", "collapsed-network", Severity.NOTE, Scope.METHOD, absent=NOT_APPLICABLE)

_SHOWN = 5


def check(case: Case) -> Judgement:
    """Count collapsed networks by cell."""
    cells, subjects = case.results.cells, each_method(case.results)
    known = np.isfinite(case.quality) & np.isfinite(case.chance)
    looked_at, collapsed = cells.count(known), cells.count(case.collapsed & known)
    said = []
    for number in range(len(subjects)):
        mine = subjects.cells(number)
        dead, of = int(collapsed[mine].sum()), int(looked_at[mine].sum())
        mixed = sorted(mine[case.mixed[mine]].tolist(), key=lambda cell: cells.ratio[cell])
        if not of:
            said.append((NOT_APPLICABLE, "", "no network has a number and a chance level to hold it against"))
        elif not dead:
            said.append((PASS, f"none of {of} networks", "no network has collapsed to chance"))
        elif not mixed:
            said.append(
                (PASS, f"{dead} of {of} networks", "networks have collapsed to chance, none in a cell with living ones")
            )
        else:
            at = ", ".join(f"{collapsed[cell]} of {looked_at[cell]} at {cells.point(cell)}" for cell in mixed[:_SHOWN])
            more = ", …" if len(mixed) > _SHOWN else ""
            message = "networks have collapsed to chance beside living ones: their cells have no interval"
            said.append((PASS, f"{dead} of {of} networks; {at}{more}", message))
    return Judgement(
        subjects,
        [verdict for verdict, *_ in said],
        [observed for _, observed, _ in said],
        expected="",
        message=[message for *_, message in said],
        rows=[_evidence(case, subjects.rows(number)) for number in range(len(subjects))],
    )


def _evidence(case: Case, rows: np.ndarray) -> np.ndarray:
    """The collapsed networks among some rows; all where there is none."""
    return rows[case.collapsed[rows]] if case.collapsed[rows].any() else rows
