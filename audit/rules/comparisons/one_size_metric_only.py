"""Each point states both its compression ratio and its theoretical speedup.

Neither follows from the other: what a weight costs depends on the layer it is in, and the order of two methods can
differ between the two axes. A ratio that can be computed from recorded counts is stated. Source: Blalock et al. 2020,
section 6.
"""

import numpy as np

from audit.case import Case
from audit.rule import FAIL, PASS, Judgement, Rule, Scope, Severity, verdicts
from audit.subjects import each_cell

RULE = Rule("CMP002", "one-size-metric-only", Severity.ERROR, Scope.METHOD, absent=FAIL)


def check(case: Case) -> Judgement:
    """Look for both size metrics in every cell above 1×."""
    results, cells = case.results, case.results.cells
    subjects = each_cell(results, ~cells.dense)
    chosen = np.array([covered[0] for covered in subjects.cells], np.int64)
    ratio = (cells.count(~np.isnan(results.ratio)) > 0)[chosen]
    speedup = (cells.count(~np.isnan(results.speedup)) > 0)[chosen]
    return Judgement(
        subjects,
        verdicts((ratio & speedup, PASS), otherwise=FAIL),
        np.select(
            [ratio & speedup, ratio, speedup], ["both", "compression ratio only", "theoretical speedup only"], "neither"
        ),
        expected="compression ratio and theoretical speedup at each point",
        message={
            PASS: "compression ratio and theoretical speedup are both stated",
            FAIL: "only one size metric",
        },
        remedy={FAIL: "add `compression_ratio` and `theoretical_speedup`, or the counts that they follow from"},
    )
