"""Which methods count as a baseline of a proposed method, and at which of its operating points.

A baseline counts when it has the proposed method's granularity, starting point and kind of schedule, and is there at
each of its operating points: achieved ratios within 0.05 in log2 of each other; where one of the two has no achieved
ratio, equal targets; where filters are removed, equal targets with achieved ratios within 0.25, since whole filters do
not hit a target (CMP007 weighs the gap); and the same theoretical speedup where the proposed method records no ratio,
or prunes filters towards no ratio (it then targets MACs). Where a speedup was asked for, the same holds of speedups, as
asked for and as achieved, in the place of ratios.
"""

from collections.abc import Callable, Iterable, Iterator, Set
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from audit.case import Case
from audit.results import CELL_GAP, TARGET_GAP, parted
from audit.roles import FROM_ALIAS, FROM_RESULTS, FROM_STUDY, Role
from audit.rule import DECLARED, FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Verdict
from audit.study import toml_key
from audit.subjects import each_method, labelled

COMPARED = ("granularity", "starts_from", "schedule")
ALLOCATIONS = ("global", "uniform", "erk", "lamp", "per_output", "matched")
FIXED_ALLOCATIONS = ("uniform", "erk")  # which fix each layer's share by its shape and the ratio alone
FILTER_GAP = 0.25  # log2 units: what a few filters more or less are worth in a small network at a high ratio
LAYER_SHARE = 0.02  # kept weights of a layer may differ by this share, or by one weight

ORIGINS = {FROM_RESULTS: "the results", FROM_STUDY: "audit.toml", FROM_ALIAS: "its name"}
_Said = tuple[Verdict, str, str, str, np.ndarray]  # verdict, what was seen, message, remedy, rows
_RANK = {FAIL: 0, UNDECIDABLE: 1, DECLARED: 2, PASS: 3}
_UNSUITED = -1  # where a method is no candidate at all

_MadeOf = tuple[str | None, ...]  # score, allocation and COMPARED: all that decides whether one method suits another


class Kind(Struct, frozen=True):
    """A kind of baseline: what messages call it, the score it has, and whether it has the proposed method's layers."""

    called: str
    score: Literal["random", "magnitude"]
    matched: bool


class Fit(Struct, frozen=True):
    """How a candidate's cell fits one operating point: the verdict, why, what would settle it, and which cell it is."""

    verdict: Verdict
    by: str = ""
    why: str = ""
    settle: tuple[str, ...] = ()
    cell: int = -1


def judge_baseline(case: Case, kind: Kind) -> Judgement:
    """Say, for each proposed method on each pair, whether a baseline is at each of its operating points.

    Operating points are the proposed method's cells above 1× with a number. Not applicable to a method whose own score
    makes it that baseline. Where no method is proposed, or a declared one has no such cell: undecidable.
    """
    cells = case.results.cells
    names = case.results.text("method").categories
    points = np.isin(cells.method, [names.index(name) for name in case.roles.proposed]) & ~cells.dense
    subjects = each_method(case.results, points & (cells.count(case.measured) > 0))
    candidates = Candidates.of(case, kind)
    said = [_about(case, kind, candidates, subjects.cells(number)) for number in range(len(subjects))]
    shown = {subjects.label(number)["method"] for number in range(len(subjects))}
    without = sorted(name for name, method in case.study.methods.items() if method.proposed and name not in shown)
    if without:
        subjects = subjects.also(*({"method": name} for name in without))
        said += [_without_results(name) for name in without]
    if not said:
        subjects, said = labelled(case.results, {}), [_NOBODY]
    verdict, observed, message, remedy, rows = (list(each) for each in zip(*said, strict=True))
    expected = f"{kind.called} at each of the method's operating points"
    return Judgement(subjects, verdict, observed, expected, message, remedy, rows)


def _without_results(name: str) -> _Said:
    return (
        UNDECIDABLE,
        "no network above 1× with a number",
        f"the proposed method `{name}` has no results",
        f"add the runs of `{name}`, under the name that audit.toml uses",
        np.empty(0, np.int64),
    )


_NOBODY = (
    UNDECIDABLE,
    "",
    "no method is proposed: all are random, plain magnitude, matched or dense",
    "mark one with `[method.NAME] proposed = true` in audit.toml",
    np.empty(0, np.int64),
)


