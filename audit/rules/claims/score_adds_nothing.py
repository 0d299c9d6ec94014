"""Each proposed method's score beats chance and magnitude at the same layerwise proportions, at each ratio.

What it checks
Without any claim declared, each proposed method is held against its matched random and its matched magnitude pruning at
each of its ratios where they were run: the difference over seeds, paired where initial weights allow it, else Welch;
Holm's correction runs over the ratios, for each baseline by itself. Better than both passes, worse than one fails, the
rest is undecidable. A method whose own score is random, or magnitude, is not held against itself. The seeds it would
take are those for a difference of `share` times the metric's substantial drop: one point of Top-1.

Why it matters
With the layer densities equal, what is left is which weights the score keeps. Several published scores do no better
than chance there: what they found is how much of each layer to keep.

Example
`mine` at 32× over five seeds: +4.1 points over its matched random with an interval from +2.9 to +5.3, and −0.2 points
beside its matched magnitude, from −1.5 to +1.1. It beats chance and is not told from magnitude: undecidable at 32×.

What it cannot see
A score that gains by its layer densities alone, which is what BAS001 and BAS003 compare; differences below what the
seeds can tell. At low ratios all methods are alike, and no number of seeds in reach will part them.

Source: Blalock et al. 2020, appendix B; Frankle et al. 2021; Su et al. 2020.
"""

from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from audit.answer import Seeds
from audit.baselines import Candidates, Fit, Kind, is_itself
from audit.case import Case
from audit.comparing import Contrast, Obstacle, Runs, conditions, contrast
from audit.planning import living, most_seeds, planned
from audit.results import grouped
from audit.rule import DECLARED, FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.stats.multiplicity import holm
from audit.subjects import each_cell, labelled
from audit.wording import chances, points, span

RULE = Rule(
    "CLM003", "score-adds-nothing", Severity.WARNING, Scope.METHOD, absent=UNDECIDABLE, parameters={"share": 0.2}
)

LEVEL = 0.05
_WHOLE = 2  # points of one verdict whose differences are all told; of more they are counted
KINDS = (
    Kind("its matched random pruning", "random", matched=True),
    Kind("its matched magnitude pruning", "magnitude", matched=True),
)
_OUTCOMES = {FAIL: "worse", UNDECIDABLE: "not told", DECLARED: "better", PASS: "better"}
_EXPECTED = "better than random and than magnitude pruning with the same layerwise proportions"
_REMEDY = {
    FAIL: "show what the method gains elsewhere, or do not claim that its score chooses better weights",
    UNDECIDABLE: "run both matched baselines at each ratio, with the same seeds and initial weights",
}


def check(case: Case, *, share: float) -> Judgement:
    """Hold each proposed method against both matched baselines, operating point by operating point."""
    cells, names = case.results.cells, case.results.text("method").categories
    proposed = np.isin(cells.method, [names.index(name) for name in case.roles.proposed])
    among = proposed & ~cells.dense & (cells.count(np.isfinite(case.quality)) > 0)
    if not among.any():
        return _nobody(case)
    runs = Runs.of(case, case.study.metric_name, case.study.metric)
    substantial = case.study.metric.substantial_drop
    effect = share * substantial if substantial else None
    chosen = np.flatnonzero(among)
    held = [_Held.of(case, runs, kind, chosen, effect) for kind in KINDS]
    said = [_about(case, held, *each, effect) for each in enumerate(chosen.tolist())]
    verdict, details, remedy = (list(each) for each in zip(*said, strict=True))
    observed, message = list(details), [""] * len(chosen)
    for mine in _alike(case, chosen, verdict):
        together = _message(case, held, chosen, mine, verdict[mine[0]])
        counted = _counted(case, held, chosen, mine, verdict[mine[0]]) if len(mine) > _WHOLE else ""
        for number in mine:
            observed[number], message[number] = counted or details[number], together
    subjects = each_cell(case.results, among)
    return Judgement(subjects, verdict, observed, _EXPECTED, message, remedy, details=details)


