"""Cells that are compared hold the same seeds, and runs that failed are shown.

What it checks
At each operating point of a pair (see CMP006), the pruned networks of all methods with a score have the same set of
seeds. A run that failed, diverged or gave no number is there as long as it is listed with its seed; the finding counts
such runs. A failed run without any size counts at every point of its method. Fail: a method lacks a seed that another
one has there. Undecidable: a network without a seed, a row that stands for several networks, or methods with equally
many seeds that share none. Not applicable where no two methods meet.

Why it matters
Leaving out the runs that failed raises a mean and shrinks its error bar. A method that diverges once in three seeds
looks as stable as one that never does.

Example
At 16×, `global_magnitude` has seeds 1, 2 and 3 and `mine` 1 and 3: fail. With the row of seed 2 listed as `failed` it
passes.

What it cannot see
A seed that was left out for every method, or replaced by another for every method; why a run is missing.

Source: Blalock et al. 2020, appendix B and section 6.
"""

import numpy as np
from msgspec import Struct

from audit.case import Case
from audit.points import operating_points
from audit.results import distinct, numbered
from audit.rule import FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.subjects import each_pair

RULE = Rule("CMP012", "dropped-runs", Severity.ERROR, Scope.PAIR, absent=UNDECIDABLE)

_Said = tuple[Verdict, str, str, str, np.ndarray]  # verdict, what was seen, message, remedy, rows


def check(case: Case) -> Judgement:
    """Compare the seeds of methods at each operating point."""
    cells = case.results.cells
    subjects = each_pair(case.results, ~cells.dense & (cells.count(case.measured) > 0))
    met = _Met.of(case)
    said = [_about(case, met, int(cells.pair[subjects.cells(number)[0]])) for number in range(len(subjects))]
    verdict, observed, message, remedy, rows = (list(each) for each in zip(*said, strict=True)) if said else ([],) * 5
    return Judgement(subjects, verdict, observed, "the same seeds for all methods at each point", message, remedy, rows)


class _Met(Struct, frozen=True):
    """The listed runs that are compared, in groups of one method at one point.

    `rows` and `seed` are of runs, group by group, and `starts` (groups + 1,) delimits them; a failed run without a size
    stands at each point of its method. Of groups: `pair`, `point`, `method`, `seeds` (how many distinct) and `unclear`
    (a run without a seed, or a mean). Of points: `union`, how many distinct seeds there are of methods that are clear,
    and `methods`.
    """

    rows: np.ndarray
    seed: np.ndarray
    starts: np.ndarray
    pair: np.ndarray
    point: np.ndarray
    method: np.ndarray
    seeds: np.ndarray
    unclear: np.ndarray
    union: np.ndarray
    methods: np.ndarray

    @classmethod
    def of(cls, case: Case) -> "_Met":
        results, cells = case.results, case.results.cells
        method = results.text("method").codes
        among = case.scored[cells.of_row]
        points = operating_points(cells, cells.count(among) > 0)
        rows, point = _placed(case, among, points)
        group = numbered(point, method[rows])
        order = np.argsort(group, kind="stable")
        rows, point, group = rows[order], numbered(point)[order], group[order]
        seed = results.text("seed").codes[rows]
        starts = np.searchsorted(group, np.arange(int(group.max(initial=-1)) + 2))
        first = starts[:-1]
        blind = (seed < 0) | (results.number("n")[rows] > 1)
        unclear = np.bincount(group[blind], minlength=len(first)) > 0
        places = int(point.max(initial=-1)) + 1
        clear = ~unclear[group]
        return cls(
            rows,
            seed,
            starts,
            cells.pair[cells.of_row[rows[first]]],
            point[first],
            method[rows[first]],
            distinct(group, seed, len(first)),
            unclear,
            distinct(point[clear], seed[clear], places),
            np.bincount(point[first], minlength=places),
        )

    def rows_of(self, groups: np.ndarray) -> np.ndarray:
        """The row numbers of some groups, in the order of the table."""
        parts = [self.rows[self.starts[group] : self.starts[group + 1]] for group in groups]
        return np.unique(np.concatenate([np.empty(0, np.int64), *parts]))

    def seeds_of(self, group: int | np.integer) -> set[int]:
        """The seeds of one group, by code."""
        return set(self.seed[self.starts[group] : self.starts[group + 1]].tolist())

    def beside(self, group: int | np.integer) -> np.ndarray:
        """The groups at the same point, itself among them, whose seeds are clear."""
        return np.flatnonzero((self.point == self.point[group]) & ~self.unclear)


