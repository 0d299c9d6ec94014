"""The test of one claim at one place: superiority, non-inferiority with its assay sensitivity, or equivalence."""

from functools import cached_property

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from audit.baselines import is_itself
from audit.comparing import COUNTED, Contrast, Obstacle, Runs, Sample, conditions, contrast
from audit.places import EFFICIENCY, EQUIVALENCE, MATCHED_RANDOM, NON_INFERIORITY, SUPERIORITY, Court, Place, Question
from audit.rule import DECLARED, PASS
from audit.schema import DENSE
from audit.study.claim import COSTS
from audit.study.metric import Metric
from audit.wording import chances, points, span


class Trial(Struct, frozen=True, eq=False, dict=True):
    """One test at one place: the contrast of the samples, the p-values for and against, and what support waits for.

    `assay` is the p that the reference beats its matched random, 0 where that is not asked; `barrier` says why it does
    not, or that it cannot be told.
    """

    kind: str
    place: Place
    metric: str
    percent: bool
    contrast: Contrast
    margin: float | None
    samples: tuple[Sample, Sample] | None = None
    condition: str = ""
    assay: float = 0.0
    barrier: Obstacle | None = None

    @cached_property
    def supports(self) -> float:
        """The p for the claim at this place, without the assay."""
        if self.kind == SUPERIORITY:
            return self.contrast.above(0.0)
        if self.margin is None:
            return 1.0
        return self.contrast.inside(self.margin) if self.kind == EQUIVALENCE else self.contrast.above(-self.margin)

    @cached_property
    def opposes(self) -> float:
        """The p against the claim at this place."""
        if self.kind == SUPERIORITY:
            return self.contrast.below(0.0)
        if self.margin is None:
            return 1.0
        below = self.contrast.below(-self.margin)
        return min(below, self.contrast.above(self.margin)) if self.kind == EQUIVALENCE else below

    def smallest_margin(self, level: float) -> float:
        """The smallest margin that these data would support; infinite where nothing can be tested."""
        interval = self.contrast.interval(1 - (2 if self.kind == EQUIVALENCE else 1) * level)
        if interval is None:
            return np.inf
        return max(map(abs, interval)) if self.kind == EQUIVALENCE else max(0.0, -interval[0])

    def told(self) -> str:
        """The effect with its interval, p, test and n, in words."""
        found = self.contrast
        if found.difference is None:
            return found.obstacle.why if found.obstacle else ""
        effect = points(found.estimate, percent=self.percent)
        if found.exact:
            return f"{effect} {self.place.called} ({COUNTED}, the same in every run)"
        interval = span(found.interval(0.95) or (np.nan, np.nan), percent=self.percent)
        n = f"n = {found.n[0]}" if found.n[0] == found.n[1] else f"n = {found.n[0]} and {found.n[1]}"
        tested = [found.test, n] if self.p is None else [chances(self.p), found.test, n]
        return f"{effect} {self.place.called} (95 % interval {interval}; {', '.join(tested)})"

    @property
    def p(self) -> float | None:
        """The p-value in the direction in which the data lean; None where there is no test."""
        found = self.contrast
        if found.difference is None or found.exact or (self.kind != SUPERIORITY and self.margin is None):
            return None
        return min(self.supports, self.opposes)


def _trial(court: Court, asked: Question, place: Place, kind: str, metric: str, definition: Metric) -> Trial:
    """Test one thing at one place."""
    claim, percent = asked.claim, definition.percent
    margin = claim.margin if kind != SUPERIORITY else None
    if place.obstacle:
        return Trial(kind, place, metric, percent, Contrast((0, 0), None, "", place.obstacle), margin)
    runs = court.runs(metric, definition, claim)
    direction = 1.0 if definition.direction == "higher" else -1.0
    first, second = (court.sample(runs, place, side) for side in (0, 1))
    found = contrast(first, second, metric, direction)
    found = replace(found, floor=max(found.floor, place.floor), notes=(*found.notes, *place.notes))
    bound = conditions(definition, found, first, second)
    made = Trial(kind, place, metric, percent, found, margin, (first, second), bound)
    if kind != NON_INFERIORITY or metric in COSTS or found.difference is None:
        return made
    return _with_assay(court, asked, made, runs, direction)


def _with_assay(court: Court, asked: Question, made: Trial, runs: Runs, direction: float) -> Trial:
    """A trial of non-inferiority with what shows that its place can tell a good method from a bad one."""
    place, against = made.place, asked.against
    side = 0 if against == DENSE else 1
    remedy = f"run random pruning with the layerwise proportions of `{asked.claim.method if not side else against}`"
    baselines = []
    for cell in place.cells[:, side].tolist():
        if is_itself(court.case, MATCHED_RANDOM, cell):
            name = asked.claim.method if against == DENSE else against
            why = f"`{name}` is random pruning itself: whether this ratio is easy cannot be told from it"
            return replace(made, assay=1.0, barrier=Obstacle(why, "hold the method against another one"))
        fit = court.random.best(cell)
        if fit.verdict not in (PASS, DECLARED):
            why = f"whether this ratio is easy cannot be told: {runs.called(cell)} has no matched random beside it"
            return replace(made, assay=1.0, barrier=Obstacle(why, remedy))
        baselines.append(fit.cell)
    other = court.of_cells(runs, np.array(baselines), place.weigh)
    reference = court.sample(runs, place, 1)
    found = contrast(reference, other, made.metric, direction)
    if found.obstacle:
        barrier = Obstacle(f"whether this ratio is easy cannot be told: {found.obstacle.why}", found.obstacle.remedy)
        return replace(made, assay=1.0, barrier=barrier)
    beats = points(found.estimate, percent=made.percent)
    assay = found.above(0.0)
    why = (
        f"this ratio is easy: {reference.called} is not shown to beat its matched random {other.called} "
        f"({beats}, {chances(assay)})"
    )
    barrier = Obstacle(why, "claim it at ratios where the reference beats its matched random, or run more seeds")
    return replace(made, assay=assay, barrier=barrier)


def trials_of(court: Court, asked: Question) -> list[list[Trial]]:
    """The tests of a claim, place by place: for efficiency with a margin, the cost and the quality."""
    study, claim = court.case.study, asked.claim
    first = SUPERIORITY if claim.kind == EFFICIENCY else claim.kind
    wanted = [(first, asked.metric, asked.definition)]
    if claim.kind == EFFICIENCY and claim.margin is not None:
        wanted.append((NON_INFERIORITY, study.metric_name, study.metric))
    return [[_trial(court, asked, place, *each) for each in wanted] for place in asked.places]