def _nobody(case: Case) -> Judgement:
    named = sorted(name for name, method in case.study.methods.items() if method.proposed)
    labels = [{"method": name} for name in named] or [{}]
    why = "the proposed method has no results" if named else "no method is proposed"
    remedy = "add its runs" if named else "mark one with `[method.NAME] proposed = true` in audit.toml"
    return Judgement(labelled(case.results, *labels), [UNDECIDABLE] * len(labels), "", _EXPECTED, why, remedy)


class _Held(Struct, frozen=True, eq=False):
    """All points of the proposed methods held against one kind of baseline (points,).

    `contrasts` is None where the method is that baseline itself. `above` and `below` are p-values after Holm's
    correction over the ratios of a method on a pair; `seeds` is what each would take.
    """

    kind: Kind
    fits: list[Fit]
    contrasts: list[Contrast | None]
    bound: list[str]
    above: np.ndarray
    below: np.ndarray
    seeds: list[Seeds | None]

    @classmethod
    def of(cls, case: Case, runs: Runs, kind: Kind, cells: np.ndarray, effect: float | None) -> "_Held":
        """Find the baseline of each cell, and test."""
        candidates, direction, metric = Candidates.of(case, kind), case.direction, case.study.metric_name
        fits = [Fit(NOT_APPLICABLE) if is_itself(case, kind, cell) else candidates.best(cell) for cell in cells]
        contrasts: list[Contrast | None] = []
        bound = []
        for cell, fit in zip(cells.tolist(), fits, strict=True):
            found, condition = None, ""
            if fit.verdict in (PASS, DECLARED):
                first, second = runs.sample(cell), runs.sample(fit.cell)
                found = contrast(first, second, metric, direction)
                condition = conditions(case.study.metric, found, first, second)
            elif fit.verdict is not NOT_APPLICABLE:
                found = Contrast((0, 0), None, "", _missing(runs, kind, fit, cell))
            contrasts.append(found)
            bound.append(condition)
        above, below = np.ones(len(cells)), np.ones(len(cells))
        seeds: list[Seeds | None] = [None] * len(cells)
        for group in grouped(case.results.cells.method_on_pair[cells]):
            tested = [number for number in group.tolist() if (each := contrasts[number]) and each.difference]
            if not tested:
                continue
            mine = [found for number in tested if (found := contrasts[number])]
            above[tested], below[tested] = (
                holm(np.array([getattr(each, side)(0.0) for each in mine])) for side in ("above", "below")
            )
            pairs = all(len(each.within) == 1 for each in mine)
            within = [each.within[0] for each in mine] if pairs else living(runs, int(cells[tested[0]]))
            plan = planned(effect, within, pairs=pairs, level=LEVEL / len(tested)) if effect else None
            for number in tested:
                seeds[number] = plan
        return cls(kind, fits, contrasts, bound, above, below, seeds)

    def verdict(self, number: int) -> Verdict:
        """Better, worse or not told, at one point."""
        if self.contrasts[number] is None:
            return NOT_APPLICABLE
        if self.below[number] <= LEVEL:
            return FAIL
        if self.above[number] > LEVEL:
            return UNDECIDABLE
        return DECLARED if self.fits[number].verdict is DECLARED else PASS

    def rank(self, number: int) -> tuple[bool, float]:
        """Orders points by how much they tell of a difference; those without one come last."""
        found = self.contrasts[number]
        return found is None or found.difference is None, float(min(self.above[number], self.below[number]))

    def told(self, number: int, *, percent: bool) -> str:
        """What one point shows."""
        found = self.contrasts[number]
        if found is None:
            return ""
        if found.difference is None:
            return found.obstacle.why if found.obstacle else ""
        interval = span(found.interval(0.95) or (np.nan, np.nan), percent=percent)
        p = chances(min(self.above[number], self.below[number]))
        effect = points(found.estimate, percent=percent)
        return f"{effect} beside `{self.fits[number].by}` (95 % interval {interval}; {p} after Holm)"


def _missing(runs: Runs, kind: Kind, fit: Fit, cell: int) -> Obstacle:
    if fit.verdict is UNDECIDABLE:
        return Obstacle(
            f"whether {runs.called(cell)} has {kind.called} beside it cannot be told",
            f"record or declare {', '.join(fit.settle)}",
        )
    return Obstacle(f"{runs.called(cell)} has no {kind.called.removeprefix('its ')} beside it", _REMEDY[UNDECIDABLE])


