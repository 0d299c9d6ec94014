"""A method is shown at five or more distinct compression ratios above 1.

One or two points cannot show a trade-off, and let a method be shown where it happens to look best. Achieved ratios are
distinct where their log2 differ by more than 0.05. Methods that can only prune in a fixed pattern (N:M) have one ratio
by construction: not applicable. Source: Blalock et al. 2020, appendix B and section 6.
"""

import numpy as np

from audit.case import Case
from audit.results import CELL_GAP
from audit.rule import FAIL, NOT_APPLICABLE, PASS, Judgement, Rule, Scope, Severity, Verdict
from audit.subjects import each_method

RULE = Rule(
    "RES001", "too-few-compression-ratios", Severity.ERROR, Scope.METHOD, absent=FAIL, parameters={"minimum": 5}
)


def check(case: Case, *, minimum: int) -> Judgement:
    """Count the distinct achieved ratios of each method on each pair."""
    cells = case.results.cells
    subjects = each_method(case.results, ~cells.dense)
    verdicts: list[Verdict] = []
    observed = []
    for number, covered in enumerate(subjects.cells):
        ratios = np.sort(cells.ratio[covered])
        ratios = ratios[ratios > 1]
        distinct = 1 + int(np.sum(np.diff(np.log2(ratios)) > CELL_GAP)) if len(ratios) else 0
        role = case.roles.by_name[str(subjects.labels[number]["method"])]
        fixed = role.get("granularity") == "n_m"
        verdicts.append(NOT_APPLICABLE if fixed else PASS if distinct >= minimum else FAIL)
        span = f", from {ratios[0]:.3g}× to {ratios[-1]:.3g}×" if len(ratios) else ""
        observed.append(f"{distinct} distinct ratio{'' if distinct == 1 else 's'} above 1{span}")
    return Judgement(
        subjects,
        verdicts,
        observed,
        expected=f"at least {minimum} distinct compression ratios above 1",
        message={
            PASS: "shown across a range of compression ratios",
            FAIL: "too few compression ratios to show a trade-off",
            NOT_APPLICABLE: "an N:M pattern has its native ratio alone",
        },
        remedy={FAIL: f"run it at {minimum} or more ratios, e.g. 2, 4, 8, 16 and 32"},
    )
