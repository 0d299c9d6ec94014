"""The study stands beside a technique by others that was published within the three years before it.

What it checks
A technique by others, published at most `years` (3) years before the study's date, has a number above 1× in the
results, or has figures in `[[comparison]]`. The study's date is `[study] date`, else today. A technique is dated by
`[method.NAME] year` or the comparison's `date` or `year`, else by the table of landmark techniques, else by the papers
of `[study] corpus`, of which a fail names those that report results on the study's pairs; a year counts
whole, so for a study of November 2026 all of 2023 is within three years. Proposed methods, those with `ours = true`,
random and matched baselines and controls are not techniques by others. A pass rests on the landmark table; where a
declared year decides it is declared. Judged for the study as a whole.

Why it matters
A method that beats only what was known ten years ago may be behind what is known now. Of the 81 papers that Blalock et
al. read, more than a fourth compared with no earlier pruning method, and another fourth with one.

Example
A study of 2026 with SNIP (2019) and GraSP (2020) fails. With Wanda (2024) run under its name it passes.

What it cannot see
Whether the technique is relevant, or was run well. A technique that is neither in the table nor dated leaves the rule
undecidable, and so does a study without a date whose techniques are older than three years today.

Source: Blalock et al. 2020, appendix B and section 4.1.
"""

import numpy as np

from audit.case import Case
from audit.context import suggestion, within_years
from audit.literature import NO_ROWS, Other, dated, others
from audit.rule import DECLARED, FAIL, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity
from audit.subjects import whole_study

RULE = Rule("CTX002", "no-recent-technique", Severity.ERROR, Scope.STUDY, absent=FAIL, parameters={"years": 3})


def check(case: Case, *, years: int) -> Judgement:
    """Date every technique by others and hold it against the study's date."""
    today, subject = case.study.day(), whole_study(case.results)
    candidates = [other for other in others(case) if not _is_baseline(other)]
    recent = [other for other in candidates if other.recent(today, years)]
    certain = [other for other in recent if not other.supposed]
    of_results = [other for other in certain if len(other.rows)]
    expected = f"a technique by others, published within {years} years before {dated(case)}"
    if certain:
        verdict = PASS if any(not other.declared for other in of_results) else DECLARED
        rows = [_rows(of_results)]
        message = "a recent technique by others is compared with"
        return Judgement(subject, [verdict], _listed(certain), expected, message, rows=rows)
    unclear = "whether a recent technique by others is compared with cannot be told"
    undated = [other for other in candidates if other.recent(today, years) is None]
    settle = [other.undated for other in undated if not other.supposed]
    if recent or any(other.supposed for other in undated):
        settle.append("which methods are proposed, with `[method.NAME] proposed = true`")
    if settle:
        seen = _listed([*recent, *undated]) + ("; of unknown date or origin" if undated else "; of unknown origin")
        return Judgement(
            subject, [UNDECIDABLE], seen, expected, unclear, f"declare {_joined(settle)}", [_rows(candidates)]
        )
    if candidates and case.study.about.date is None:
        remedy = "declare `[study] date`"
        return Judgement(subject, [UNDECIDABLE], _listed(candidates), expected, unclear, remedy, [_rows(candidates)])
    return Judgement(
        subject,
        [FAIL],
        _listed(candidates) or "no technique by others but random and magnitude pruning",
        expected,
        "no recent technique by others is compared with",
        "run one, or give its figures on the same data set and architecture in `[[comparison]]`"
        + suggestion(case, within_years(case, years)),
        [_rows(candidates)],
    )


def _rows(found: list[Other]) -> np.ndarray:
    return np.concatenate([NO_ROWS, *(other.rows for other in found)])


def _is_baseline(other: Other) -> bool:
    return other.plain and not (other.magnitude and other.year)


def _listed(found: list[Other]) -> str:
    names = list(dict.fromkeys(other.called for other in found))
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _joined(settle: list[str]) -> str:
    distinct = list(dict.fromkeys(settle))
    return ", ".join(distinct[:3]) + (f" and {len(distinct) - 3} more" if len(distinct) > 3 else "")
