"""Each point of a method states the absolute value of the study's metric, not only a change.

What it checks
Each cell with a run that came to its end has an absolute value of the study's metric. A Top-1 accuracy that follows
from `n_correct` and `n_test` is stated; a change (`top1_change`) alone is not.

Why it matters
A change cannot be compared between papers whose dense networks differ.

Example
A table with the columns "ratio" and "Δ Top-1" alone fails at each of its points.

What it cannot see
Whether the values are right.

Source: Blalock et al. 2020, appendix B and section 4.
"""

import numpy as np

from audit.case import Case
from audit.rule import FAIL, NOT_APPLICABLE, PASS, Judgement, Rule, Scope, Severity, verdicts
from audit.subjects import each_cell

RULE = Rule("RES003", "no-raw-accuracy", Severity.ERROR, Scope.METHOD, absent=FAIL)


def check(case: Case) -> Judgement:
    """Look for a value of the metric in every cell that has an evaluated network."""
    results, cells, name = case.results, case.results.cells, case.study.metric_name
    ended = cells.count(results.evaluated) > 0
    stated = cells.count(np.isfinite(case.quality)) > 0
    changed = cells.count(np.isfinite(case.change)) > 0
    return Judgement(
        each_cell(results),
        verdicts((stated, PASS), (~ended, NOT_APPLICABLE), otherwise=FAIL),
        np.select([stated, changed, ended], [f"`{name}`", "`top1_change` alone", f"no `{name}`"], "no run that ended"),
        expected=f"an absolute `{name}` at each point",
        message={
            PASS: f"`{name}` is stated at each point",
            FAIL: f"no absolute `{name}`",
            NOT_APPLICABLE: "no run came to its end",
        },
        remedy={FAIL: f"record `{name}` of each network"},
    )
