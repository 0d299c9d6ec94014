"""Where a claim is tested: the cells of the method and of its reference, ratio by ratio or along a curve.

A claim leaves out what it does not restrict: no data sets and no architectures are all pairs on which both methods were
run, no ratios are all that both have there. What it names and what was not run is a place with an obstacle.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from audit.baselines import Candidates, Kind
from audit.case import Case
from audit.comparing import Obstacle, Runs, Sample, along
from audit.measures import definition
from audit.results import CELL_GAP, TARGET_GAP
from audit.schema import DENSE
from audit.stats.curves import LEAST_POINTS, area
from audit.stats.rates import separation
from audit.study import toml_key
from audit.study.claim import Claim
from audit.study.metric import Metric

LEVEL = 0.05
SUPERIORITY, NON_INFERIORITY, EQUIVALENCE, EFFICIENCY = "superiority", "non-inferiority", "equivalence", "efficiency"
MATCHED_RANDOM = Kind("random pruning with the same layerwise proportions", "random", matched=True)


class Place(Struct, frozen=True, eq=False):
    """Where a claim is tested: one pair and ratio, or one pair and a curve over several cells.

    `cells` (points, 2) are those of the method and of the reference; `weigh` (points,) sums them. `ratio` is None for a
    curve, `speedup` what was asked for in place of a ratio. `obstacle` stands where the cells are not there.
    """

    dataset: str
    architecture: str
    ratio: float | None
    cells: np.ndarray
    weigh: np.ndarray
    floor: float = 0.0
    obstacle: Obstacle | None = None
    notes: tuple[str, ...] = ()
    speedup: float | None = None

    @property
    def called(self) -> str:
        """The place in words."""
        at = "over the curve" if self.ratio is None else f"at {self.ratio:.3g}×"
        if self.speedup is not None:
            at = f"at a speedup of {self.speedup:.3g}×"
        return f"{at} for {self.architecture} on {self.dataset}"


class Question(Struct, frozen=True, eq=False):
    """A claim with what it leaves out filled in, and where it is tested; `gap` is what it lacks as a whole."""

    claim: Claim
    label: str
    against: str
    metric: str
    definition: Metric
    level: float
    places: tuple[Place, ...] = ()
    gap: Obstacle | None = None


class Court:
    """Asks the results what they say of claims; what several claims need is worked out once."""

    def __init__(self, case: Case) -> None:
        self.case, self.cells = case, case.results.cells
        self.claims = case.study.claims or ()
        self.methods = case.results.text("method").categories
        self._runs: dict[tuple[str, tuple[int | str, ...], int], Runs] = {}

    @cached_property
    def random(self) -> Candidates:
        """Looks for the random pruning that is matched to a cell."""
        return Candidates.of(self.case, MATCHED_RANDOM)

    def runs(self, metric: str, definition: Metric, claim: Claim) -> Runs:
        """The runs of all cells under a metric, on the seeds that a claim is tested on."""
        key = (metric, claim.seeds, claim.stage)
        if key not in self._runs:
            self._runs[key] = Runs.of(self.case, metric, definition, self._on(claim))
        return self._runs[key]

    def _on(self, claim: Claim) -> np.ndarray:
        """(rows,) whether a row is one of the seeds of a claim: of an early stage none that a later one added."""
        seed = self.case.results.text("seed")
        own = {str(each) for each in claim.seeds}
        later = {str(each) for other in self.claims if other.stage > claim.stage for each in other.seeds}
        chosen = [name in own if own else name not in later for name in seed.categories]
        return np.array([*chosen, True])[seed.codes]

    def question(self, claim: Claim, label: str) -> Question:
        """Fill in what a claim leaves out, and find where it can be tested."""
        study, efficiency = self.case.study, claim.kind == EFFICIENCY
        metric = claim.metric or ("theoretical_speedup" if efficiency else study.metric_name)
        defined = definition(study, metric)
        against = claim.against or (DENSE if efficiency else "")
        level = LEVEL / 2**claim.stage if any(each.stage > 1 for each in self.claims) else LEVEL
        asked = Question(claim, label, against, metric, defined or Metric(), level)
        if defined is None:
            gap = Obstacle(f"nothing says what `{metric}` is", f"declare `[{toml_key('metric', metric)}]`")
        elif not against:
            gap = Obstacle("the claim does not say what the method is held against", "add `against`")
        elif lacking := self._without_networks(asked):
            gap = lacking
        elif claim.margin is None and claim.kind in (NON_INFERIORITY, EQUIVALENCE):
            gap = Obstacle("the claim declares no margin, and there is none by default", "declare `margin` beforehand")
            return replace(asked, gap=gap, places=self._places(asked))
        else:
            places = self._places(asked)
            if places:
                return replace(asked, places=places)
            gap = Obstacle(
                f"`{claim.method}` and `{against}` share no pair and ratio", "run both methods at the same ratios"
            )
        return replace(asked, gap=gap)

    def _without_networks(self, asked: Question) -> Obstacle | None:
        """What is said where the method, or what it is held against, has no network with a number."""
        for method in (asked.claim.method, asked.against):
            if method == DENSE and method == asked.against:
                runs = self.runs(asked.metric, asked.definition, asked.claim)
                if not (self.cells.dense & runs.shown).any():
                    return Obstacle(f"there is no dense network with a `{asked.metric}`", "train the dense networks")
            elif not self.shown(asked, method).size:
                why = f"`{method}` has no pruned network with a `{asked.metric}`"
                return Obstacle(why, f"run `{method}` and record `{asked.metric}`, or withdraw the claim")
        return None

    def shown(self, asked: Question, method: str) -> np.ndarray:
        """The pruned cells of a method that have a number of the claim's metric."""
        if method not in self.methods:
            return np.empty(0, np.int64)
        runs = self.runs(asked.metric, asked.definition, asked.claim)
        mine = (self.cells.method == self.methods.index(method)) & ~self.cells.dense
        return np.flatnonzero(mine & runs.shown)

    def within(self, asked: Question, cells: np.ndarray) -> np.ndarray:
        """Those of some cells that lie on the data sets and architectures of a claim."""
        keep = np.ones(len(cells), bool)
        for column, wanted in (("dataset", asked.claim.datasets), ("architecture", asked.claim.architectures)):
            if wanted:
                names = self.case.results.text(column).categories
                codes = [code for code, name in enumerate(names) if self._named(column, name, wanted)]
                keep &= np.isin(getattr(self.cells, column)[cells], codes)
        return cells[keep]

    def _named(self, column: str, name: str, wanted: Sequence[str]) -> bool:
        """Whether a claim names a data set or architecture: by name or label, spelled `CIFAR-10` or `cifar10`."""
        declared = self.case.study.datasets if column == "dataset" else self.case.study.architectures
        label = declared[name].label if name in declared else ""
        return bool({_plain(name), _plain(label)} & {_plain(each) for each in wanted} - {""})

    def at(self, cells: np.ndarray, ratio: float) -> np.ndarray:
        """Those of some cells that stand at a ratio, achieved or asked for; the nearest first."""
        with np.errstate(divide="ignore", invalid="ignore"):
            achieved = np.abs(np.log2(self.cells.ratio[cells] / ratio))
            asked = np.abs(np.log2(self.cells.target[cells] / ratio))
        away = np.where(asked <= TARGET_GAP, 0.0, np.where(achieved <= CELL_GAP, achieved, np.inf))
        order = np.argsort(away, kind="stable")
        return cells[order[np.isfinite(away[order])]]

    def _places(self, asked: Question) -> tuple[Place, ...]:
        claim = asked.claim
        mine = self.within(asked, self.shown(asked, claim.method))
        places: list[Place] = []
        met = []
        for pair in np.unique(self.cells.pair[mine]):
            here = mine[self.cells.pair[mine] == pair]
            theirs = self._references(asked, int(pair))
            found = self._on_pair(asked, here, theirs)
            if not found and not (claim.ratios or claim.datasets or claim.architectures):
                continue  # the two methods do not meet here, and nothing claims that they do
            names = self._names(int(here[0]))
            met.append(names)
            if not found:
                found = [
                    self._missing(*names, f"`{asked.against}` shares no ratio with `{claim.method}`", asked.against)
                ]
            places += [self._curve(asked, found)] if claim.endpoint == "curve" else found
        for number, (column, wanted) in enumerate((("dataset", claim.datasets), ("architecture", claim.architectures))):
            for name in wanted:
                if not any(self._named(column, each[number], (name,)) for each in met):
                    where = (name, "any architecture") if number == 0 else ("any data set", name)
                    places.append(self._missing(*where, f"`{claim.method}` was not run", claim.method))
        return tuple(places)

    def _names(self, cell: int) -> tuple[str, str]:
        results = self.case.results
        return (
            results.text("dataset").categories[self.cells.dataset[cell]],
            results.text("architecture").categories[self.cells.architecture[cell]],
        )

    @staticmethod
    def _missing(dataset: str, architecture: str, why: str, run: str, ratio: float | None = None) -> Place:
        at = "" if ratio is None else f" at {ratio:.3g}×"
        obstacle = Obstacle(f"{why}{at} for {architecture} on {dataset}", f"run `{run}`{at} there, or leave it out")
        return Place(dataset, architecture, ratio, np.empty((0, 2), np.int64), np.empty(0), obstacle=obstacle)

    def _references(self, asked: Question, pair: int) -> np.ndarray:
        """The cells of the reference on a pair that have a number."""
        runs = self.runs(asked.metric, asked.definition, asked.claim)
        if asked.against == DENSE:
            return np.flatnonzero(self.cells.dense & runs.shown & (self.cells.pair == pair))
        cells = self.shown(asked, asked.against)
        return cells[self.cells.pair[cells] == pair]

    def reference(self, asked: Question, cell: int, theirs: np.ndarray) -> int | None:
        """The reference's cell beside a cell of the method: of the dense network, that with its starting point."""
        if asked.against != DENSE:
            near = theirs[self.random.same_point(cell, theirs)]
            return int(near[np.argmin(self.random.apart(cell, near))]) if len(near) else None
        start = self._start(cell)
        dense = self.methods.index(DENSE) if DENSE in self.methods else -1
        ranks = {
            int(each): (
                self.cells.method[each] not in (dense, self.cells.method[cell]),
                self._start(each) != start,
                self.cells.method[each] != dense,
            )
            for each in theirs
            if -1 in (start, self._start(each)) or self._start(each) == start
        }
        return min(ranks, key=lambda each: (*ranks[each], each), default=None)

    def _start(self, cell: int | np.integer) -> int:
        """The starting point of a cell, −1 where it is not known or not one."""
        codes = np.unique(self.case.starts_from.codes[self.cells.rows(int(cell))])
        return int(codes[0]) if len(codes) == 1 else -1

    def _on_pair(self, asked: Question, mine: np.ndarray, theirs: np.ndarray) -> list[Place]:
        """The places on one pair: each ratio claimed, or each that both methods have."""
        names = self._names(int(mine[0]))
        places = []
        for ratio in asked.claim.ratios:
            there = self.at(mine, ratio)
            if not len(there):
                places.append(self._missing(*names, f"`{asked.claim.method}` was not run", asked.claim.method, ratio))
                continue
            other = self.reference(asked, int(there[0]), theirs)
            if other is None:
                why = f"`{asked.against}` was not run at the size of `{asked.claim.method}`"
                places.append(self._missing(*names, why, asked.against, ratio))
                continue
            places.append(self._place(names, ratio, int(there[0]), other))
        if asked.claim.ratios:
            return places
        for cell in mine[np.argsort(np.nan_to_num(self.size[mine], nan=np.inf), kind="stable")]:
            other = self.reference(asked, int(cell), theirs)
            if other is not None:
                places.append(self._place(names, float(self.size[cell]), int(cell), other))
        return places

    @cached_property
    def size(self) -> np.ndarray:
        """(cells,) achieved ratio, else the one asked for, else the speedup."""
        ratio = np.where(np.isfinite(self.cells.ratio), self.cells.ratio, self.cells.target)
        return np.where(np.isfinite(ratio), ratio, self.cells.speedup)

    def _place(self, names: tuple[str, str], ratio: float, cell: int, other: int) -> Place:
        asked = float(self.cells.speedup_target[cell])
        speedup = asked if np.isfinite(asked) else None
        return Place(*names, ratio, np.array([[cell, other]]), np.ones(1), speedup=speedup)

    def _curve(self, asked: Question, found: Sequence[Place]) -> Place:
        """One place from the points of a curve: those at which every seed has a number and one of the two lives.

        Ratios make one, or speedups where more of them were asked for.
        """
        runs = self.runs(asked.metric, asked.definition, asked.claim)
        by_speedup = [place for place in found if place.speedup is not None]
        found = max([place for place in found if place.speedup is None], by_speedup, key=len)
        first = found[0]
        there = [place for place in found if len(place.cells)]
        sides = [[runs.sample(int(place.cells[0, side])) for place in there] for side in (0, 1)]
        every = [set().union(*(each.seeds.tolist() for each in side)) for side in sides]
        kept, notes, floor = [], [], 0.0
        for place, *pair in zip(there, *sides, strict=True):
            whole = all(set(each.seeds.tolist()) == seeds for each, seeds in zip(pair, every, strict=True))
            if whole and not all(each.dead for each in pair):
                kept.append(place)
                if any(each.dead for each in pair):
                    floor = max(floor, separation((len(pair[0].seeds), len(pair[1].seeds))))
        left_out = len(found) - len(kept)
        if left_out:
            notes.append(f"{left_out} of {len(found)} ratios left out: a seed is missing, or nothing lives")
        if len(kept) < LEAST_POINTS:
            why = f"{len(kept)} ratios with all seeds, where a curve takes {LEAST_POINTS}, for {first.architecture} on "
            obstacle = Obstacle(why + first.dataset, "run both methods at more ratios, with every seed")
            return replace(first, ratio=None, speedup=None, cells=np.empty((0, 2), np.int64), obstacle=obstacle)
        cells = np.concatenate([place.cells for place in kept])
        size = self.size if first.speedup is None else self.cells.speedup
        ratios = size[cells].mean(axis=1)
        order = np.argsort(ratios, kind="stable")
        cells, ratios = cells[order], ratios[order]
        weigh = area(ratios, np.eye(len(ratios)))
        return replace(first, ratio=None, speedup=None, cells=cells, weigh=weigh, floor=floor, notes=tuple(notes))

    def sample(self, runs: Runs, place: Place, side: int) -> Sample:
        """The runs of one side at a place."""
        return self.of_cells(runs, place.cells[:, side], place.weigh)

    def of_cells(self, runs: Runs, cells: np.ndarray, weigh: np.ndarray) -> Sample:
        """The runs of one method over some cells, summed by weight."""
        samples = [runs.sample(int(cell)) for cell in cells]
        if len(samples) == 1:
            return samples[0]
        return along(samples, weigh, f"{runs.called(int(cells[0])).rpartition(' at ')[0]} over its curve")


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
