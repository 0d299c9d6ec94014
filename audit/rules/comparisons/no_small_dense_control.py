"""A structured method, or one claimed to be efficient, stands beside a small dense network trained from scratch.

What it checks
Each method that prunes filters, or that a claim about efficiency is about, on each pair: at each of its operating
points there is a network that no score pruned (method `scratch`, `scratch_matched_…`, or `dense` at a smaller size; a
score of `none`), from initial weights, of the same achieved ratio or the same theoretical speedup within 0.05 in log2,
or of a ratio or speedup within 0.25 at an equal target of it, which whole filters do not hit; and with at least the
method's `steps_total` (1 % less is allowed, `tolerance`; more is, since a smaller network's steps cost less).
Undecidable: the granularity or the steps are not known. Not applicable to methods that remove single weights without a
claim about efficiency. Controls themselves are not judged.

Why it matters
What a structured method leaves is a smaller dense network. If the same small network, trained from scratch for as long,
does as well, the pruning was for nothing; Liu et al. found that it often does.

Example
A filter method at 2×, 4× and 8× with `scratch` at 2× and 4× alone: a warning that names 8×.

What it cannot see
A small dense network that is recorded as an architecture of its own; whether its shape is that of the pruned one.

Source: Liu et al. 2019, "Rethinking the Value of Network Pruning"; Blalock et al. 2020, sections 3.3 and 6.
"""

import numpy as np

from audit.baselines import FILTER_GAP
from audit.case import Case
from audit.points import claimed_cells
from audit.results import CELL_GAP, TARGET_GAP
from audit.rule import FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.study import toml_key
from audit.study.claim import COSTS
from audit.subjects import each_method

RULE = Rule(
    "CMP014",
    "no-small-dense-control",
    Severity.WARNING,
    Scope.METHOD,
    absent=FAIL,
    parameters={"tolerance": 0.01},
)

UNSTRUCTURED = frozenset({"weight", "n_m"})
POINTS_SHOWN = 5
_Said = tuple[Verdict, str, str, str]  # verdict, what was seen, message, remedy


def check(case: Case, *, tolerance: float) -> Judgement:
    """Look for a small dense network beside each point of each method that needs one."""
    cells = case.results.cells
    shown = ~cells.dense & (cells.count(case.measured) > 0)
    subjects = each_method(case.results, shown & case.scored)
    efficient = _efficient(case)
    from_scratch = shown & ~case.scored & _from_init(case)
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = np.log2(np.stack([cells.ratio, cells.speedup, cells.target, cells.speedup_target]))
    steps = cells.mean(np.where(case.measured, case.results.number("steps_total"), np.nan))
    said = []
    for number in range(len(subjects)):
        points = subjects.cells(number)
        beside = np.flatnonzero(from_scratch & (cells.pair == cells.pair[points[0]]))
        said.append(_about(case, points, beside, sizes, steps, efficient, tolerance))
    verdict, observed, message, remedy = (list(each) for each in zip(*said, strict=True)) if said else ([],) * 4
    expected = "a dense network of the same size or MACs, trained from scratch for as many steps, at each point"
    return Judgement(subjects, verdict, observed, expected, message, remedy)


def _about(
    case: Case,
    points: np.ndarray,
    beside: np.ndarray,
    sizes: np.ndarray,
    steps: np.ndarray,
    efficient: np.ndarray,
    tolerance: float,
) -> _Said:
    """What is said of one method on one pair; `beside` are the small dense networks there."""
    name = case.roles.of_cell(points[0]).name
    granularity = frozenset().union(*(case.roles.values(cell, "granularity") for cell in points))
    if not efficient[points].any():
        if not granularity:
            remedy = f"record `granularity`, or declare `[{toml_key('method', name)}] granularity`"
            return UNDECIDABLE, "no granularity", "whether a small dense control is needed cannot be told", remedy
        if granularity <= UNSTRUCTURED:
            message = "it removes single weights, and no claim is about its efficiency"
            return NOT_APPLICABLE, "", message, ""
    with np.errstate(invalid="ignore"):
        ratio, speedup, target, faster = np.abs(sizes[:, points, None] - sizes[:, None, beside])
        same = (ratio <= CELL_GAP) | (speedup <= CELL_GAP) | ((target <= TARGET_GAP) & (ratio <= FILTER_GAP))
        same |= (faster <= TARGET_GAP) & (speedup <= FILTER_GAP)
        counted = np.isfinite(steps[points])[:, None] & np.isfinite(steps[beside])
        enough = steps[beside] >= (1 - tolerance) * steps[points][:, None]
    missing = points[~same.any(axis=1)]
    run = "train a dense network of the same size from scratch"
    if len(missing):
        at = _at(case, missing)
        seen = f"none at {at}" if len(beside) else "no dense network above 1× that was trained from scratch"
        return FAIL, seen, "there is no small dense network to compare with", f"{run} at {at}, as method `scratch`"
    short = points[~(same & (enough | ~counted)).any(axis=1)]
    if len(short):
        seen = f"fewer total steps than the method at {_at(case, short)}"
        message = "small dense networks were trained for less than the method"
        return FAIL, seen, message, f"{run} with the method's total steps"
    if not (same & counted & enough).any(axis=1).all():
        seen = "total steps are not recorded"
        message = "whether small dense networks were trained for as long cannot be told"
        return UNDECIDABLE, seen, message, "record `steps_total` for every network"
    count = f"{len(points)} points" if len(points) > 1 else "its one point"
    return PASS, f"dense networks from scratch at {count}", "it stands beside small dense networks", ""


def _efficient(case: Case) -> np.ndarray:
    """(cells,) whether a claim about efficiency is about a cell."""
    cells = case.results.cells
    out = np.zeros(len(cells), bool)
    for claim in case.study.claims or ():
        if claim.kind == "efficiency" or claim.metric in COSTS:
            out |= claimed_cells(cells, claim, claim.method)
    return out


def _from_init(case: Case) -> np.ndarray:
    """(cells,) whether no network of a cell is known to start from other than initial weights."""
    start = case.starts_from
    other = [code for code, word in enumerate(start.categories) if word != "init"]
    return case.results.cells.count(np.isin(start.codes, other)) == 0


def _at(case: Case, points: np.ndarray) -> str:
    cells = case.results.cells
    in_order = points[np.argsort(cells.ratio[points])]
    return ", ".join(map(cells.point, in_order[:POINTS_SHOWN])) + (", …" if len(points) > POINTS_SHOWN else "")