def _about(case: Case, kind: Kind, candidates: "Candidates", points: np.ndarray) -> _Said:
    """What is said of one proposed method on one pair."""
    cells = case.results.cells
    rows = cells.rows_of(points)
    method = case.roles.of_cell(points[0])
    name = f"`{method.name}`"
    if not case.roles.declared:
        name += ", taken as proposed since audit.toml marks none,"
    if all(is_itself(case, kind, point) for point in points):
        return NOT_APPLICABLE, "", f"`{method.name}` is {kind.score} pruning itself", "", rows
    best = [(point, candidates.best(point)) for point in points]
    missing = [point for point, fit in best if fit.verdict is FAIL]
    unclear = [fit for _, fit in best if fit.verdict is UNDECIDABLE]
    found = sorted({f"`{fit.by}`" for _, fit in best if fit.by and _RANK[fit.verdict] > 0})
    if missing:
        at = cells.points(np.array(missing))
        why = dict.fromkeys(fit.why for _, fit in best if fit.verdict is FAIL and fit.why)
        partly = "" if len(missing) == len(points) else f" at {at}"
        return (
            FAIL,
            "; ".join(why) or f"no method with {kind.score} scores",
            f"{name} is not compared with {kind.called}{partly}",
            f"run {kind.called} at {at} with the granularity, schedule and starting point of `{method.name}`",
            cells.rows_of(np.array(missing)),
        )
    if unclear:
        settle = sorted({text for fit in unclear for text in fit.settle})
        why = dict.fromkeys(fit.why for fit in unclear)
        return (
            UNDECIDABLE,
            "; ".join(why),
            f"whether {name} is compared with {kind.called} cannot be told",
            f"record or declare {', '.join(settle)}",
            rows,
        )
    by = ", ".join(found)
    if any(fit.verdict is DECLARED for _, fit in best):
        why = dict.fromkeys(fit.why for _, fit in best if fit.verdict is DECLARED)
        return DECLARED, by, f"{name} is said to be compared with {kind.called}: {'; '.join(why)}", "", rows
    why = dict.fromkeys(fit.why for _, fit in best if fit.why)
    how = f" ({'; '.join(why)})" if why else ""
    count = f"{len(points)} operating points" if len(points) > 1 else "its one operating point"
    return PASS, by, f"{name} is compared with {kind.called} at {count}{how}", "", rows


def is_itself(case: Case, kind: Kind, cell: int) -> bool:
    """Whether a cell's own score makes it that baseline."""
    if case.roles.values(cell, "score") != {kind.score}:
        return False
    allocation = case.roles.values(cell, "allocation")
    return kind.matched or bool(allocation and allocation <= {"global", "uniform"})


