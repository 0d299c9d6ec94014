"""How often the claim tests err on simulated studies, and how often they find what is there.

    python benchmarks/claims.py [--studies 2000] [--workers 2] [--write docs/claims.md]

Each study is a table of runs that goes through the whole audit of its claims, from grouping to the answer. Null studies
lie on the edge of what is claimed: equal methods for superiority, methods apart by the margin for non-inferiority and
equivalence. Accuracies are normal about 0.9 with a deviation of 0.4 points, unless the row says otherwise.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np
from measure import machine

from audit.answer import Outcome
from audit.case import Case
from audit.claims import answers
from audit.results import Coded, Origin, Results
from audit.rule import Verdict
from audit.rules.claims import score_adds_nothing
from audit.study import Study

SIZES = (3, 5, 10)
# Of Welch's test, to either side, where deviations differ most unluckily (1 : 5): by a simulation of 400,000 tests.
WELCH = {3: 0.030, 5: 0.027, 10: 0.0255}
OF_POWER = 4  # power is simulated on a quarter of the studies
LEVEL, SPREAD, MEAN = 0.05, 0.004, 0.9
MARKER = "<!-- What follows is written by `python benchmarks/claims.py --write docs/claims.md`. -->"
MINE, THEIRS, RANDOM = "mine", "theirs", "random_matched_theirs"
RANDOM_OF_MINE, MAGNITUDE_OF_MINE = "random_matched_mine", "magnitude_matched_mine"
HARD = 0.2  # how far random pruning lies below where a ratio is hard

Values = Mapping[tuple[str, float], np.ndarray]  # of a method at a ratio: one accuracy a seed
Said = tuple[bool, bool]  # whether a study errs for the claim, and against it

_CLAIM = '[[claim]]\nkind = "{}"\nmethod = "mine"\nagainst = "theirs"\n'
_SUPERIORITY = _CLAIM.format("superiority")
_NON_INFERIORITY = _CLAIM.format("non-inferiority") + f"margin = {2 * SPREAD}\n"
_EQUIVALENCE = _CLAIM.format("equivalence") + f"margin = {2 * SPREAD}\n"
_PROPOSED = "[method.mine]\nproposed = true\n"


@dataclass(frozen=True)
class Scenario:
    """A kind of study and what is asked of it.

    `draw` gives the accuracies of one study from a generator, the seeds and the true difference; `null` and `true` are
    differences on the edge of the claim and inside it, in deviations. `shared` seeds start from the weights of both
    methods. `nominal` are the rates at which it may err for a claim and against it; those of Welch's test are larger
    where the methods are `unequal` in their deviations.
    """

    test: str
    studies: str
    claims: str
    draw: Callable[[np.random.Generator, int, float], Values]
    null: float = 0.0
    true: float | None = 2.0
    shared: bool = False
    nominal: tuple[float, float] = (LEVEL / 2, LEVEL / 2)
    unequal: bool = False
    column: str = "top1"
    said: Callable[[Case], Said] | None = None

    def levels(self, n: int) -> tuple[float, float]:
        """The stated rates of error for a claim and against it."""
        above, below = self.nominal
        return (max(above, WELCH[n]), max(below, WELCH[n])) if self.unequal else (above, below)


def _normal(rng: np.random.Generator, n: int, mean: float, spread: float = SPREAD) -> np.ndarray:
    return mean + spread * rng.standard_normal(n)


def independent(ratios: Sequence[float] = (8,), spread: float = SPREAD, least_favourable: bool = False):  # type: ignore[no-untyped-def]
    """Runs that share nothing; `spread` is that of the first method, which may be far ahead at all ratios but one."""

    def draw(rng: np.random.Generator, n: int, shift: float) -> Values:
        out = {}
        for number, ratio in enumerate(ratios):
            ahead = 30 * SPREAD if least_favourable and number else shift * SPREAD
            out[MINE, ratio] = _normal(rng, n, MEAN + ahead, spread)
            out[THEIRS, ratio] = _normal(rng, n, MEAN)
            out[RANDOM, ratio] = _normal(rng, n, MEAN - HARD)
        return out

    return draw


def together(ratios: Sequence[float] = (8,), correlation: float = 0.5, least_favourable: bool = False):  # type: ignore[no-untyped-def]
    """Runs that start from the same weights at each seed: what the weights give is common to methods and ratios."""

    def draw(rng: np.random.Generator, n: int, shift: float) -> Values:
        common = sqrt(correlation) * SPREAD * rng.standard_normal(n)
        own = sqrt((1 - correlation) / 2) * SPREAD  # so that differences have the deviation SPREAD · √(1 − correlation)
        out = {}
        for number, ratio in enumerate(ratios):
            ahead = 30 * SPREAD if least_favourable and number else shift * SPREAD
            out[MINE, ratio] = MEAN + ahead + common + own * rng.standard_normal(n)
            out[THEIRS, ratio] = MEAN + common + own * rng.standard_normal(n)
            out[RANDOM, ratio] = MEAN - HARD + common + own * rng.standard_normal(n)
        return out

    return draw


def counted(examples: int, draw: Callable[[np.random.Generator, int, float], Values]):  # type: ignore[no-untyped-def]
    """The same accuracies as shares of a test set."""

    def rounded(rng: np.random.Generator, n: int, shift: float) -> Values:
        return {key: np.round(values * examples) / examples for key, values in draw(rng, n, shift).items()}

    return rounded


def collapsing(rate: float, only_theirs: bool = False):  # type: ignore[no-untyped-def]
    """Independent runs that collapse to chance at a rate; for power only those of the reference do."""
    draw = independent()

    def dying(rng: np.random.Generator, n: int, shift: float) -> Values:
        out = dict(draw(rng, n, shift))
        for key, values in out.items():
            if key[0] == THEIRS or (key[0] == MINE and not only_theirs):
                dead = rng.random(n) < rate
                out[key] = np.where(dead, 0.1 + 0.002 * rng.standard_normal(n).clip(-3, 3), values)
        return out

    return dying


def rates(rng: np.random.Generator, n: int, shift: float) -> Values:
    """Both methods collapse in half their runs; with a true difference one never does and the other nearly always."""
    rate = (0.5, 0.5) if not shift else (0.0, 0.9)
    return {
        (method, 8.0): np.where(rng.random(n) < each, 0.1, _normal(rng, n, MEAN))
        for method, each in zip((MINE, THEIRS), rate, strict=True)
    }


def easy(rng: np.random.Generator, n: int, shift: float) -> Values:
    """A ratio at which random pruning does as well as the reference, and so does the method."""
    return {(method, 8.0): _normal(rng, n, MEAN) for method in (MINE, THEIRS, RANDOM)}


def speedups(rng: np.random.Generator, n: int, shift: float) -> Values:
    """Theoretical speedups that vary from mask to mask."""
    return {(MINE, 8.0): _normal(rng, n, 4 + 10 * shift * SPREAD, 0.04), (THEIRS, 8.0): _normal(rng, n, 4, 0.04)}


def baselines(rng: np.random.Generator, n: int, shift: float) -> Values:
    """A proposed method with both matched baselines at six ratios, all from the same weights."""
    ratios = (2.0, 4.0, 8.0, 16.0, 32.0, 48.0)
    common = sqrt(0.5) * SPREAD * rng.standard_normal(n)
    return {
        (method, ratio): MEAN + ahead * SPREAD + common + SPREAD / 2 * rng.standard_normal(n)
        for ratio in ratios
        for method, ahead in ((MINE, shift), (RANDOM_OF_MINE, 0.0), (MAGNITUDE_OF_MINE, 0.0))
    }


def _stage_two(case: Case) -> Said:
    """Seeds are added where the first stage is open, and tested alone: either stage may err."""
    found = answers(case)
    first, second = (each.outcome for each in found)
    last = first if first is not Outcome.UNDECIDABLE else second
    return last is Outcome.SUPPORTED, last is Outcome.CONTRADICTED


def _any(case: Case) -> Said:
    outcomes = {each.outcome for each in answers(case)}
    return Outcome.SUPPORTED in outcomes, Outcome.CONTRADICTED in outcomes


def _all_ratios(case: Case) -> Said:
    """CLM003: whether it calls the score better, or worse, than a baseline at any ratio."""
    verdicts = set(score_adds_nothing.check(case, share=0.2).verdict)
    return bool(verdicts & {Verdict.PASS, Verdict.DECLARED}), Verdict.FAIL in verdicts


_FIVE = (2.0, 4.0, 8.0, 16.0, 32.0)
_ANY = _SUPERIORITY + 'over = "any"\n'
_STAGES = "{}stage = 1\n{}stage = 2\nseeds = {}\n"

SCENARIOS: tuple[Scenario, ...] = (
    Scenario("superiority, Welch", "equal variances", _SUPERIORITY, independent()),
    Scenario("superiority, Welch", "deviations 1 : 4", _SUPERIORITY, independent(spread=4 * SPREAD), true=6.0,
             unequal=True),
    Scenario("superiority, Welch", "deviations 1 : 10", _SUPERIORITY, independent(spread=10 * SPREAD), true=15.0,
             unequal=True),
    Scenario("superiority, Welch", "counted on 500 examples", _SUPERIORITY, counted(500, independent())),
    Scenario("superiority, paired t", "correlated ½", _SUPERIORITY, together(), shared=True),
    Scenario("superiority, paired t", "uncorrelated", _SUPERIORITY, together(correlation=0.0), shared=True),
    Scenario("superiority, paired t", "counted on 500 examples", _SUPERIORITY, counted(500, together()), shared=True),
    Scenario("superiority", "1 run in 10 collapses", _SUPERIORITY, collapsing(0.1)),
    Scenario("superiority", "1 run in 2 collapses", _SUPERIORITY, collapsing(0.5)),
    Scenario("superiority at all of 5 ratios", "equal at one, far ahead at four", _SUPERIORITY,
             together(_FIVE, least_favourable=True), shared=True, nominal=(LEVEL / 2, LEVEL / 2)),
    Scenario("superiority at any of 5 ratios", "equal at all", _ANY, together(_FIVE), shared=True),
    Scenario("superiority over a curve of 5", "equal at all", _SUPERIORITY + 'endpoint = "curve"\n', together(_FIVE),
             shared=True),
    Scenario("3 primary claims", "equal in all", (_SUPERIORITY + "primary = true\nratios = [{}]\n") * 3,
             independent((2.0, 4.0, 8.0)), said=_any),
    Scenario("non-inferiority, Welch", "worse by the margin", _NON_INFERIORITY, independent(), null=-2.0, true=0.0),
    Scenario("non-inferiority, Welch", "worse by the margin, deviations 1 : 4", _NON_INFERIORITY,
             independent(spread=4 * SPREAD), null=-2.0, true=None, unequal=True),
    Scenario("non-inferiority, paired t", "worse by the margin", _NON_INFERIORITY, together(), null=-2.0, true=0.0,
             shared=True),
    Scenario("non-inferiority", "an easy ratio: random is as good", _NON_INFERIORITY, easy, true=None),
    Scenario("equivalence, Welch", "apart by the margin", _EQUIVALENCE, independent(), null=2.0, true=0.0,
             nominal=(LEVEL, LEVEL / 2)),
    Scenario("equivalence, Welch", "apart by the margin, deviations 1 : 4", _EQUIVALENCE,
             independent(spread=4 * SPREAD), null=2.0, true=None, unequal=True, nominal=(LEVEL, LEVEL / 2)),
    Scenario("equivalence, paired t", "apart by the margin", _EQUIVALENCE, together(), null=2.0, true=0.0, shared=True,
             nominal=(LEVEL, LEVEL / 2)),
    Scenario("efficiency, Welch", "equal speedups", _CLAIM.format("efficiency"), speedups,
             column="theoretical_speedup"),
    Scenario("collapse rate, Fisher", "1 run in 2 collapses", _SUPERIORITY + 'metric = "collapse_rate"\n', rates),
    Scenario("2 stages, both declared", "equal; seeds added where open", _STAGES, independent(), said=_stage_two),
    Scenario("CLM003, paired t", "6 ratios, equal to both baselines", _PROPOSED, baselines, shared=True,
             said=_all_ratios, true=3.0, nominal=(LEVEL / 2, LEVEL)),
)  # fmt: skip


def case(values: Values, n: int, scenario: Scenario, study: Study) -> Case:
    """The case of one simulated study."""
    methods = [method for method, _ in values]
    ratios = np.repeat([ratio for _, ratio in values], n)
    names = np.repeat(methods, n).tolist()
    seeds = [str(seed) for seed in range(1, n + 1)] * len(values)
    weights = seeds if scenario.shared else [f"{name}-{seed}" for name, seed in zip(names, seeds, strict=True)]
    rows = len(seeds)
    scores = {
        MINE: "mine",
        THEIRS: "theirs",
        RANDOM: "random",
        RANDOM_OF_MINE: "random",
        MAGNITUDE_OF_MINE: "magnitude",
    }
    matched = {RANDOM: THEIRS, RANDOM_OF_MINE: MINE, MAGNITUDE_OF_MINE: MINE}
    texts = {
        "dataset": ["cifar10"] * rows,
        "architecture": ["resnet20"] * rows,
        "method": names,
        "score": [scores[name] for name in names],
        "allocation": ["matched" if name in matched else "global" for name in names],
        "matched_to": [matched.get(name) for name in names],
        "schedule": ["one_shot"] * rows,
        "granularity": ["weight"] * rows,
        "starts_from": ["trained"] * rows,
        "seed": seeds,
        "initial_weights": weights,
    }
    numbers = {
        "compression_ratio": ratios,
        "n_test": np.full(rows, 10000.0),
        "top1": np.full(rows, MEAN),
        "dense_top1": np.full(rows, 0.93),
        scenario.column: np.concatenate(list(values.values())),
    }
    columns = {name: Coded.of(each) for name, each in texts.items()} | numbers
    return Case(Results(columns, Origin(Coded(np.zeros(rows, np.int64), ("simulated",)))), study)


def said_of(scenario: Scenario, judged: Case) -> Said:
    """Whether a claim is supported, and whether it is contradicted."""
    if scenario.said:
        return scenario.said(judged)
    (found,) = answers(judged)
    return found.outcome is Outcome.SUPPORTED, found.outcome is Outcome.CONTRADICTED


def simulate(number: int, n: int, shift: float, studies: int) -> tuple[float, float]:
    """The shares of studies of a scenario in which the claim is supported, and contradicted."""
    scenario = SCENARIOS[number]
    stages = scenario.said is _stage_two
    claims = scenario.claims
    if stages:
        claims = claims.format(_SUPERIORITY, _SUPERIORITY, list(range(n + 1, 2 * n + 1)))
    claims = claims.format(2, 4, 8)
    study = Study.parse(claims)
    rng = np.random.default_rng([number, n, round(100 * shift) + 10_000])
    runs = 2 * n if stages else n
    said = [said_of(scenario, case(scenario.draw(rng, runs, shift), runs, scenario, study)) for _ in range(studies)]
    return tuple(np.mean(said, axis=0))  # type: ignore[return-value]


def _task(task: tuple[int, int, float, int]) -> tuple[float, float]:
    return simulate(*task)


def table(studies: int, workers: int) -> tuple[list[str], bool]:
    """The lines of the table, and whether each rate holds: at most its level and three Monte Carlo errors."""
    tasks = []
    for number, scenario in enumerate(SCENARIOS):
        for n in SIZES:
            tasks.append((number, n, scenario.null, studies))
            if scenario.true is not None:
                tasks.append((number, n, scenario.true, studies // OF_POWER))
    with ProcessPoolExecutor(workers) as pool:
        found = dict(zip(tasks, pool.map(_task, tasks), strict=True))
    lines = [
        "| test | studies | n | wrongly supported | level | wrongly contradicted | level | power |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    holds = True
    for number, scenario in enumerate(SCENARIOS):
        for n in SIZES:
            wrong = found[number, n, scenario.null, studies]
            true = "–" if scenario.true is None else f"{found[number, n, scenario.true, studies // OF_POWER][0]:.2f}"
            told = []
            for rate, level in zip(wrong, scenario.levels(n), strict=True):
                error = sqrt(max(rate, level) * (1 - max(rate, level)) / studies)
                above = rate > level + 3 * error
                holds &= not above
                told += [f"{'**' if above else ''}{rate:.3f}{'**' if above else ''} ± {error:.3f}", f"{level:.3f}"]
            lines.append(f"| {scenario.test} | {scenario.studies} | {n} | {' | '.join(told)} | {true} |")
    return lines, holds


def main() -> int:
    """Print the table, or write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    lines, holds = table(options.studies, options.workers)
    few = options.studies // OF_POWER
    head = (
        f"{options.studies:,} studies a rate, {few:,} a power; ± is the Monte Carlo error (one standard error). "
        f"{machine('numpy', 'scipy')}."
    )
    text = "\n".join((head, "", *lines)) + "\n"
    if options.write:
        beginning, _, _ = options.write.read_text(encoding="utf-8").partition(MARKER)
        options.write.write_text(f"{beginning}{MARKER}\n\n{text}", encoding="utf-8")
    else:
        print(text)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
