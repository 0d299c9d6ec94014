"""Each pair has a dense (1×) network per seed and starting point, trained for as long as the pruned ones.

What it checks
On each pair, for each starting point and seed of the pruned networks, a dense network with a number: a row at 1×, or of
method `dense`. Its `steps_final_weights` (optimiser steps from initial to final weights) lie within those of the pruned
networks of its group, 1 % apart at most (`tolerance`), since early stopping makes them differ. Where steps are not
recorded, equal `epochs` and `batch_size` stand in. A missing or shorter control fails; which control belongs to which
network is undecidable where seeds or starting points are not recorded. Small dense networks trained from scratch are
controls themselves, and need none.

Why it matters
Pruned networks are fine-tuned. A dense network that was not trained for those steps too makes pruning look better than
it is, and without one there is nothing to measure a drop from.

Example
Dense networks evaluated as they came, 500 steps short of the pruned ones: fail.

What it cannot see
Whether the control was trained with the same recipe, beyond the number of steps.

Source: Blalock et al. 2020, section 6.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.case import Case
from audit.results import numbered
from audit.rule import FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.subjects import each_pair

RULE = Rule("CMP004", "no-dense-control", Severity.ERROR, Scope.PAIR, absent=FAIL, parameters={"tolerance": 0.01})

_ANY = -2  # stands for every seed, or every starting point


def check(case: Case, *, tolerance: float) -> Judgement:
    """Match dense and pruned networks of each pair by starting point and seed, and compare their steps."""
    subjects = each_pair(case.results)
    groups = _Groups.of(case, tolerance)
    pair = case.results.cells.pair
    said = [_about(case, groups, pair[subjects.cells(number)[0]]) for number in range(len(subjects))]
    return Judgement(
        subjects,
        [verdict for verdict, *_ in said],
        [observed for _, observed, *_ in said],
        expected="a dense network per seed and starting point, with the steps of the pruned ones",
        message=[message for *_, message, _ in said],
        remedy=[remedy for *_, remedy in said],
    )


@dataclass(frozen=True)
class _Groups:
    """The networks of one pair, starting point and seed (groups,): how many are pruned and dense, and their steps.

    `possible` marks groups without a control of their own for which another may stand, were more recorded. `fewest` and
    `most` (2, groups) are the steps of pruned and dense networks, NaN where one is not recorded.
    """

    pair: np.ndarray
    start: np.ndarray
    seed: np.ndarray
    pruned: np.ndarray
    dense: np.ndarray
    possible: np.ndarray
    fewest: np.ndarray
    most: np.ndarray
    fair: np.ndarray
    alike: np.ndarray

    @classmethod
    def of(cls, case: Case, tolerance: float) -> "_Groups":
        """Group the networks that have a number."""
        results = case.results
        rows = np.flatnonzero(case.measured & (results.dense | case.scored[results.cells.of_row]))
        keys = (results.cells.pair[results.cells.of_row], case.starts_from.codes, results.text("seed").codes)
        pair, start, seed = (key[rows] for key in keys)
        group = numbered(pair, start, seed)
        first = np.unique(group, return_index=True)[1]
        pair, start, seed = pair[first], start[first], seed[first]
        is_dense = results.dense[rows]
        pruned, dense = (np.bincount(group[mask], minlength=len(first)) for mask in (~is_dense, is_dense))
        steps = results.number("steps_final_weights")[rows]
        spans = [_span(steps, group, mask, len(first)) for mask in (~is_dense, is_dense)]
        fewest, most = (np.stack(each) for each in zip(*spans, strict=True))
        alike = np.ones(len(first), bool)
        for name in ("epochs", "batch_size"):
            low, high = _span(results.number(name)[rows], group, np.ones(len(rows), bool), len(first))
            alike &= low == high
        fair = (fewest[1] >= fewest[0] * (1 - tolerance)) & (most[1] <= most[0] * (1 + tolerance))
        return cls(pair, start, seed, pruned, dense, _possible(pair, start, seed, dense), fewest, most, fair, alike)


def _span(values: np.ndarray, group: np.ndarray, among: np.ndarray, groups: int) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest value (groups,) of the rows of a mask; NaN where one of them has none."""
    low, high = np.full(groups, np.inf), np.full(groups, -np.inf)
    with np.errstate(invalid="ignore"):  # a missing value makes the span missing
        np.minimum.at(low, group[among], values[among])
        np.maximum.at(high, group[among], values[among])
    return np.where(np.isfinite(low), low, np.nan), np.where(np.isfinite(high), high, np.nan)


