"""The answer to each claim: supported, contradicted or undecidable, with what it rests on.

With d = method − reference in the better direction, and at the level of 0.05 unless something corrects it:

- superiority: supported where the two-sided 95 % interval of d lies above 0, contradicted where it lies below;
- non-inferiority: the same about −margin. It counts only at ratios where the reference beats its matched random pruning
  (the dense network, as reference: the method's matched random), since at an easy ratio anything is not inferior;
- equivalence: supported where both of two one-sided tests at 0.05 reject, contradicted where the 95 % interval lies
  wholly outside ±margin;
- efficiency: superiority in a cost (theoretical speedup, MACs left, latency), by default over the dense network; with a
  margin, non-inferiority of the study's metric at the same points as well. Counted costs that are the same in every run
  need no test.

Over all points a claim holds where each test rejects (intersection–union) and is contradicted where one does after
Holm's correction; over any, the other way round. Holm's correction runs over the claims marked primary; the others are
exploratory. A study that declares a stage above 1 tests stage s on its own seeds at 0.05 / 2^s, the first one included.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from audit.answer import Answer, Outcome, Seeds, Test
from audit.case import Case
from audit.comparing import Contrast, along, contrast
from audit.places import EFFICIENCY, EQUIVALENCE, LEVEL, NON_INFERIORITY, SUPERIORITY, Court, Question
from audit.planning import living, most_seeds, planned
from audit.stats.curves import holds_on_every_range
from audit.stats.differences import Difference, across
from audit.stats.multiplicity import holm
from audit.stats.power import PRACTICAL
from audit.stats.rates import RateDifference
from audit.study.claim import COLLAPSE_RATE, Claim, claim_labels
from audit.trials import Trial, trials_of
from audit.wording import chances, points, span

GENERAL = 5  # pairs from which on a t over pair means speaks of more than these pairs


class Weighed(Struct, frozen=True, eq=False):
    """The p-values of a claim over its places: for it, against it, and of each place (places,)."""

    trials: list[list[Trial]]
    supports: float
    opposes: float
    for_each: np.ndarray
    against_each: np.ndarray

    @classmethod
    def of(cls, claim: Claim, trials: list[list[Trial]]) -> "Weighed":
        """Intersection–union for what must hold at all places, Holm for what may hold at any."""
        for_each = np.array([max(max(each.supports, each.assay) for each in place) for place in trials])
        against = np.array([min(1.0, len(place) * min(each.opposes for each in place)) for place in trials])
        if not len(trials):
            return cls(trials, 1.0, 1.0, for_each, against)
        if claim.over == "all":
            against = holm(against)
            return cls(trials, float(for_each.max()), float(against.min()), for_each, against)
        for_each = holm(for_each)
        return cls(trials, float(for_each.min()), float(against.max()), for_each, against)


def rows_behind(case: Case) -> list[np.ndarray]:
    """For each claim the rows of the table that its answer rests on."""
    court = Court(case)
    asked = [court.question(*each) for each in zip(court.claims, claim_labels(court.claims), strict=True)]
    empty = np.empty(0, np.int64)
    cells = [np.unique(np.concatenate([empty, *(place.cells.ravel() for place in each.places)])) for each in asked]
    return [case.results.cells.rows_of(each) for each in cells]


def answers(case: Case) -> tuple[Answer, ...]:
    """The answer to each claim of the study, in its order; empty where there is none."""
    court = Court(case)
    asked = [court.question(*each) for each in zip(court.claims, claim_labels(court.claims), strict=True)]
    weighed = [Weighed.of(each.claim, trials_of(court, each)) for each in asked]
    supports, opposes = (
        _adjusted(asked, np.array([getattr(each, side) for each in weighed])) for side in ("supports", "opposes")
    )
    return tuple(
        _answer(court, asked[number], weighed[number], float(supports[number]), float(opposes[number]))
        for number in range(len(asked))
    )


def _adjusted(asked: Sequence[Question], p: np.ndarray) -> np.ndarray:
    """(claims,) p-values after Holm's correction over the primary claims of each stage."""
    out = p.copy()
    for stage in {each.claim.stage for each in asked}:
        family = np.array([each.claim.primary and each.claim.stage == stage for each in asked])
        if family.any():
            out[family] = holm(p[family])
    return out


