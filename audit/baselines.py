"""Which methods count as a baseline of a proposed method, and at which of its operating points.

A baseline counts when it has the proposed method's granularity, starting point and kind of schedule, and is there at
each of its operating points: the same compression ratio, or the same speedup where there is no ratio.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from audit.case import Case
from audit.results import CELL_GAP
from audit.roles import Role
from audit.rule import DECLARED, FAIL, PASS, UNDECIDABLE, Judgement, Verdict
from audit.subjects import Subjects, each_method

COMPARED = ("granularity", "starts_from", "schedule")

# What a proposed method's cell and a candidate's cell at the same ratio say of the layers: see `matched_layers`.
Fit = Callable[[Case, int, int, Role], Verdict]


@dataclass(frozen=True)
class _Point:
    """One operating point of a proposed method, and the best that was found for it."""

    ratio: float
    verdict: Verdict
    by: str
    unknown: tuple[str, ...] = ()


def judge_baseline(case: Case, kind: str, wanted: Callable[[Role], bool], fit: Fit) -> Judgement:
    """Say, for each proposed method on each pair, whether a baseline is at each of its operating points.

    `kind` names the baseline in messages; `wanted(role)` says whether a method's score and allocation are
    those of the baseline; `fit` judges two cells at the same ratio. Where no method is proposed: undecidable.
    """
    subjects = each_method(case.results, case.roles.proposed_cells)
    if not len(subjects):
        return _nobody_is_proposed(case)
    verdicts, observed, messages, remedies = [], [], [], []
    for number in range(len(subjects)):
        points = [_best(case, cell, wanted, fit) for cell in subjects.cells[number]]
        verdict, seen, message, remedy = _summarise(kind, str(subjects.labels[number]["method"]), points)
        verdicts.append(verdict)
        observed.append(seen)
        messages.append(message)
        remedies.append(remedy)
    return Judgement(
        subjects, verdicts, observed, f"{kind} at each of the method's operating points", messages, remedies
    )


def _best(case: Case, cell: int, wanted: Callable[[Role], bool], fit: Fit) -> _Point:
    results, cells = case.results, case.results.cells
    names = results.text("method").categories
    proposed = case.roles.by_name[names[cells.method[cell]]]
    with np.errstate(divide="ignore", invalid="ignore"):
        near = np.abs(np.log2(cells.ratio / cells.ratio[cell])) <= CELL_GAP
    there = near & ~cells.dense & (cells.pair == cells.pair[cell]) & (cells.count(results.evaluated) > 0)
    found = _Point(float(cells.ratio[cell]), FAIL, "")
    rank = {FAIL: 0, UNDECIDABLE: 1, DECLARED: 2, PASS: 3}
    for other in np.flatnonzero(there):
        role = case.roles.by_name[names[cells.method[other]]]
        if role.name == proposed.name or role.proposed:
            continue
        if role.get("score") is None:
            point = _Point(found.ratio, UNDECIDABLE, role.name, (f"`[method.{role.name}] score`",))
        elif not wanted(role) or any(_differ(role, proposed, name) for name in COMPARED):
            continue
        else:
            unknown = tuple(
                f"`[method.{each.name}] {name}`"
                for name in COMPARED
                for each in (role, proposed)
                if each.get(name) is None
            )
            verdict = fit(case, cell, int(other), role)
            if unknown and rank[verdict] > rank[UNDECIDABLE]:
                verdict = UNDECIDABLE
            point = _Point(found.ratio, verdict, role.name, unknown)
        if rank[point.verdict] > rank[found.verdict] or not found.by:
            found = point
    return found


def _differ(one: Role, other: Role, name: str) -> bool:
    a, b = one.get(name), other.get(name)
    return a is not None and b is not None and a != b


def _summarise(kind: str, method: str, points: Sequence[_Point]) -> tuple[Verdict, str, str, str]:
    def at(chosen: Sequence[_Point]) -> str:
        return ", ".join(f"{point.ratio:.3g}×" for point in sorted(chosen, key=lambda point: point.ratio))

    missing = [point for point in points if point.verdict is FAIL]
    unclear = [point for point in points if point.verdict is UNDECIDABLE]
    names = sorted({point.by for point in points if point.by})
    seen = ", ".join(f"`{name}`" for name in names) or "none"
    if missing:
        if names:
            seen += ", which keeps other counts per layer or is not at each point"
        where = "" if len(missing) == len(points) else f" at {at(missing)}"
        return (
            FAIL,
            seen,
            f"no {kind}{where}",
            f"run {kind} at {at(missing)} with the granularity, schedule and starting point of `{method}`",
        )
    if unclear:
        needed = sorted({text for point in unclear for text in point.unknown}) or [
            f"layer counts of `{method}` and its baseline"
        ]
        return (
            UNDECIDABLE,
            seen,
            f"whether {names[0] if len(names) == 1 else 'one of these'} is {kind} cannot be told",
            f"declare {', '.join(needed)} in audit.toml, or record it",
        )
    if any(point.verdict is DECLARED for point in points):
        return DECLARED, seen, f"{kind} by declared `matched_to`; there are no layer counts to check it", ""
    return PASS, seen, f"{kind} at all {len(points)} operating points", ""


def _nobody_is_proposed(case: Case) -> Judgement:
    nobody = Subjects(case.results, [{}], [np.arange(len(case.results.cells))])
    named = sorted(name for name, method in case.study.methods.items() if method.proposed)
    message = (
        f"the proposed method {', '.join(named)} has no results"
        if named
        else "no method is proposed: all are random, plain magnitude, matched or dense"
    )
    return Judgement(
        nobody,
        [UNDECIDABLE],
        "",
        "a proposed method",
        message,
        "mark one with `[method.NAME] proposed = true` in audit.toml",
    )


def anywhere(case: Case, cell: int, other: int, role: Role) -> Verdict:
    """Any allocation fits: what counts is that the baseline is there."""
    return PASS


def matched_layers(case: Case, cell: int, other: int, role: Role) -> Verdict:
    """Whether two cells keep the same weights per layer: at most max(1, 2 %) apart at the same seed.

    Mean densities are compared where seeds do not pair. Where layer counts are missing, `matched_to` decides: recorded
    in the results it passes, declared or read from the name it is declared.
    """
    method = case.results.text("method").categories[case.results.cells.method[cell]]
    mine, theirs = _layer_table(case, cell), _layer_table(case, other)
    if len(mine[0]) and len(theirs[0]):
        return PASS if _same_layers(mine, theirs) else FAIL
    if role.get("matched_to") != method:
        return FAIL if role.get("allocation") else UNDECIDABLE
    return PASS if role.origins["matched_to"] == "results" else DECLARED


_LayerTable = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _layer_table(case: Case, cell: int) -> _LayerTable:
    """Seed code, layer name code, kept weights and density, one entry per (network, layer) of a cell."""
    layers = case.results.layers
    mine = case.layers_of(cell)
    with np.errstate(divide="ignore", invalid="ignore"):
        density = layers.nonzero[mine] / layers.parameters[mine]
    return case.results.text("seed").codes[layers.row[mine]], layers.name.codes[mine], layers.nonzero[mine], density


def _same_layers(one: _LayerTable, other: _LayerTable, share: float = 0.02) -> bool:
    if set(one[1]) != set(other[1]):
        return False
    seeds = (set(one[0]) & set(other[0])) - {-1}
    if seeds:
        kept = [{(seed, layer): count for seed, layer, count in zip(*table[:3], strict=True)} for table in (one, other)]
        shared = [key for key in kept[0] if key[0] in seeds]
        return all(abs(kept[0][key] - kept[1].get(key, np.inf)) <= max(1, share * kept[0][key]) for key in shared)
    means = [{layer: table[3][table[1] == layer].mean() for layer in set(table[1])} for table in (one, other)]
    return all(abs(means[0][layer] - means[1][layer]) <= share * means[0][layer] + 1e-3 for layer in means[0])
