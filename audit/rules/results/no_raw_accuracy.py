"""Each point of a method states the absolute value of the study's metric, not only a change.

A change cannot be compared between papers whose dense networks differ. Source: Blalock et al. 2020, appendix B and
section 4.
"""

import numpy as np

from audit.case import Case
from audit.rule import FAIL, PASS, Judgement, Rule, Scope, Severity, verdicts
from audit.subjects import each_cell

RULE = Rule("RES003", "no-raw-accuracy", Severity.ERROR, Scope.METHOD, absent=FAIL)


def check(case: Case) -> Judgement:
    """Look for a value of the metric in every cell that has an evaluated network."""
    results, name = case.results, case.study.metric_name
    subjects = each_cell(results, results.cells.count(results.evaluated) > 0)
    chosen = np.array([covered[0] for covered in subjects.cells], np.int64)
    stated = results.cells.count(results.evaluated & results.present(name))[chosen]
    changed = results.cells.count(results.present("top1_change"))[chosen] > 0
    return Judgement(
        subjects,
        verdicts((stated > 0, PASS), otherwise=FAIL),
        np.where(stated > 0, f"`{name}` stated", np.where(changed, "only `top1_change`", f"no `{name}`")),
        expected=f"an absolute `{name}` at each point",
        message={PASS: f"`{name}` is stated at each point", FAIL: f"no absolute `{name}`"},
        remedy={FAIL: f"add the column `{name}`"},
    )
