"""The study stands beside magnitude pruning.

What it checks
A method that prunes by magnitude has a number above 1× in the results, or a technique in `[[comparison]]` that does has
figures. A method's recorded or declared score decides; where there is none, the table of landmark techniques does, then
the papers of `[study] corpus`. Any
allocation, schedule and granularity counts. A proposed method counts only where it is plain magnitude pruning itself
(global or uniform). Figures of `[[comparison]]` give declared, never pass. Where a method has a score that nothing
tells, and is neither marked as proposed nor a known technique, it may be one: undecidable. Judged for the study as a
whole.

Why it matters
Magnitude pruning has been known since 1989, costs nothing beyond the weights, and is hard to beat. A study without it
cannot say whether its method is worth its price.

Example
A study of `mine`, `global_random` and SNIP fails; with `global_magnitude` at one ratio it passes. Whether it is there
at each of the method's ratios is what BAS003 asks.

What it cannot see
Magnitude pruning under a name that is in no table, without a declared score; a comparison in the text alone.

Source: Blalock et al. 2020, appendix B; Janowsky 1989.
"""

import numpy as np

from audit.case import Case
from audit.context import suggestion
from audit.literature import NO_ROWS, Other, meant, others
from audit.papers import MAGNITUDE
from audit.roles import Role
from audit.rule import DECLARED, FAIL, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity
from audit.study import toml_key
from audit.subjects import whole_study

RULE = Rule("CTX001", "no-magnitude-context", Severity.ERROR, Scope.STUDY, absent=FAIL)

_EXPECTED = "a method that prunes by magnitude, in the results or in `[[comparison]]` with figures"


def check(case: Case) -> Judgement:
    """Look for magnitude pruning among the techniques of others, and for a proposed method that is nothing else."""
    found = [other for other in others(case) if other.magnitude]
    shown = [other for other in found if len(other.rows) and not other.supposed]
    supposed = [other for other in found if other.supposed]
    subject = whole_study(case.results)
    if shown or (itself := _proposed_magnitude(case)):
        names = [f"`{other.name}`" for other in shown] or [f"`{name}`" for name in itself]
        rows = [other.rows for other in shown] or [
            np.flatnonzero(case.measured & ~case.results.dense & case.results.text("method").equals(name))
            for name in itself
        ]
        message = "magnitude pruning is in the results"
        return Judgement(subject, [PASS], _listed(names), _EXPECTED, message, rows=[np.concatenate(rows)])
    reported = [other for other in found if other.figures]
    if reported:
        message = "magnitude pruning is compared with by reported figures"
        return Judgement(subject, [DECLARED], _listed(_named(reported)), _EXPECTED, message, rows=[NO_ROWS])
    if supposed:
        return Judgement(
            subject,
            [UNDECIDABLE],
            f"{_listed(_named(supposed))}, taken as proposed since audit.toml marks none",
            _EXPECTED,
            "whether magnitude pruning is there beside the proposed method cannot be told",
            "mark the proposed methods with `[method.NAME] proposed = true` in audit.toml",
            [np.concatenate([other.rows for other in supposed])],
        )
    if unknown := _of_unknown_score(case):
        names = [f"`{name}`" for name in unknown]
        keys = [f"`[{toml_key('method', name)}] score`" for name in unknown]
        return Judgement(
            subject,
            [UNDECIDABLE],
            f"what {_listed(names)} {'scores' if len(names) == 1 else 'score'} by is not known",
            _EXPECTED,
            "whether magnitude pruning is there cannot be told",
            f"declare {_listed(keys)}",
            [NO_ROWS],
        )
    remedy = "run `global_magnitude`, or give its figures on the same data set and architecture in `[[comparison]]`"
    remedy += suggestion(case, lambda paper: paper.kind == MAGNITUDE)
    return Judgement(
        subject,
        [FAIL],
        "no method that prunes by magnitude",
        _EXPECTED,
        "no magnitude pruning to compare with",
        remedy,
        [NO_ROWS],
    )


def _of_unknown_score(case: Case) -> list[str]:
    """Methods with a number above 1× that are not marked as proposed, are no known technique, and have no score."""
    roles = case.roles
    return [
        name
        for name in _shown(case)
        if (role := roles.by_name.get(name)) is not None
        and role.get("score") is None
        and not (role.proposed and roles.declared)
        and meant(case, name) is None
    ]


def _proposed_magnitude(case: Case) -> list[str]:
    """Proposed methods that are plain magnitude pruning themselves and have a number above 1×."""
    roles = case.roles.by_name
    return [name for name in _shown(case) if _is_plain(roles.get(name))]


def _shown(case: Case) -> list[str]:
    """Methods with a number above 1×."""
    methods = case.results.text("method")
    codes = methods.codes[case.measured & ~case.results.dense & (methods.codes >= 0)]
    return [methods.categories[code] for code in np.unique(codes)]


def _is_plain(role: Role | None) -> bool:
    plain = role is not None and role.get("score") == "magnitude" and role.get("allocation") in ("global", "uniform")
    return role is not None and role.proposed and plain


def _named(found: list[Other]) -> list[str]:
    return [other.called for other in found]


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
