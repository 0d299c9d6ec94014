"""Each pair has a dense (1×) network per seed and starting point, trained for as long as the pruned ones.

What it checks
On each pair, for each starting point and seed of the pruned networks, a dense network with a number: a row at 1×, or of
method `dense`. Pruned networks are taken together where they were asked for as many `epochs`. Of the dense networks
that were asked for as many, or of all where none was, one has `steps_final_weights` (optimiser steps from initial to
final weights) within those of the pruned ones, 1 % apart at most (`tolerance`); where an epoch was selected on a split
(early stopping) and the epochs asked for are equal, so is the budget, whatever came of it. Where steps are not
recorded, equal `epochs` and `batch_size` stand in. A missing or shorter control fails; which control belongs to which
network is undecidable where seeds or starting points are not recorded. Small dense networks trained from scratch are
controls themselves, and need none.

Why it matters
Pruned networks are fine-tuned. A dense network that was not trained for those steps too makes pruning look better than
it is, and without one there is nothing to measure a drop from.

Example
Dense networks evaluated as they came, 500 steps short of the pruned ones: fail. So does one that was fine-tuned once
beside networks that were fine-tuned after each of ten rounds.

What it cannot see
Whether the control was trained with the same recipe, beyond the number of steps.

Source: Blalock et al. 2020, section 6.
"""

from collections.abc import Iterator

import numpy as np
from msgspec import Struct

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


class _Groups(Struct, frozen=True):
    """The pruned networks of one pair, starting point and seed that were asked for as many epochs (groups,).

    `place` numbers their pair, starting point and seed. `dense` counts the controls there, and `possible` marks groups
    without one for which another may stand, were more recorded. `fewest` and `most` (2, groups) are the steps of pruned
    networks and of controls, NaN where one is not recorded; `fair` says whether a control had the steps of the pruned
    ones, and `alike` whether epochs and batch size are equal.
    """

    pair: np.ndarray
    start: np.ndarray
    seed: np.ndarray
    place: np.ndarray
    dense: np.ndarray
    possible: np.ndarray
    fewest: np.ndarray
    most: np.ndarray
    fair: np.ndarray
    alike: np.ndarray

    @classmethod
    def of(cls, case: Case, tolerance: float) -> "_Groups":
        """Group the pruned networks that have a number, and look for the controls of each group."""
        results = case.results
        rows = np.flatnonzero(case.measured & (results.dense | case.scored[results.cells.of_row]))
        keys = (results.cells.pair[results.cells.of_row], case.starts_from.codes, results.text("seed").codes)
        pair, start, seed = (key[rows] for key in keys)
        pruned, control = np.flatnonzero(~results.dense[rows]), np.flatnonzero(results.dense[rows])
        epochs, steps = (results.number(name)[rows] for name in ("epochs", "steps_final_weights"))
        place = numbered(pair, start, seed)
        asked = numbered(place, numbered(epochs))
        group = numbered(asked[pruned])
        first = pruned[np.unique(group, return_index=True)[1]]
        of_pruned = _span(steps[pruned], group)

        def counterparts(key: np.ndarray) -> tuple[np.ndarray, ...]:
            """How many controls share a key with each group, their fewest and most steps, and whether one is fair."""
            names, number = np.unique(key[control], return_inverse=True)
            at = np.searchsorted(names, key[first])
            there = np.append(names, -1)[at] == key[first]
            count, low, high = (
                np.where(there, np.append(values, np.nan)[at], empty)
                for values, empty in zip(
                    (np.bincount(number, minlength=len(names)), *_span(steps[control], number)),
                    (0, np.nan, np.nan),
                    strict=True,
                )
            )
            least, most = of_pruned[0] * (1 - tolerance), of_pruned[1] * (1 + tolerance)
            return count, low, high, _one_within(key[control], steps[control], key[first], least, most)

        equal, every = counterparts(asked), counterparts(place)
        own = np.isfinite(epochs[first]) & (equal[0] > 0)
        _, low, high, fair = (np.where(own, one, other) for one, other in zip(equal, every, strict=True))
        stopped = results.text("selected_on")
        early = np.isin(
            stopped.codes[rows], [code for code, on in enumerate(stopped.categories) if on.casefold() != "none"]
        )
        batch = _span(results.number("batch_size")[rows], asked)
        alike = own & (batch[0] == batch[1])[asked[first]]
        all_early = np.bincount(asked[~early], minlength=asked.max(initial=-1) + 1)[asked[first]] == 0
        return cls(
            pair[first],
            start[first],
            seed[first],
            place[first],
            every[0],
            _possible((pair[first], start[first], seed[first]), tuple(key[control] for key in (pair, start, seed))),
            np.stack([of_pruned[0], low]),
            np.stack([of_pruned[1], high]),
            fair | (own & all_early),
            alike,
        )


def _one_within(
    of_control: np.ndarray, steps: np.ndarray, of_group: np.ndarray, least: np.ndarray, most: np.ndarray
) -> np.ndarray:
    """(groups,) whether one of the controls with a group's key has steps between two bounds."""
    order = np.lexsort((steps, of_control))
    keys, ordered = of_control[order], steps[order]
    levels = np.unique(ordered)
    places = keys * (len(levels) + 1) + np.searchsorted(levels, ordered)
    at = np.searchsorted(places, of_group * (len(levels) + 1) + np.searchsorted(levels, least))
    return (np.append(keys, -1)[at] == of_group) & (np.append(ordered, np.nan)[at] <= most)


def _span(values: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest value (groups,) of each group; NaN where one of its rows has none."""
    groups = int(group.max(initial=-1)) + 1
    low, high = np.full(groups, np.inf), np.full(groups, -np.inf)
    with np.errstate(invalid="ignore"):  # a missing value makes the span missing
        np.minimum.at(low, group, values)
        np.maximum.at(high, group, values)
    return np.where(np.isfinite(low), low, np.nan), np.where(np.isfinite(high), high, np.nan)


def _possible(groups: tuple[np.ndarray, ...], controls: tuple[np.ndarray, ...]) -> np.ndarray:
    """(groups,) whether a control may stand for a group: what a network does not say is not held against it.

    Both are told by pair, starting point and seed.
    """
    there: set[tuple[int, int, int]] = set()
    for pair, start, seed in set(zip(*(key.tolist() for key in controls), strict=True)):
        there |= {(pair, one, other) for one in (start, _ANY) for other in (seed, _ANY)}

    def choices(value: int) -> tuple[int, ...]:
        return (value, -1) if value >= 0 else (_ANY,)

    return np.array(
        [
            any((here, one, other) in there for one in choices(begin) for other in choices(number))
            for here, begin, number in zip(*(key.tolist() for key in groups), strict=True)
        ],
        bool,
    )


def _about(case: Case, groups: _Groups, pair: int) -> tuple[Verdict, str, str, str]:
    """Verdict, what was seen, message and remedy for one pair."""
    mine = np.flatnonzero(groups.pair == pair)
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
    controls = int(groups.dense[mine[np.unique(groups.place[mine], return_index=True)[1]]].sum())
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
