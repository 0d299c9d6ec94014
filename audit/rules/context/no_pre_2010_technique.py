"""The study stands beside a pruning technique proposed before 2010, other than magnitude and random pruning.

What it checks
A technique by others that was published before 2010 (`before`), and prunes neither by magnitude nor at random, has a
number above 1× in the results or figures in `[[comparison]]`. It is dated as for CTX002. Judged for the study as a
whole.

Why it matters
Optimal Brain Damage (1989), Optimal Brain Surgeon (1992) and sensitivity pruning (1990) use the loss, not the weights
alone, and most scores that are proposed today descend from them. What is not shown to beat them may be a rediscovery.

Example
A study of `mine`, magnitude, random and SNIP (2019) fails; with Optimal Brain Damage run as `optimal_brain_damage` it
passes, and with its figures in `[[comparison]]` it is declared.

What it cannot see
A modern reimplementation of an old idea under a new name: declare its `[method.NAME] year` as that of the technique
where it is the old technique. A technique that nothing dates leaves the rule undecidable.

Source: Blalock et al. 2020, appendix B and section 4.1.
"""

import numpy as np

from audit.case import Case
from audit.context import suggestion
from audit.literature import NO_ROWS, Other, others
from audit.rule import DECLARED, FAIL, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity
from audit.subjects import whole_study

RULE = Rule("CTX003", "no-pre-2010-technique", Severity.WARNING, Scope.STUDY, absent=FAIL, parameters={"before": 2010})


def check(case: Case, *, before: int) -> Judgement:
    """Look for an early technique among those of others."""
    subject = whole_study(case.results)
    candidates = [other for other in others(case) if not (other.plain or other.magnitude)]
    early = [other for other in candidates if other.year is not None and other.year < before]
    certain = [other for other in early if not other.supposed]
    of_results = [other for other in certain if len(other.rows)]
    expected = f"a technique by others proposed before {before}, other than magnitude and random pruning"
    if certain:
        verdict = PASS if any(not other.declared for other in of_results) else DECLARED
        rows = [_rows(of_results)]
        message = f"a technique proposed before {before} is compared with"
        return Judgement(subject, [verdict], _listed(certain), expected, message, rows=rows)
    undated = [other for other in candidates if other.year is None]
    settle = [other.undated for other in undated if not other.supposed]
    if early or any(other.supposed for other in undated):
        settle.append("which methods are proposed, with `[method.NAME] proposed = true`")
    if settle:
        return Judgement(
            subject,
            [UNDECIDABLE],
            _listed([*early, *undated]) + ("; of unknown date or origin" if undated else "; of unknown origin"),
            expected,
            f"whether a technique proposed before {before} is compared with cannot be told",
            f"declare {', '.join(dict.fromkeys(settle[:3]))}",
            [_rows(candidates)],
        )
    return Judgement(
        subject,
        [FAIL],
        _listed(candidates) or "no technique by others but random and magnitude pruning",
        expected,
        f"no technique proposed before {before} is compared with",
        "run one, e.g. Optimal Brain Damage, or give its figures in `[[comparison]]`"
        + suggestion(case, lambda paper: paper.year < before),
        [_rows(candidates)],
    )


def _rows(found: list[Other]) -> np.ndarray:
    return np.concatenate([NO_ROWS, *(other.rows for other in found)])


def _listed(found: list[Other]) -> str:
    names = list(dict.fromkeys(other.called for other in found))
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
