"""Which deviations the accuracies of n networks on N examples can have: a sum of squares of whole numbers is whole.

Accuracies k₁/N … kₙ/N with the sum S = Σk and e = k − ⌊S/n⌋ have Σ(k − S/n)² = Σe² − r²/n, where r = S mod n: so Σe² is
a whole number of the parity of r, at least r. After GRIMMER (Anaya 2016; Allard 2018). For two and three networks the
sums that there are were enumerated; for more, every sum of the right parity counts as possible.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from msgspec import Struct

from audit.stats import special

_EXACT_TO = 300_000  # Σe² of three networks up to which the sums are enumerated
_SUMS = 16  # sums of counts that a printed mean may stand for; with more, nothing can be told
_AROUND = 25  # printed deviations below and above a stated one that show what the test could find
_TINY = 1e-9
_CHUNK = 20_000
_WIDEST = {3: 16.0}  # windows of Σe² in which something is nearly always possible
_WIDEST_ELSE = 2.0


class Kind(Struct, frozen=True):
    """One meaning of "deviation": stated = factor(n) × √(Σ(x − mean)² ÷ n)."""

    name: str

    def factor(self, n: np.ndarray) -> np.ndarray:
        """(rows,) what the root of the mean squared deviation is multiplied by."""
        sample = np.sqrt(n / (n - 1))
        return {
            "std, ddof 0": np.ones(len(n)),
            "std, ddof 1": sample,
            "sem, ddof 0": 1 / np.sqrt(n),
            "sem, ddof 1": sample / np.sqrt(n),
            "1.96 sem": 1.96 * sample / np.sqrt(n),
            "t-interval": special.stdtrit(n - 1, 0.975) * sample / np.sqrt(n),
        }[self.name]


STD = (Kind("std, ddof 1"), Kind("std, ddof 0"))
SEM = (Kind("sem, ddof 1"), Kind("sem, ddof 0"))
ANY = (*STD, *SEM, Kind("1.96 sem"), Kind("t-interval"))


class Stated(Struct, frozen=True):
    """Stated means and deviations (rows,) of `n` networks on `examples`, each with how far rounding may have led it.

    `step` is the deviation's printed unit, by which the neighbours that power is enumerated over lie apart.
    """

    n: np.ndarray
    examples: np.ndarray
    mean: np.ndarray
    mean_slack: np.ndarray
    deviation: np.ndarray
    deviation_slack: np.ndarray
    step: np.ndarray

    def take(self, rows: np.ndarray) -> "Stated":
        """Some of the rows."""
        return Stated(*(getattr(self, name)[rows] for name in self.__struct_fields__))


def possible(stated: Stated, kinds: Sequence[Kind]) -> np.ndarray:
    """(rows,) whether some n whole numbers of `examples` give both mean and deviation, in one meaning at least."""
    return _possible(stated, stated.deviation[:, None], kinds)[:, 0]


def power(stated: Stated, kinds: Sequence[Kind]) -> np.ndarray:
    """(rows,) the share of the printed deviations around a stated one that would be found impossible; 0 where none."""
    out = np.zeros(len(stated.n))
    rows = np.flatnonzero(_promising(stated, kinds))
    steps = np.arange(-_AROUND, _AROUND + 1)
    for first in range(0, len(rows), _CHUNK):
        chunk = rows[first : first + _CHUNK]
        some = stated.take(chunk)
        around = some.deviation[:, None] + steps * some.step[:, None]
        there = around >= 0
        found = there & ~_possible(some, around, kinds)
        out[chunk] = found.sum(axis=1) / there.sum(axis=1)
    return out


def largest(stated: Stated, kinds: Sequence[Kind]) -> np.ndarray:
    """(rows,) the largest deviation that n values in [0, 1] with that mean can have, in any of the meanings."""
    mean = np.clip(stated.mean + np.clip(0.5 - stated.mean, -stated.mean_slack, stated.mean_slack), 0, 1)
    return np.max([kind.factor(stated.n) for kind in kinds], axis=0) * np.sqrt(mean * (1 - mean))


def _promising(stated: Stated, kinds: Sequence[Kind]) -> np.ndarray:
    """(rows,) whether the windows are narrow enough for some deviation to be impossible."""
    sums = 2 * stated.n * stated.examples * stated.mean_slack
    smallest = np.min([kind.factor(stated.n) for kind in kinds], axis=0)
    width = 4 * stated.n * stated.examples**2 * stated.deviation * stated.deviation_slack / smallest**2
    widest = np.full(len(stated.n), _WIDEST_ELSE)
    for n, each in _WIDEST.items():
        widest[stated.n == n] = each
    return (sums <= _SUMS) & ((width < widest) | (stated.n == 2))


def _possible(stated: Stated, deviations: np.ndarray, kinds: Sequence[Kind]) -> np.ndarray:
    """(rows, deviations) whether there are such numbers; true where a mean may stand for too many sums."""
    n, scale = stated.n[:, None], (stated.n * stated.examples)[:, None]
    low = np.ceil(scale * (stated.mean - stated.mean_slack)[:, None] - _TINY)
    high = np.floor(scale * (stated.mean + stated.mean_slack)[:, None] + _TINY)
    out = np.broadcast_to(high - low >= _SUMS, deviations.shape).copy()
    slack = stated.deviation_slack[:, None]
    for kind in kinds:
        squares = n * stated.examples[:, None] ** 2 / kind.factor(stated.n)[:, None] ** 2
        bottom, top = squares * np.maximum(deviations - slack, 0) ** 2, squares * (deviations + slack) ** 2
        for place in range(_SUMS):
            total = low + place
            rest = np.mod(total, n)
            there = _sum_of_squares(n, rest, bottom + rest**2 / n, top + rest**2 / n)
            out |= (total <= high) & (total >= 0) & there
    return out


def _sum_of_squares(n: np.ndarray, rest: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Whether n (rows, 1) whole numbers with the sum `rest` (rows, 1) have a sum of squares between two bounds."""
    slack = _TINY * np.maximum(1, high)
    first = np.maximum(np.ceil(low - slack), rest)
    last = np.floor(high + slack)
    first = first + np.mod(first - rest, 2)
    out = first <= last
    two = np.broadcast_to(n == 2, out.shape)
    if two.any():  # Σe² = (r² + d²) ÷ 2 with a difference d of the parity of r
        side = np.sqrt(np.maximum(2 * (low - slack) - rest**2, 0))
        difference = np.ceil(side)
        difference = difference + np.mod(difference - rest, 2)
        out = np.where(two, difference**2 <= 2 * (high + slack) - rest**2, out)
    three = np.broadcast_to(n == 3, out.shape) & (last <= _EXACT_TO)
    if three.any():
        reached = _three()
        below, upto = (np.clip(each, 0, _EXACT_TO + 1).astype(np.int64) for each in (first, last + 1))
        of = np.broadcast_to(np.where(n == 3, rest, 0), out.shape).astype(np.int64)
        out = np.where(three, reached[of, np.maximum(upto, below)] > reached[of, below], out)
    return out


@cache
def _three() -> np.ndarray:
    """(3, sums + 2) how many sums of squares below each number three whole numbers with the sum 0, 1 or 2 can have."""
    side = np.arange(-int(_EXACT_TO**0.5) - 1, int(_EXACT_TO**0.5) + 2)
    first, second = np.meshgrid(side, side)
    counts = np.zeros((3, _EXACT_TO + 2), np.int64)
    for rest in range(3):
        squares = first**2 + second**2 + (rest - first - second) ** 2
        reached = np.zeros(_EXACT_TO + 1, bool)
        reached[squares[squares <= _EXACT_TO]] = True
        counts[rest, 1:] = np.cumsum(reached)
    return counts