def _answer(court: Court, asked: Question, weighed: Weighed, supports: float, opposes: float) -> Answer:
    claim, level = asked.claim, asked.level
    primaries = sum(each.primary and each.stage == claim.stage for each in court.claims) if claim.primary else 1
    outcome = Outcome.UNDECIDABLE
    if supports <= level:
        outcome = Outcome.SUPPORTED
    elif opposes <= level:
        outcome = Outcome.CONTRADICTED
    trial = _deciding(claim, weighed, outcome)
    tests = len(asked.places) if claim.over == "any" else 1
    reason, remedy, lacks_runs = _reason(asked, weighed, outcome, trial, supports, primaries, tests)
    next_stage = LEVEL / 2 ** (claim.stage + 1)  # seeds that are added are tested alone, at that level
    seeds = _plan(court, asked, weighed.trials, next_stage / primaries / tests) if lacks_runs else None
    if lacks_runs:
        remedy = _settle(claim, seeds, min(trial.contrast.n) if trial else 0)
    bound = [each.condition for each in _relied_on(claim, weighed, trial, outcome)]
    found = trial.contrast if trial and trial.contrast.difference is not None else None
    leans = weighed.opposes < weighed.supports
    p, adjusted = (weighed.opposes, opposes) if leans else (weighed.supports, supports)
    tested = trial is not None and trial.p is not None and (lacks_runs or outcome is not Outcome.UNDECIDABLE)
    return Answer(
        claim=asked.label,
        statement=claim.statement,
        kind=claim.kind,
        method=claim.method,
        against=asked.against,
        metric=asked.metric,
        percent=trial.percent if trial else asked.definition.percent,
        endpoint=claim.endpoint,
        over=claim.over,
        primary=claim.primary,
        stage=claim.stage,
        level=level,
        margin=claim.margin,
        outcome=outcome,
        condition=together(bound),
        reason=reason,
        remedy=remedy,
        effect=float(found.estimate) if found else None,
        interval=found.interval(0.95) if found else None,
        p=p if tested else None,
        p_adjusted=adjusted if tested else None,
        n=found.n if found else None,
        test=found.test if found else "",
        seeds=seeds,
        smallest_margin=_smallest_margin(claim, weighed.trials, level),
        notes=tuple(_notes(court, asked, weighed.trials)),
        tests=tuple(_test(each, claim, weighed, number, level)
                    for number, place in enumerate(weighed.trials) for each in place),
    )  # fmt: skip


def _deciding(claim: Claim, weighed: Weighed, outcome: Outcome) -> Trial | None:
    """The test that an answer rests on: the weakest where all must hold, the strongest where one is enough."""
    if not weighed.trials:
        return None
    if outcome is Outcome.CONTRADICTED:
        place = int(np.argmin(weighed.against_each) if claim.over == "all" else np.argmax(weighed.against_each))
        return min(weighed.trials[place], key=lambda each: each.opposes)
    testable = [
        number for number, place in enumerate(weighed.trials) if all(each.contrast.difference for each in place)
    ]
    if not testable:
        return None

    def weakness(number: int) -> tuple[float, ...]:
        trial = weighed.trials[number][0]
        return (weighed.for_each[number], trial.supports, -trial.contrast.estimate)

    order = sorted(testable, key=weakness)
    return max(weighed.trials[order[-1] if claim.over == "all" else order[0]], key=lambda each: each.supports)


def _relied_on(claim: Claim, weighed: Weighed, trial: Trial | None, outcome: Outcome) -> list[Trial]:
    """The tests whose conditions bind an answer."""
    if outcome is Outcome.UNDECIDABLE or trial is None:
        return []
    every = claim.over == ("all" if outcome is Outcome.SUPPORTED else "any")
    return [each for place in weighed.trials for each in place] if every else [trial]


def together(conditions: Sequence[str]) -> str:
    """Several conditions as one, each told once."""
    return ", ".join(dict.fromkeys(part for text in conditions for part in text.split(", ") if part))


