"""Error bars can be drawn, and it is clear what they are.

What it checks
In each cell with a number: two raw runs or more, from which mean, sample deviation (ddof 1) and interval can be
computed; or, in a table of means, the deviation of the study's metric, its `deviation_kind` and `n`. Kinds are `std`
and `sem` (both from the sample deviation, ddof 1) and `ci95`; another word defines nothing. A test-set standard error
in the place of a deviation over seeds fails. Points where no run gave a number have no bar to define. Judged for the
study as a whole.

Why it matters
"93.1 ± 0.2" can be a deviation, a standard error or an interval; at n = 3 these differ by factors of 1.7 to 4.3. A
test-set error says nothing of how the method varies from seed to seed.

Example
A table of means with `top1_deviation` and `n`, without `deviation_kind`: fail. With `deviation_kind = "std"` it is
declared.

What it cannot see
Whether a stated deviation is what it is called (NUM003 tries).

Source: Blalock et al. 2020, appendix B.
"""

import numpy as np

from audit.case import Case
from audit.rule import DECLARED, FAIL, NOT_APPLICABLE, PASS, Judgement, Rule, Scope, Severity, verdicts
from audit.subjects import each_cell

RULE = Rule("RES006", "undefined-error-bars", Severity.ERROR, Scope.STUDY, absent=FAIL)

KINDS = ("std", "sem", "ci95")
TEST_SET_ERROR = "test-set error"


def check(case: Case) -> Judgement:
    """Look for two raw runs, or a defined deviation, in each cell."""
    results, cells = case.results, case.results.cells
    name = f"{case.study.metric_name}_deviation"
    several = results.number("n") > 1
    kind = results.text("deviation_kind")
    words = [word.casefold() for word in kind.categories]
    known = np.isin(kind.codes, [code for code, word in enumerate(words) if word in KINDS])
    test_error = np.isin(kind.codes, [code for code, word in enumerate(words) if word == TEST_SET_ERROR])
    deviation = case.measured & np.isfinite(results.number(name))
    none = cells.count(case.measured) == 0
    single, seed = np.isfinite(case.quality) & ~several, results.text("seed").codes
    raw = cells.distinct(seed, single) + cells.count(single & (seed < 0)) >= 2  # a seed that is there twice counts once
    other = cells.count(case.measured & test_error) > 0
    defined = cells.count(deviation & known & several) > 0
    stated = cells.count(deviation) > 0
    return Judgement(
        each_cell(results),
        verdicts((none, NOT_APPLICABLE), (raw, PASS), (other, FAIL), (defined, DECLARED), otherwise=FAIL),
        np.select(
            [none, raw, other, defined, stated],
            [
                "no network with a number",
                "raw runs",
                "a test-set error in the place of a deviation over seeds",
                "a stated deviation, its kind and n",
                "a deviation whose kind or n is not stated",
            ],
            "one number and no deviation",
        ),
        expected="two raw runs or more, or a deviation with its kind and n",
        message={
            PASS: "mean, sample deviation and interval can be computed from raw runs",
            DECLARED: "deviations are stated with their kind and n",
            FAIL: "no defined error bar",
            NOT_APPLICABLE: "no run gave a number",
        },
        remedy={FAIL: f"give raw runs, or the columns `{name}`, `deviation_kind` ({', '.join(KINDS)}) and `n`"},
    )
