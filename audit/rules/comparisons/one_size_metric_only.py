"""Each point states both its compression ratio and its theoretical speedup.

What it checks
At each point above 1× of each method, every network with a number has a compression ratio and a theoretical speedup,
positive and finite: stated, or computed from `parameters` and `parameters_nonzero`, `macs` and `macs_nonzero`. Points
where no run gave a number are not asked.

Why it matters
Neither follows from the other: what a weight costs depends on the layer it is in, and the order of two methods can
differ between the two axes.

Example
A table with compression ratios alone fails at each of its points.

What it cannot see
Whether the two are right (NUM004 and NUM007 do the arithmetic).

Source: Blalock et al. 2020, section 6.
"""

import numpy as np

from audit.case import Case
from audit.rule import FAIL, NOT_APPLICABLE, PASS, Judgement, Rule, Scope, Severity, verdicts
from audit.subjects import each_cell

RULE = Rule("CMP002", "one-size-metric-only", Severity.ERROR, Scope.METHOD, absent=FAIL)


def check(case: Case) -> Judgement:
    """Look for both size metrics in every cell above 1×."""
    results, cells = case.results, case.results.cells
    subjects = each_cell(results, ~cells.dense)

    def everywhere(size: np.ndarray) -> np.ndarray:
        lacking = case.measured & ~(np.isfinite(size) & (size > 0))
        return cells.count(lacking)[subjects.covered] == 0

    none = cells.count(case.measured)[subjects.covered] == 0
    ratio, speedup = everywhere(results.ratio), everywhere(results.speedup)
    half = ratio & ~speedup & everywhere(results.number("macs_nonzero"))
    words = [
        "no network with a number",
        "both",
        "`compression_ratio` and `macs_nonzero`, without the dense network's `macs`",
        "`compression_ratio` alone",
        "`theoretical_speedup` alone",
    ]
    add = "add `compression_ratio` and `theoretical_speedup`, or the counts that they follow from"
    return Judgement(
        subjects,
        verdicts((none, NOT_APPLICABLE), (ratio & speedup, PASS), otherwise=FAIL),
        np.select([none, ratio & speedup, half, ratio, speedup], words, "neither for every network"),
        expected="compression ratio and theoretical speedup at each point",
        message={
            PASS: "compression ratio and theoretical speedup are both stated",
            FAIL: "compression ratio and theoretical speedup are not both stated",
            NOT_APPLICABLE: "no run gave a number",
        },
        remedy=np.select([none | (ratio & speedup), half], ["", "add `macs`: the speedup follows from both"], add),
    )