class Candidates:
    """Looks for the best baseline of one kind at operating points; what depends on methods alone is worked out once."""

    def __init__(self, case: Case, kind: Kind) -> None:
        self.case, self.kind = case, kind
        cells = case.results.cells
        there = np.flatnonzero((cells.count(case.measured) > 0) & ~cells.dense)
        there = there[np.argsort(cells.method_on_pair[there], kind="stable")]
        there = there[np.argsort(cells.pair[there], kind="stable")]
        self.on_pair = {int(cells.pair[group[0]]): parted(group, cells.method_on_pair[group])
                        for group in parted(there, cells.pair[there])}  # fmt: skip
        self.among = {pair: np.concatenate(groups) for pair, groups in self.on_pair.items()}
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = {name: np.log2(getattr(cells, name)) for name in ("ratio", "target", "speedup", "speedup_target")}
        self.log = {name: np.where(np.isfinite(log), log, np.nan) for name, log in logs.items()}
        self.faster = ~np.isnan(self.log["speedup_target"])
        self.known: dict[tuple[str, str, str], Fit | None] = {}
        self.networks: dict[int, list[_Network]] = {}
        self.found: dict[int, Fit] = {}
        self.others: dict[int, list[tuple[np.ndarray, _MadeOf | None]]] = {}
        self.made_of: dict[int, list[tuple[np.ndarray, Role, _MadeOf | None]]] = {}
        self.ranks: dict[tuple[_MadeOf | None, _MadeOf | None], int] = {}

    @classmethod
    def of(cls, case: Case, kind: Kind) -> "Candidates":
        """Those of a case, worked out once for all who ask."""
        key = (cls, kind.score, kind.matched)
        if key not in case.worked_out:
            case.worked_out[key] = cls(case, kind)
        mine: Candidates = case.worked_out[key]
        return mine

    def best(self, point: int) -> Fit:
        """The best fit of any candidate at one operating point of a proposed method."""
        if point not in self.found:
            self.found[point] = self._best(point)
        return self.found[point]

    def _best(self, point: int) -> Fit:
        found = Fit(FAIL)
        why: dict[str, None] = {}
        among = self.among[int(self.case.results.cells.pair[point])]
        there = set(among[self.same_point(point, among)].tolist())
        mine = _made_of(self.case.roles.of_cell(point))
        for cells, theirs in self._ordered(point):
            if self._is_no_better(found, self.ranks.get((mine, theirs))):
                continue
            suited = self._suited(point, cells, there)
            rank = _UNSUITED if suited is None else _RANK[suited.verdict]
            if mine and theirs:
                self.ranks[mine, theirs] = rank
            if suited is None or self._is_no_better(found, rank):
                continue
            fit = self._fit(point, cells, there, suited)
            if _RANK[fit.verdict] > _RANK[found.verdict]:
                found = fit
            if fit.verdict is FAIL:
                why[fit.why] = None
            if found.verdict is PASS:
                break
        return replace(found, why="; ".join(why)) if found.verdict is FAIL else found

    @staticmethod
    def _is_no_better(found: Fit, rank: int | None) -> bool:
        """Whether a method whose fit is known to have that rank at best cannot take the place of what was found."""
        return rank is not None and (rank == _UNSUITED or 0 < _RANK[found.verdict] >= rank)

    def _ordered(self, point: int) -> list[tuple[np.ndarray, "_MadeOf | None"]]:
        """The cells of each other method on the pair that may be a baseline, those matched to the method first.

        Beside them stands what the method is made of.
        """
        method = int(self.case.results.cells.method_on_pair[point])
        if method not in self.others:
            roles = self.case.roles
            proposed = roles.of_cell(point)
            others = [(cells, role, made_of) for cells, role, made_of in self._methods(point)
                      if _may_be(role, proposed, declared=roles.declared)]  # fmt: skip
            others.sort(key=lambda other: other[1].get("matched_to") != proposed.name)
            self.others[method] = [(cells, made_of) for cells, _, made_of in others]
        return self.others[method]

    def _methods(self, point: int) -> list[tuple[np.ndarray, Role, "_MadeOf | None"]]:
        """The cells of each method on a pair, its role, and what it is made of."""
        pair = int(self.case.results.cells.pair[point])
        if pair not in self.made_of:
            met = [(cells, self.case.roles.of_cell(cells[0])) for cells in self.on_pair[pair]]
            self.made_of[pair] = [(cells, role, _made_of(role)) for cells, role in met]
        return self.made_of[pair]

    def _suited(self, point: int, cells: np.ndarray, there: Set[int]) -> Fit | None:
        """How one method fits a proposed one wherever it stands; None where it is another kind of method altogether.

        `there` are the cells of all methods that stand at the point.
        """
        role, proposed = self.case.roles.of_cell(cells[0]), self.case.roles.of_cell(point)
        if not role.varies and not proposed.varies:
            return self._once(_suits, point, cells[0])
        near = [cell for cell in cells.tolist() if cell in there]
        fits = [_suits(self.case, point, cell, self.kind) for cell in near or cells.tolist()]
        return max((fit for fit in fits if fit), key=lambda fit: _RANK[fit.verdict], default=None)

    def _fit(self, point: int, cells: np.ndarray, there: Set[int], suited: Fit) -> Fit:
        """How one method fits an operating point, where it is `suited` to the proposed one."""
        if suited.verdict is FAIL:
            return suited
        near = np.array([cell for cell in cells.tolist() if cell in there], np.int64)
        if not len(near):
            name = self.case.roles.of_cell(cells[0]).name
            return Fit(FAIL, name, f"`{name}` is at {self.case.results.cells.points(cells)}")
        if len(near) > 1:
            near = near[np.argsort(self.apart(point, near), kind="stable")]
        if not self.kind.matched:
            return replace(suited, cell=int(near[0]))
        layered = max(
            (replace(self._layers(point, cell), cell=int(cell)) for cell in near), key=lambda fit: _RANK[fit.verdict]
        )
        suited = replace(suited, cell=layered.cell)
        return min(layered, suited, key=lambda fit: _RANK[fit.verdict])

    def _once(self, ask: Callable[[Case, int, int, Kind], Fit | None], point: int, cell: int) -> Fit | None:
        """What two cells are to each other, worked out once for two methods of which all rows say the same."""
        one, other = self.case.roles.of_cell(point), self.case.roles.of_cell(cell)
        if one.varies or other.varies:
            return ask(self.case, point, cell, self.kind)
        key = (ask.__name__, one.name, other.name)
        if key not in self.known:
            self.known[key] = ask(self.case, point, cell, self.kind)
        return self.known[key]

    def same_point(self, point: int, cells: np.ndarray) -> np.ndarray:
        """(cells,) whether cells stand at the same operating point as a proposed method's cell."""
        ratio, target, speedup = (self.log[name] for name in ("ratio", "target", "speedup"))
        filters = self.case.roles.values(point, "granularity") == {"filter"}
        if self.faster[point]:
            ratio, target = speedup, self.log["speedup_target"]
        achieved = np.abs(ratio[cells] - ratio[point]) <= CELL_GAP
        unknown = np.isnan(ratio[cells]) | np.isnan(ratio[point])
        asked = unknown & (np.abs(target[cells] - target[point]) <= TARGET_GAP)
        if filters:
            near = np.abs(ratio[cells] - ratio[point]) <= FILTER_GAP
            asked |= near & (np.abs(target[cells] - target[point]) <= TARGET_GAP)
        if (filters and np.isnan(target[point])) or np.isnan(ratio[point]):
            return achieved | asked | (np.abs(speedup[cells] - speedup[point]) <= CELL_GAP)
        return achieved | asked

    def apart(self, point: int, cells: np.ndarray) -> np.ndarray:
        """(cells,) how far cells stand from a proposed method's cell, in log2: those asked for the same come first."""
        size = self.log["speedup" if self.faster[point] else "ratio"]
        away = np.abs(size[cells] - size[point])
        return np.asarray(np.nan_to_num(away) + (self.faster[cells] != self.faster[point]))

    def _layers(self, point: int, cell: int) -> Fit:
        """Whether two cells keep the same weights per layer, by their counts, else by what is said of their allocation.

        Counts differ by at most max(1, 2 %) at the same seed; means are compared where seeds do not pair. Where counts
        are missing, `matched_to` decides, and two allocations that fix each layer's share are the same.
        """
        mine, theirs = self._counts(point), self._counts(cell)
        name, other = self.case.roles.of_cell(point).name, self.case.roles.of_cell(cell).name
        if not mine or not theirs:
            return self._once(_by_allocation, point, cell) or Fit(UNDECIDABLE)
        if any(not np.array_equal(mine[0].names, each.names) for each in (*mine, *theirs)):
            return Fit(UNDECIDABLE, other, f"the layers recorded of `{other}` and `{name}` have other names",
                       (f"the layer counts of `{other}` and `{name}` under the same names",))  # fmt: skip
        by_seed = {each.seed: each.kept for each in theirs if each.seed >= 0}
        paired = [(each.kept, by_seed[each.seed]) for each in mine if each.seed in by_seed]
        pairs = paired or [tuple(np.mean([each.kept for each in networks], axis=0) for networks in (mine, theirs))]
        if all(np.all(np.abs(kept - found) <= np.maximum(1, LAYER_SHARE * kept)) for kept, found in pairs):
            return Fit(PASS, other)
        return Fit(FAIL, other, f"`{other}` keeps other counts per layer")

    def _counts(self, cell: int) -> list["_Network"]:
        if cell not in self.networks:
            self.networks[cell] = list(_networks(self.case, cell))
        return self.networks[cell]