def _reason(
    asked: Question,
    weighed: Weighed,
    outcome: Outcome,
    trial: Trial | None,
    adjusted: float,
    primaries: int,
    tests: int,
) -> tuple[str, str, bool]:
    """Why the answer is what it is, what would settle an open one, and whether runs are what is missing."""
    claim, level, trials = asked.claim, asked.level, [each for place in weighed.trials for each in place]
    if asked.gap:
        return asked.gap.why, asked.gap.remedy, False
    number = f"{len(weighed.trials)} points"
    if outcome is not Outcome.UNDECIDABLE and trial:
        if len(weighed.trials) == 1:
            return trial.told(), "", False
        if claim.over == ("all" if outcome is Outcome.SUPPORTED else "any"):
            return f"told at each of {number}; least clear is {trial.told()}", "", False
        p = chances(weighed.supports if outcome is Outcome.SUPPORTED else weighed.opposes)
        return f"{trial.told()}; {p} after Holm's correction over {number}", "", False
    blocked = [each.contrast.obstacle for each in trials if each.contrast.obstacle]
    if blocked and (claim.over == "all" or trial is None):
        more = f"; and {len(blocked) - 1} more of {len(trials)} tests" if len(blocked) > 1 else ""
        return blocked[0].why + more, blocked[0].remedy, False
    easy = [each for each in trials if each.barrier and each.supports <= level < each.assay]
    if easy and all(each.supports <= level for each in trials):
        barriers = [each.barrier for each in easy if each.barrier]
        more = f"; and {len(easy) - 1} more of {number}" if len(easy) > 1 else ""
        return barriers[0].why + more, barriers[0].remedy, False
    if trial is None:
        return "nothing could be tested", "run both methods at the same ratios", False
    if isinstance(trial.contrast.difference, RateDifference) and (
        runs := _unreachable(trial, level / primaries / tests)
    ):
        why = f"with {trial.contrast.n[0]} and {trial.contrast.n[1]} runs no outcome could reach the level"
        return f"{why}: {trial.told()}", f"run {runs} of each or more", False
    if adjusted > level >= weighed.supports:
        corrected = f"{chances(adjusted)} after Holm's correction over {primaries} primary claims"
        return f"{trial.told()}; {corrected}, held against {level:.3g}", "", True
    if len(weighed.trials) == 1:
        return trial.told(), "", True
    if claim.over == "any":
        return f"told at none of {number}; most nearly {trial.told()}", "", True
    return f"told at {int((weighed.for_each <= level).sum())} of {number}; least clear is {trial.told()}", "", True


def _unreachable(trial: Trial, level: float) -> int | None:
    """The runs of each method that a test of rates needs to reach its level at all; None where there are enough."""

    def best(n: tuple[int, int]) -> float:
        extreme = RateDifference((n[1], 0), (n[1], n[0]))
        at_best = Contrast(n, extreme, "")
        return replace(trial, contrast=at_best, samples=None).supports

    if trial.kind == EQUIVALENCE or best(trial.contrast.n) <= level:
        return None
    return next((n for n in range(2, PRACTICAL + 1) if best((n, n)) <= level), PRACTICAL + 1)


def _plan(court: Court, asked: Question, trials: Sequence[Sequence[Trial]], level: float) -> Seeds | None:
    """How many seeds a cell would take to find the margin, or the smallest effect of interest."""
    claim = asked.claim
    effect = claim.effect if claim.kind in (SUPERIORITY, EFFICIENCY) else claim.margin
    if effect is None or asked.metric == COLLAPSE_RATE:
        return None
    plans = []
    for pair in dict.fromkeys((place.dataset, place.architecture) for place in asked.places):
        mine = [each[0] for each in trials if (each[0].place.dataset, each[0].place.architecture) == pair]
        within = [group for trial in mine for group in trial.contrast.within]
        pairs = bool(within) and all(len(trial.contrast.within) < 2 for trial in mine)
        cells = [int(trial.place.cells[0, 0]) for trial in mine if len(trial.place.cells)]
        if not pairs and claim.endpoint == "ratios" and cells:
            within = living(court.runs(asked.metric, asked.definition, claim), cells[0])
        plans.append(planned(effect, within, pairs=pairs, level=level, equivalence=claim.kind == EQUIVALENCE))
    return most_seeds(plans)


def _settle(claim: Claim, seeds: Seeds | None, there: int) -> str:
    """What would settle a claim that runs could settle; `there` are the runs of a cell that there are."""
    if seeds:
        of = "margin" if claim.kind in (NON_INFERIORITY, EQUIVALENCE) else "effect"
        if seeds.most is not None and seeds.most <= there:
            return f"{seeds} would show the declared {of} four times in five if it were so, and there are {there}"
        new = f"; test new ones alone, as `stage = {claim.stage + 1}`" if seeds.least else ""
        return f"it would take {seeds} to find the declared {of}{new}"
    if claim.kind in (SUPERIORITY, EFFICIENCY) and claim.effect is None:
        return "declare `effect`, the smallest difference of interest: the seeds it would take follow from it"
    return "run more seeds, so that their spread can be seen"


