"""Which denominator a stated accuracy is a whole number of parts of: the test set's size, another one, or none.

A network that gets k of N examples right has the accuracy k ÷ N. Each row is held against its own N; where that fails,
against what an innocent N would be, and an innocent one must explain every row that was evaluated in the same way.
"""

from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from audit.case import Case
from audit.results import numbered
from audit.stats.granularity import allowance, cut_off, distance, from_half

LEAST = 0.1  # of an example: what float arithmetic is given
DECIDABLE = 0.25  # of an example: where rounding alone leads so far, nothing can be told
NETWORKS = 10  # an unseeded row without `n` may be the mean of up to so many
BEYOND_CHANCE = 1e-6  # numbers of 16 bits fit another denominator too, if they are few
WORKERS = (2, 4, 8, 16)  # a padded sampler fills the last batch of each of so many processes


class Denominators(Struct, frozen=True):
    """Of each row (rows,): the accuracy, the denominator it must fit, and what was found.

    `tested` marks rows that could be looked at; `unfit` those that no reading explains; `ragged` those that fit
    another denominator. That one is `other` of all rows that were evaluated like them, NaN where there is none; it
    follows from the evaluation's batch size. `batched` marks rows whose batch size does not divide the test set.
    """

    values: np.ndarray
    whole: np.ndarray
    distance: np.ndarray
    allowed: np.ndarray
    tested: np.ndarray
    unfit: np.ndarray
    ragged: np.ndarray
    other: np.ndarray
    batched: np.ndarray

    @classmethod
    def of(cls, case: Case) -> "Denominators":
        """Hold every stated value of the study's metric against its denominator, where the metric is a count."""
        results, name = case.results, case.study.metric_name
        values, units, examples = results.number(name), results.printed_units(name), case.examples
        seeded = results.text("seed").codes >= 0
        n = np.nan_to_num(results.number("n"), nan=1.0, posinf=1.0, neginf=1.0)
        several = (n > 1) & ~seeded
        with np.errstate(invalid="ignore", over="ignore"):
            whole = np.where(several, n * examples, examples)
            stated = np.isfinite(values) & (values >= 0) & (values <= 1)
            usable = np.full(len(results), case.study.metric.count) & results.evaluated & stated & np.isfinite(whole)
            values, whole, units = (
                np.where(usable, each, none) for each, none in ((values, 0.0), (whole, 1.0), (units, 0.0))
            )
            allowed = allowance(units, whole, LEAST)
        tested = usable & (allowed < DECIDABLE)
        gap = np.where(tested, distance(values, whole), 0.0)
        off = tested & (gap > allowed)
        batch = results.number("eval_batch_size")
        with np.errstate(invalid="ignore", divide="ignore"):
            batch = np.where(np.isfinite(batch) & (batch >= 1) & ~several, batch, np.nan)
            batched = tested & np.isfinite(batch) & (whole % batch != 0)
        unfit, other = off.copy(), np.full(len(results), np.nan)
        if off.any():
            alone = ~seeded & ~(results.number("n") >= 1)
            group = numbered(
                results.cells.method_on_pair[results.cells.of_row], *(_code(key) for key in (whole, batch)), alone
            )
            rows = _Rows(values, units, whole, tested, group)
            decimals = results.last_places(name)
            rounded = off & (gap <= allowance(decimals, whole, LEAST))  # before it was stored
            unfit &= ~rounded
            for upwards in (False, True):
                unfit &= ~rows.all_of_group(cut_off(values, np.maximum(units, decimals), whole, upwards=upwards))
            for networks in range(2, NETWORKS + 1):
                unfit &= ~(alone & rows.all_fit(networks * whole))
            for candidate in _ragged(whole, batch):
                fits = np.isfinite(batch) & np.isnan(other) & (candidate != whole) & rows.all_fit(candidate)
                other = np.where(fits, candidate, other)
            halves = rows.all_of_group(from_half(values))
            unfit &= ~halves | (_chance_in_half(other) ** rows.distinct < BEYOND_CHANCE)
            other = np.where(rows.all_of_group(~unfit), np.nan, other)
            # where another reading explains a row, or a group, its other values are no evidence for N
            tested = tested & ~rounded & rows.all_of_group(~off | rounded | unfit)
        ragged = unfit & np.isfinite(other)
        return cls(values, whole, gap, allowed, tested, unfit & ~ragged, ragged, other, batched & tested)


class _Rows(Struct, frozen=True):
    """Rows that can be looked at, in groups that were evaluated in the same way."""

    values: np.ndarray
    units: np.ndarray
    whole: np.ndarray
    tested: np.ndarray
    group: np.ndarray

    def all_of_group(self, holds: np.ndarray) -> np.ndarray:
        """(rows,) whether something holds for every tested row of a row's group."""
        against = np.bincount(self.group[self.tested & ~holds], minlength=int(self.group.max(initial=-1)) + 1)
        return against[self.group] == 0

    @property
    def distinct(self) -> np.ndarray:
        """(rows,) how many distinct values the tested rows of a row's group have."""
        pairs = np.unique(np.stack([self.group[self.tested], self.values[self.tested]]), axis=1)
        return np.bincount(pairs[0].astype(np.int64), minlength=int(self.group.max(initial=-1)) + 1)[self.group]

    def all_fit(self, denominators: np.ndarray) -> np.ndarray:
        """(rows,) whether every tested row of a row's group is a whole number of other parts, as far as can be told."""
        allowed = allowance(self.units, denominators, LEAST)
        return self.all_of_group(distance(self.values, denominators) <= allowed)


def _code(values: np.ndarray) -> np.ndarray:
    return np.unique(values, return_inverse=True)[1]


def _ragged(whole: np.ndarray, batch: np.ndarray) -> Iterator[np.ndarray]:
    """Denominators (rows,) of evaluations that treat the last batch wrongly; 1 where there is no batch size."""
    size = np.where(np.isfinite(batch), batch, 1.0)
    denominators = [size * np.ceil(whole / size), size * np.floor(whole / size)]
    denominators += [workers * size * np.ceil(whole / (workers * size)) for workers in WORKERS]
    for each in denominators:
        yield np.where(np.isfinite(batch) & (each > 0), each, whole)


def _chance_in_half(denominators: np.ndarray) -> np.ndarray:
    """(rows,) the share of the numbers of 16 bits between a half and 1 that are whole numbers of such parts."""
    held = np.arange(1024, 2048) / 2048
    distinct, inverse = np.unique(np.nan_to_num(denominators, nan=2048.0), return_inverse=True)
    return np.array([np.mean(distance(held, each) <= LEAST) for each in distinct])[inverse]