class _Network(Struct, frozen=True):
    """One network of a cell: its seed's code, its layers' name codes (layers,) and kept weights (layers,)."""

    seed: int
    names: np.ndarray
    kept: np.ndarray


def _networks(case: Case, cell: int) -> Iterator[_Network]:
    """The measured networks of a cell whose layers are all counted."""
    order, starts = case.layers_by_row
    layers, seeds = case.results.layers, case.results.text("seed").codes
    for row in case.results.cells.rows(cell):
        entries = order[starts[row] : starts[row + 1]]
        if case.measured[row] and len(entries) and np.isfinite(layers.nonzero[entries]).all():
            yield _Network(int(seeds[row]), layers.name.codes[entries], layers.nonzero[entries])


def _made_of(role: Role) -> _MadeOf | None:
    """What a method is made of, wherever it stands; None where its rows say different things."""
    return None if role.varies else tuple(map(role.get, ("score", "allocation", *COMPARED)))


def _may_be(role: Role, proposed: Role, *, declared: bool) -> bool:
    """A method that is taken as proposed for want of a mark may still be a baseline where its score is unknown."""
    if role.name == proposed.name:
        return False
    return not role.proposed or (not declared and role.get("score") is None)


def _suits(case: Case, point: int, cell: int, kind: Kind) -> Fit | None:
    """Whether a cell is of a baseline of that kind for a proposed method's cell; None where its score is another."""
    values = case.roles.values
    name, proposed = case.roles.of_cell(cell).name, case.roles.of_cell(point).name
    score, allocation = values(cell, "score"), values(cell, "allocation")
    if score and kind.score not in score:
        return None
    for key in COMPARED:
        mine, theirs = values(point, key), values(cell, key)
        if mine and theirs and not mine & theirs:
            return Fit(FAIL, name, f"`{name}` has {key} {_said(theirs)}, `{proposed}` {_said(mine)}")
    if not kind.matched and allocation and allocation <= set(ALLOCATIONS) - {"global", "uniform"}:
        return Fit(FAIL, name, f"`{name}` has allocation {_said(allocation)}")
    open_ = [f"`[{toml_key('method', name)}] score`"] if len(score) != 1 else []
    if not kind.matched and not (allocation and allocation <= {"global", "uniform"}):
        open_.append(f"`[{toml_key('method', name)}] allocation`")
    for key in COMPARED:
        mine, theirs = values(point, key), values(cell, key)
        open_ += [
            f"`[{toml_key('method', who)}] {key}`" for who, known in ((proposed, mine), (name, theirs)) if not known
        ]
        open_ += [f"`[{toml_key('method', name)}] {key}`"] if mine and theirs and not mine <= theirs else []
    if open_:
        return Fit(UNDECIDABLE, name, f"`{name}` may be one", tuple(open_))
    return Fit(PASS, name)