def _smallest_margin(claim: Claim, trials: Sequence[Sequence[Trial]], level: float) -> float | None:
    """The smallest margin that the data could support, over the places of a claim; None where there is none."""
    if claim.kind not in (NON_INFERIORITY, EQUIVALENCE) or not trials:
        return None
    level = level if claim.over == "all" else level / len(trials)
    margins = [place[0].smallest_margin(level) for place in trials]
    margin = max(margins) if claim.over == "all" else min(margins)
    return margin if np.isfinite(margin) else None


def _notes(court: Court, asked: Question, trials: Sequence[Sequence[Trial]]) -> list[str]:
    """What a reader should know beside the answer."""
    claim = asked.claim
    notes = [note for place in trials for each in place for note in each.contrast.notes]
    if not claim.primary and len(court.claims) > 1:
        notes.append("exploratory: not corrected for the number of claims")
    if claim.kind == EFFICIENCY and claim.margin is None:
        notes.append("says nothing of quality: declare `margin` to hold it")
    notes += _sub_ranges(court, asked, trials)
    notes += _across_pairs(asked, trials)
    return list(dict.fromkeys(notes))


def _sub_ranges(court: Court, asked: Question, trials: Sequence[Sequence[Trial]]) -> list[str]:
    """Whether the sign of a curve's area is that of each of its sub-ranges."""
    said = []
    for trial, *_ in trials:
        if asked.claim.endpoint != "curve" or trial.contrast.difference is None:
            continue
        runs = court.runs(asked.metric, asked.definition, asked.claim)
        cells = trial.place.cells
        means = np.array([[runs.sample(int(cell)).values.mean() for cell in pair] for pair in cells])
        holds = holds_on_every_range(court.size[cells].mean(axis=1), means[:, 0] - means[:, 1])
        sign = "holds" if holds else "does not hold"
        said.append(f"the sign {trial.place.called} {sign} on every sub-range of three ratios or more")
    return said


def _across_pairs(asked: Question, trials: Sequence[Sequence[Trial]]) -> list[str]:
    """The mean over pairs, each pair's being the mean over its points; for these pairs only, unless they are many."""
    by_pair: dict[tuple[str, str], list[Trial]] = {}
    for trial, *_ in trials:
        by_pair.setdefault((trial.place.dataset, trial.place.architecture), []).append(trial)
    if len(by_pair) < 2 or asked.metric == COLLAPSE_RATE:
        return []
    direction = 1.0 if asked.definition.direction == "higher" else -1.0
    each: list[Difference] = []
    for mine in by_pair.values():
        if not all(trial.samples and trial.contrast.difference and not trial.contrast.exact for trial in mine):
            return []
        sides = zip(*(trial.samples for trial in mine if trial.samples), strict=True)
        equal = np.full(len(mine), 1 / len(mine))
        one, other = (along(list(side), equal, side[0].called) for side in sides)
        difference = contrast(one, other, asked.metric, direction).difference
        if not isinstance(difference, Difference):
            return []
        each.append(difference)
    percent = asked.definition.percent

    def told(mean: Difference, of: str) -> str:
        interval = span(mean.interval(), percent=percent)
        return f"mean over {len(each)} pairs {points(mean.estimate, percent=percent)} (95 % interval {interval}; {of})"

    notes = [told(across(each), "these pairs only")]
    if len(each) >= GENERAL:
        estimates = np.array([one.estimate for one in each])
        error = float(estimates.std(ddof=1) / np.sqrt(len(each)))
        if error > 0:
            notes.append(told(Difference(float(estimates.mean()), error, len(each) - 1.0), "t over pair means"))
    return notes


def _test(trial: Trial, claim: Claim, weighed: Weighed, number: int, level: float) -> Test:
    """One test as data: its own outcome is held against the claim's level."""
    found, outcome = trial.contrast, Outcome.UNDECIDABLE
    if weighed.trials:
        own = max(trial.supports, trial.assay)
        if (own if claim.over == "all" else weighed.for_each[number]) <= level:
            outcome = Outcome.SUPPORTED
        elif trial.opposes <= level and weighed.against_each[number] <= level:
            outcome = Outcome.CONTRADICTED
    reason = ""
    if found.obstacle:
        reason = found.obstacle.why
    elif outcome is Outcome.UNDECIDABLE and trial.barrier and trial.supports <= level < trial.assay:
        reason = trial.barrier.why
    tested = found.difference is not None
    return Test(
        trial.place.dataset,
        trial.place.architecture,
        trial.place.ratio,
        trial.metric,
        trial.percent,
        outcome,
        float(found.estimate) if tested else None,
        found.interval(0.95),
        trial.p,
        found.n,
        found.test,
        trial.condition,
        reason,
        found.notes,
        trial.place.speedup,
    )
