"""A method is shown at five or more distinct compression ratios above 1.

What it checks
Each method on each pair has a number at `minimum` (5) or more distinct achieved ratios above 1, distinct being more
than 0.05 apart in log2; or, where speedups were asked for, at as many distinct achieved ones. Where only targets are
recorded, and these are enough, what was achieved is undecidable. The span is reported. Not applicable to N:M patterns,
which have one ratio by construction.

Why it matters
One or two points cannot show a trade-off, and let a method be shown where it happens to look best.

Example
2×, 4×, 8× and 16×: four, fail. 4.00× and 4.10× are one (0.036 in log2).

What it cannot see
Whether the ratios are spread well; RES002 asks for extreme ones.

Source: Blalock et al. 2020, appendix B and section 6.
"""

import numpy as np

from audit.case import Case
from audit.results import CELL_GAP
from audit.rule import FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.subjects import each_method

RULE = Rule(
    "RES001", "too-few-compression-ratios", Severity.ERROR, Scope.METHOD, absent=FAIL, parameters={"minimum": 5}
)


def check(case: Case, *, minimum: int) -> Judgement:
    """Count the distinct achieved ratios of each method on each pair."""
    cells = case.results.cells
    shown = cells.count(case.measured) > 0
    targets = np.where(np.isnan(cells.ratio), cells.target, cells.ratio)
    subjects = each_method(case.results, ~cells.dense)
    verdicts: list[Verdict] = []
    observed = []
    for number in range(len(subjects)):
        covered = subjects.cells(number)
        fixed = all(case.roles.values(cell, "granularity") == {"n_m"} for cell in covered)
        achieved = _distinct(cells.ratio[covered[shown[covered]]])
        asked = _distinct(targets[covered[shown[covered]]])
        faster = _distinct(cells.speedup[covered[shown[covered] & np.isfinite(cells.speedup_target[covered])]])
        if fixed:
            verdicts.append(NOT_APPLICABLE)
        elif max(len(achieved), len(faster)) >= minimum:
            verdicts.append(PASS)
        else:
            verdicts.append(UNDECIDABLE if len(asked) >= minimum else FAIL)
        span = f", from {achieved[0]:.3g}× to {achieved[-1]:.3g}×" if len(achieved) > 1 else ""
        counted = f"{len(achieved)} distinct achieved ratio{'' if len(achieved) == 1 else 's'} above 1{span}"
        counted += f", {len(asked)} asked for" if len(asked) > len(achieved) else ""
        observed.append(counted + (f", and {len(faster)} speedups" if len(faster) > len(achieved) else ""))
    return Judgement(
        subjects,
        verdicts,
        observed,
        expected=f"at least {minimum} distinct compression ratios above 1",
        message={
            PASS: "shown across a range of compression ratios",
            FAIL: "too few compression ratios to show a trade-off",
            UNDECIDABLE: "which compression ratios were achieved cannot be told",
            NOT_APPLICABLE: "an N:M pattern has its native ratio alone",
        },
        remedy={
            FAIL: f"run it at {minimum} or more ratios, e.g. 2, 4, 8, 16 and 32, and record `compression_ratio`",
            UNDECIDABLE: "record `compression_ratio`, or `parameters` and `parameters_nonzero`",
        },
    )


def _distinct(ratios: np.ndarray) -> list[float]:
    """As many of the ratios above 1 as are pairwise distinct, smallest first, with the largest at the end."""
    kept: list[float] = []
    above = np.sort(ratios[np.isfinite(ratios) & (ratios > 1)])
    for ratio in above:
        if not kept or np.log2(ratio / kept[-1]) > CELL_GAP:
            kept.append(float(ratio))
    return [*kept[:-1], float(above[-1])] if kept else kept