def _possible(pair: np.ndarray, start: np.ndarray, seed: np.ndarray, dense: np.ndarray) -> np.ndarray:
    """(groups,) whether a control may stand for a group: what a network does not say is not held against it."""
    controls: set[tuple[int, int, int]] = set()
    for where in zip(*(key[dense > 0].tolist() for key in (pair, start, seed)), strict=True):
        controls |= {(where[0], one, other) for one in (where[1], _ANY) for other in (where[2], _ANY)}

    def choices(value: int) -> tuple[int, ...]:
        return (value, -1) if value >= 0 else (_ANY,)

    return np.array(
        [
            any((here, one, other) in controls for one in choices(begin) for other in choices(number))
            for here, begin, number in zip(pair.tolist(), start.tolist(), seed.tolist(), strict=True)
        ],
        bool,
    )


def _about(case: Case, groups: _Groups, pair: int) -> tuple[Verdict, str, str, str]:
    """Verdict, what was seen, message and remedy for one pair."""
    mine = np.flatnonzero((groups.pair == pair) & (groups.pruned > 0))
    if not len(mine):
        return NOT_APPLICABLE, "", "there is no pruned network to compare with", ""
    known = (groups.start[mine] >= 0) & (groups.seed[mine] >= 0)
    own = known & (groups.dense[mine] > 0)
    missing = mine[~own & ~groups.possible[mine]]
    if len(missing):
        return (
            FAIL,
            _where(case, groups, missing, "no dense network for"),
            "dense networks to compare with are missing",
            "train a dense network for each seed and starting point for as many steps as the pruned ones",
        )
    counted = ~np.isnan(groups.fewest[:, mine]).any(axis=0)
    unequal = mine[own & counted & ~groups.fair[mine]]
    if len(unequal):
        return (
            FAIL,
            _where(case, groups, unequal, f"dense {_steps(groups, 1, unequal[0])} steps, pruned "
                                          f"{_steps(groups, 0, unequal[0])}, for"),
            "dense networks were not trained for as many steps as the pruned ones",
            "train the dense network of each seed and starting point for as many steps as the pruned ones",
        )  # fmt: skip
    if not own.all():
        return (
            UNDECIDABLE,
            _where(case, groups, mine[~own], "no dense network is known to be that of"),
            "which dense network belongs to which pruned ones cannot be told",
            "record `seed` and `starts_from` of every network, or declare `[method.NAME] starts_from` in audit.toml",
        )
    unclear = mine[~counted & ~groups.alike[mine]]
    if len(unclear):
        return (
            UNDECIDABLE,
            _where(case, groups, unclear, "steps are not recorded for"),
            "whether the dense networks were trained for as long as the pruned ones cannot be told",
            "record `steps_final_weights` for dense and pruned networks",
        )
    controls = int(groups.dense[mine].sum())
    steps = f"{_steps(groups, 1, *mine)} steps, pruned ones {_steps(groups, 0, *mine)}"
    how = steps if counted.all() else "equal epochs and batch size (steps are not recorded)"
    return (
        PASS,
        f"{controls} dense network{'' if controls == 1 else 's'} with {how}",
        "dense controls for every seed and starting point, trained as long as the pruned networks",
        "",
    )


def _steps(groups: _Groups, which: int, *chosen: int) -> str:
    low, high = groups.fewest[which, list(chosen)].min(), groups.most[which, list(chosen)].max()
    return f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"


def _where(case: Case, groups: _Groups, chosen: np.ndarray, what: str) -> str:
    """Says something of one group, and of how many more."""
    more = f" and {len(chosen) - 1} more" if len(chosen) > 1 else ""
    return f"{what} {', '.join(_named(case, groups, chosen[0]))}{more}"


def _named(case: Case, groups: _Groups, group: int) -> Iterator[str]:
    seed, start = groups.seed[group], groups.start[group]
    yield f"seed {case.results.text('seed').categories[seed]}" if seed >= 0 else "no recorded seed"
    yield f"starting from {case.starts_from.categories[start]}" if start >= 0 else "no recorded starting point"