def _about(case: Case, held: list[_Held], number: int, cell: int, effect: float | None) -> tuple[Verdict, str, str]:
    """Verdict, what was seen and remedy for one operating point."""
    verdicts = [each.verdict(number) for each in held]
    worst = next((each for each in (FAIL, UNDECIDABLE, DECLARED, PASS) if each in verdicts), NOT_APPLICABLE)
    shown = dict.fromkeys(filter(None, (each.told(number, percent=case.study.metric.percent) for each in held)))
    seen = f"{case.results.cells.point(cell)}: {', '.join(shown)}"
    if worst is not UNDECIDABLE:
        return worst, seen, _REMEDY.get(worst, "")
    return worst, seen, _settle(case, held, number, effect)


def _alike(case: Case, cells: np.ndarray, verdicts: list[Verdict]) -> Iterator[list[int]]:
    """The points of each method on a pair that have one verdict, for each verdict."""
    for group in grouped(case.results.cells.method_on_pair[cells]):
        for verdict in dict.fromkeys(verdicts[number] for number in group):
            yield [number for number in group.tolist() if verdicts[number] is verdict]


def _counted(case: Case, held: list[_Held], cells: np.ndarray, mine: list[int], verdict: Verdict) -> str:
    """How often many points came out how beside each baseline, and the one that tells most of the verdict."""
    said = []
    for each in held:
        outcomes: dict[str, list[int]] = {}
        for number in mine:
            outcome = _OUTCOMES.get(each.verdict(number))
            if outcome:
                outcomes.setdefault(outcome, []).append(number)
        counts = [
            f"{outcome} at {len(numbers)} ratio{'' if len(numbers) == 1 else 's'} "
            f"({case.results.cells.points(cells[numbers])})"
            for outcome, numbers in outcomes.items()
        ]
        telling = [number for number in mine if each.verdict(number) is verdict]
        if telling:
            first = min(telling, key=lambda number, each=each: each.rank(number))  # type: ignore[misc]
            told = each.told(first, percent=case.study.metric.percent)
            counts.append(f"such as {case.results.cells.point(cells[first])}: {told}")
        if counts:
            said.append(f"{each.kind.called}: {', '.join(counts)}")
    return "; ".join(said)


def _message(case: Case, held: list[_Held], cells: np.ndarray, mine: list[int], verdict: Verdict) -> str:
    if verdict is NOT_APPLICABLE:
        return "the method is random or magnitude pruning itself"
    whom = []
    for each in held:
        points_ = [number for number in mine if each.verdict(number) is verdict]
        if points_:
            at = "" if len(points_) == len(mine) else f" at {case.results.cells.points(cells[points_])}"
            whom.append(f"{each.kind.called}{at}")
    bound = ", ".join(dict.fromkeys(each.bound[number] for each in held for number in mine if each.bound[number]))
    taken = "" if case.roles.declared else "the method, taken as proposed since audit.toml marks none, is "
    said = {FAIL: "worse than", UNDECIDABLE: "not told from", DECLARED: "better than", PASS: "better than"}[verdict]
    text = f"{taken}{said} {' and '.join(whom)}"
    if verdict is DECLARED:
        text += ", whose layerwise proportions are said and not counted"
    return f"{text} {bound}" if bound and verdict is not UNDECIDABLE else text


def _settle(case: Case, held: list[_Held], number: int, effect: float | None) -> str:
    """What would settle an open point."""
    obstacles = [each.obstacle for held_ in held if (each := held_.contrasts[number]) and each.obstacle]
    if obstacles:
        return obstacles[0].remedy
    open_ = [each for each in held if each.verdict(number) is UNDECIDABLE]
    plan = most_seeds([each.seeds[number] for each in open_])
    if plan is None or effect is None:
        return "declare the metric's `substantial_drop`"
    difference = points(effect, percent=case.study.metric.percent, sign=False)
    return f"it would take {plan} to find a difference of {difference}"
