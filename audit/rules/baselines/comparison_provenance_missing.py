"""Each comparison says how its figures were produced, where they come from, and how their setting differs.

What it checks
Every `[[comparison]]` states `source` (`paper`, `reimplementation` or `authors-code`), a `reference`, and `differences`
between its setting and that of the study; "none known" counts as stated. All three: declared, since nobody can measure
them here. Judged per comparison; where there is no `[[comparison]]`, not applicable: that the comparison itself is
missing is what BAS005 and CTX002 say.

Why it matters
Dense networks, data augmentation and fine-tuning budgets differ so much between papers that figures copied from one
into another can differ by more than the methods do; a reimplementation may fall short of the authors' own code.

Example
`technique = "LAMP"`, `source = "paper"`, `reference = "Lee et al. 2021"` fails for want of `differences`; with
`differences = "their dense network is at 93.5 %, ours at 92.1 %"` it is declared.

What it cannot see
Whether what is stated is true, or complete. Techniques that the study ran itself, among its own results, are not asked.

Source: Blalock et al. 2020, appendix B.
"""

from audit.case import Case
from audit.rule import DECLARED, FAIL, NOT_APPLICABLE, Judgement, Rule, Scope, Severity
from audit.study.comparison import Comparison
from audit.subjects import labelled

RULE = Rule("BAS006", "comparison-provenance-missing", Severity.ERROR, Scope.COMPARISON, absent=FAIL)

ASKED = ("source", "reference", "differences")


def check(case: Case) -> Judgement:
    """Look for the three statements in each comparison."""
    comparisons = case.study.comparisons
    if not comparisons:
        message = "no `[[comparison]]` is declared"
        return Judgement(labelled(case.results, {}), [NOT_APPLICABLE], message=message)
    missing = [_missing(each) for each in comparisons]
    return Judgement(
        labelled(case.results, *({"comparison": each.technique} for each in comparisons)),
        [FAIL if each else DECLARED for each in missing],
        [_stated(each) for each in comparisons],
        expected="`source`, `reference` and `differences` of the comparison",
        message=[
            f"{' and '.join(each)} not stated" if each else "how its figures were produced is stated"
            for each in missing
        ],
        remedy=[f"state {' and '.join(each)} in `[[comparison]]`" if each else "" for each in missing],
    )


def _missing(comparison: Comparison) -> list[str]:
    return [f"`{key}`" for key in ASKED if not str(getattr(comparison, key) or "").strip()]


def _stated(comparison: Comparison) -> str:
    stated = {key: str(getattr(comparison, key) or "").strip() for key in ASKED}
    return ", ".join(f"{key}: {value}" for key, value in stated.items() if value) or "none of them"