def _by_allocation(case: Case, point: int, cell: int, kind: Kind) -> Fit:
    """What the allocations say of the layers, where there are no layer counts."""
    role, proposed = case.roles.of_cell(cell), case.roles.of_cell(point)
    matched_to = case.roles.values(cell, "matched_to")
    mine, theirs = case.roles.values(point, "allocation"), case.roles.values(cell, "allocation")
    if matched_to == {proposed.name}:
        origin = role.origins["matched_to"]
        said = f"`matched_to` of `{role.name}` is from {ORIGINS[origin]}; there are no layer counts to check it"
        return Fit(PASS if origin == FROM_RESULTS else DECLARED, role.name, said)
    if matched_to and proposed.name not in matched_to:
        return Fit(FAIL, role.name, f"`{role.name}` is matched to {_said(matched_to)}")
    if len(mine) == 1 and mine == theirs and mine <= set(FIXED_ALLOCATIONS):
        recorded = all(each.origins["allocation"] == FROM_RESULTS for each in (role, proposed))
        both = f"`{role.name}` and `{proposed.name}` both have allocation {_said(mine)}"
        said = f"{both}; there are no layer counts to check it"
        return Fit(PASS if recorded else DECLARED, role.name, said)
    if theirs and theirs <= set(ALLOCATIONS) - {"matched"}:
        return Fit(FAIL, role.name, f"`{role.name}` has allocation {_said(theirs)}")
    settle = (
        f"`[{toml_key('method', role.name)}] matched_to`",
        f"the layer counts of `{role.name}` and `{proposed.name}`",
    )
    return Fit(UNDECIDABLE, role.name, f"`{role.name}` may be one", settle)


def _said(values: Iterable[str]) -> str:
    return " and ".join(f"`{value}`" for value in sorted(values))
