"""Error bars can be drawn, and it is clear what they are.

From raw runs, the mean and its variation can be computed as soon as a cell has two. A table of means must state the
deviation, its kind and the number of runs behind it; a test-set standard error says nothing of how the method varies
from seed to seed. Source: Blalock et al. 2020, appendix B.
"""

import numpy as np

from audit.case import Case
from audit.rule import DECLARED, FAIL, PASS, Judgement, Rule, Scope, Severity, verdicts
from audit.subjects import each_cell

RULE = Rule("RES006", "undefined-error-bars", Severity.ERROR, Scope.STUDY, absent=FAIL)

TEST_SET_ERROR = "test-set error"


def check(case: Case) -> Judgement:
    """Look for two raw runs, or a defined deviation, in each cell."""
    results, cells = case.results, case.results.cells
    raw = cells.count(np.isfinite(case.quality) & ~(results.number("n") > 1))
    kind = results.text("deviation_kind")
    test_error = cells.count(kind.equals(TEST_SET_ERROR)) > 0
    # without a bar, or with a bar whose kind or n is not said, a mean is a point
    deviation = "top1_deviation" if case.study.metric_name == "top1" else f"{case.study.metric_name}_deviation"
    bar = cells.count(results.present(deviation)) > 0
    defined = bar & (cells.count(kind.codes >= 0) > 0) & (cells.count(results.number("n") > 1) > 0)
    verdict = verdicts((test_error, FAIL), (raw >= 2, PASS), (defined, DECLARED), otherwise=FAIL)
    observed = np.select(
        [test_error, raw >= 2, defined, bar],
        [
            "a test-set error shown as a deviation",
            "raw runs",
            "a stated deviation, its kind and n",
            "a deviation whose kind or n is not stated",
        ],
        "one run and no deviation",
    )
    return Judgement(
        each_cell(results),
        verdict,
        observed,
        expected="two raw runs or more, or a deviation with its kind and n",
        message={
            PASS: "mean, sample deviation and interval can be computed from raw runs",
            DECLARED: "deviations are stated with their kind and n",
            FAIL: "no defined error bar",
        },
        remedy={FAIL: "give raw runs, or the columns `top1_deviation`, `deviation_kind` and `n`"},
    )
