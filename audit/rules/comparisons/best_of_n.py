"""The headline figure of a claim is the mean over all seeds.

What it checks
Each `[[claim]]` with a `figure`, the method's headline value as it stands in the text: it must round to the mean of the
claim's metric over all seeds of the one cell that the claim names (its method, `datasets`, `architectures` and
`ratios`). Half a unit of the figure's last decimal is allowed; a figure above 1 of a metric shown in per cent is read
as one. Fail: it is the best seed's value, or neither best, median nor mean. Undecidable: no figure, a claim over
several cells, a cell of one seed, or the median. A row that stands for several networks is a stated mean: declared.
With `claims = []`, not applicable.

Why it matters
The best of n seeds grows with n: of five runs with a deviation of 0.3 points it lies 0.35 points above the mean on
average. Compared with another method's mean, that is an advantage made of luck.

Example
Seeds at 93.0, 93.1 and 93.5 % and `figure = 0.935`: fail. The mean, 0.932, passes.

What it cannot see
Figures that are not declared; runs that were left out before the results were written (CMP012).

Source: Blalock et al. 2020, sections 4.4 and 6.
"""

import re

import numpy as np

from audit.case import Case
from audit.points import claimed_cells
from audit.rule import (
    DECLARED,
    FAIL,
    NOT_APPLICABLE,
    PASS,
    UNDECIDABLE,
    Judgement,
    Rule,
    Scope,
    Severity,
    Verdict,
)
from audit.study.claim import COSTS, QUALITIES, Claim, claim_labels
from audit.subjects import labelled

RULE = Rule("CMP009", "best-of-n", Severity.ERROR, Scope.CLAIM, absent=UNDECIDABLE)

ROUNDING = 1e-9
_DECIMALS = re.compile(r"-?\d+(?:\.(\d+))?(?:e([+-]?\d+))?")
_UNCLEAR = "whether the headline figure is a mean cannot be told"
_Said = tuple[Verdict, str, str, str, np.ndarray]  # verdict, what was seen, message, remedy, rows


def check(case: Case) -> Judgement:
    """Hold each claim's figure against the seeds of its cell."""
    claims = case.study.claims
    expected = "the mean over all seeds of the claim's cell"
    if claims is None:
        remedy = "declare each `[[claim]]` with its `figure`, or `claims = []` where there is none"
        return Judgement(labelled(case.results, {}), [UNDECIDABLE], "no `[[claim]]`", expected, _UNCLEAR, remedy)
    if not claims:
        return Judgement(labelled(case.results, {}), [NOT_APPLICABLE], message="nothing is claimed")
    said = [_about(case, claim) for claim in claims]
    verdict, observed, message, remedies, rows = (list(each) for each in zip(*said, strict=True))
    subjects = labelled(case.results, *({"claim": label} for label in claim_labels(claims)))
    return Judgement(subjects, verdict, observed, expected, message, remedies, rows)


def _about(case: Case, claim: Claim) -> _Said:
    """What is said of one claim."""
    results, cells = case.results, case.results.cells
    name = claim.metric or ("theoretical_speedup" if claim.kind == "efficiency" else case.study.metric_name)
    values = case.quality if name == case.study.metric_name else np.where(case.measured, results.number(name), np.nan)
    stated = np.isfinite(values)
    points = np.flatnonzero(claimed_cells(cells, claim, claim.method) & (cells.count(stated) > 0))
    rows = cells.rows_of(points)
    rows = rows[stated[rows]]
    if claim.figure is None:
        remedy = "state the headline figure as the claim's `figure`"
        return UNDECIDABLE, "no `figure`", _UNCLEAR, remedy, rows
    if len(points) != 1:
        seen = f"a figure for {len(points)} cells" if len(points) else "no network with a number"
        return UNDECIDABLE, seen, _UNCLEAR, "name the figure's one pair and ratio in the claim", rows
    found, figure, slack = values[rows], *_read(case, claim, name)
    mean, shown = float(found.mean()), f"{claim.figure:.10g}"
    several = bool((results.number("n")[rows] > 1).any())
    fits = abs(figure - mean) <= slack
    if several or len(found) == 1:
        if several and fits:
            return DECLARED, f"{shown}, a stated mean", "the headline figure is a stated mean", "", rows
        if several or not fits:
            seen = f"{shown}, and {mean:.6g} in the results"
            return FAIL, seen, "the headline figure is not what the results say", "report the mean over all seeds", rows
        return UNDECIDABLE, "one seed, whose value is mean and best at once", _UNCLEAR, "run more seeds", rows
    best = float((found if _is_higher_better(case, name) else -found).max())
    best = best if _is_higher_better(case, name) else -best
    seen = f"{shown}; {len(found)} seeds with mean {mean:.6g}, best {best:.6g}"
    if fits:
        return PASS, seen, "the headline figure is the mean over all seeds", "", rows
    if abs(figure - best) <= slack:
        return (
            FAIL,
            seen,
            f"the headline figure is the best of {len(found)} seeds",
            "report the mean over all seeds",
            rows,
        )
    if abs(figure - float(np.median(found))) <= slack:
        remedy = "report the mean over all seeds, or say that the figure is a median"
        return UNDECIDABLE, seen, "the headline figure is the median over all seeds, not their mean", remedy, rows
    return FAIL, seen, "the headline figure is neither mean, median nor best of the seeds", "report the mean", rows


def _read(case: Case, claim: Claim, name: str) -> tuple[float, float]:
    """The figure in the metric's unit, and half a unit of its last decimal."""
    written = _DECIMALS.fullmatch(repr(claim.figure))
    places = len(written[1] or "") if written and written[1] != "0" else 0
    exponent = int(written[2] or 0) if written else 0
    metric = case.study.metric if name == case.study.metric_name else QUALITIES.get(name)
    figure = float(claim.figure or 0.0)
    scale = 0.01 if metric is not None and metric.percent and abs(figure) > 1 else 1.0
    return scale * figure, scale * 0.5 * 10.0 ** (exponent - places) + ROUNDING


def _is_higher_better(case: Case, name: str) -> bool:
    if name == case.study.metric_name:
        return case.direction > 0
    known = QUALITIES.get(name) or COSTS.get(name)
    return known is None or known.direction == "higher"