def _placed(case: Case, among: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers, and the point of each; lost runs without a size at every point of their method."""
    cells = case.results.cells
    point = points[cells.of_row]
    rows = np.flatnonzero(among & (point >= 0))
    homeless = np.flatnonzero(among & (point < 0) & ~case.measured)
    on_pair = cells.method_on_pair[cells.of_row]
    there = np.unique(np.stack([on_pair[rows], point[rows]]), axis=1)
    add = [(row, each) for row in homeless.tolist() for each in there[1, there[0] == on_pair[row]].tolist()]
    extra = np.array(add, np.int64).reshape(-1, 2)
    return np.append(rows, extra[:, 0]), np.append(point[rows], extra[:, 1])


def _about(case: Case, met: _Met, pair: int) -> _Said:
    """What is said of one pair."""
    mine = np.flatnonzero((met.pair == pair) & (met.methods[met.point] > 1))
    rows = met.rows_of(mine)
    if not len(mine):
        return NOT_APPLICABLE, "", "no two methods meet at one point", "", rows
    clear = mine[~met.unclear[mine]]
    short = clear[met.seeds[clear] < met.union[met.point[clear]]]
    lacking = [group for group in short if not _shares_nothing(met, group)]
    if lacking:
        seen = _shown(case, met, lacking[0]) + (f" and {len(lacking) - 1} more" if len(lacking) > 1 else "")
        remedy = "list every run that was started, with its seed and `status`, at each point"
        message = "cells that are compared hold different seeds"
        return FAIL, seen, message, remedy, met.rows_of(mine[np.isin(met.point[mine], met.point[lacking])])
    unclear = "whether runs were left out cannot be told"
    if len(short):
        remedy = "use the same seeds for all methods"
        return UNDECIDABLE, "methods with equally many seeds, none of them shared", unclear, remedy, rows
    if len(clear) < len(mine):
        seen = "networks without a seed, or rows that stand for several networks"
        return UNDECIDABLE, seen, unclear, "give one row a run, with its `seed`", rows
    lost = int((~case.measured[rows]).sum())
    counts = met.seeds[mine]
    seeds = f"{counts.min()}" if counts.min() == counts.max() else f"{counts.min()} to {counts.max()}"
    shown = f"; {lost} failed, unfinished or without a number are listed" if lost else "; none failed"
    points = len(np.unique(met.point[mine]))
    at = f"each of {points} points" if points > 1 else "the one point"
    return PASS, f"seeds at {at}: {seeds}{shown}", "compared cells hold the same seeds", "", rows


def _shares_nothing(met: _Met, group: np.integer) -> bool:
    """Whether a method's seeds are as many as each other method's at its point, and none of them shared."""
    own = met.seeds_of(group)
    others = map(met.seeds_of, met.beside(group))
    return all(len(each) == len(own) and (each == own or not each & own) for each in others)


def _shown(case: Case, met: _Met, group: np.integer) -> str:
    """Which seeds a method lacks at a point."""
    results = case.results
    there = set().union(*map(met.seeds_of, met.beside(group)))
    seeds = results.text("seed").categories
    missing = ", ".join(seeds[code] for code in sorted(there - met.seeds_of(group))[:5])
    cell = results.cells.of_row[met.rows[met.starts[group]]]
    name = results.text("method").categories[met.method[group]]
    return f"`{name}` at {results.cells.point(cell)} lacks seed {missing}"
