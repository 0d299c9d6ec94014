"""Which channels go, so that a network comes as near to a number of parameters, or of MACs, as whole channels can.

Channels leave one by one, in an order that the allocation makes of their scores, as long as the network keeps as many
parameters or MACs as are asked for. One that would leave fewer is passed over; in the end one more goes where that is
nearer, by the logarithm of the numbers. At least one channel goes, and the last one of a layer never does. Where MACs
are counted, a layer loses one channel at most out of its turn, once another was passed over: hidden units of linear
layers cost next to no MACs, and would all go to make up for a single filter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, prod

import torch
from torch import Size, Tensor

from runners.filters.channels import Channels, Kept, counts, shapes_left
from runners.pruning.allocation import Counts

LOWEST = torch.finfo(torch.float64).min
Order = list[tuple[str, int]]  # channels, each by its set and its number, in the order that they leave in


@dataclass(frozen=True)
class Measure:
    """What the size of a network is counted in: so many for each number in a tensor, and `fixed` that always stay.

    `shapes` and `each` are by tensor, in the dense network; tensors that do not count are in neither. `in_turn` is
    whether a layer loses one channel at most out of its turn.
    """

    shapes: Mapping[str, Size]
    each: Mapping[str, int]
    fixed: int = 0
    in_turn: bool = False


class Count:
    """The size of a network in a measure, as its channels leave."""

    def __init__(self, channels: Sequence[Channels], measure: Measure, kept: Counts) -> None:
        self._each = measure.each
        self._shapes = shapes_left(channels, measure.shapes, kept)
        self._slots: dict[str, dict[str, list[tuple[int, int]]]] = {each.name: {} for each in channels}
        for each in channels:
            for slot in each.slots:
                if slot.tensor in self._shapes:
                    self._slots[each.name].setdefault(slot.tensor, []).append((slot.axis, slot.places.shape[1]))
        self.number = measure.fixed + sum(self._each[name] * prod(shape) for name, shape in self._shapes.items())

    def without(self, name: str) -> int:
        """How large it is with a channel less of a set."""
        return self.number - sum(
            self._each[tensor] * (prod(self._shapes[tensor]) - prod(self._after(name, tensor)))
            for tensor in self._slots[name]
        )

    def remove(self, name: str) -> None:
        """Remove a channel of a set."""
        self.number = self.without(name)
        self._shapes |= {tensor: self._after(name, tensor) for tensor in self._slots[name]}

    def _after(self, name: str, tensor: str) -> list[int]:
        shape = list(self._shapes[tensor])
        for axis, places in self._slots[name][tensor]:
            shape[axis] -= places
        return shape


def order(allocation: str, scores: Mapping[str, Tensor], left: Kept, final: Counts | None = None) -> Order:
    """The channels that are left, those that leave first in front; `scores` are (channels,) by set, larger is kept.

    `global`: by score, wherever they are. `uniform`: so that each set keeps the same share of its dense channels, by
    score within it. With the `final` counts of a matched method: so that each set has lost the same share of what it
    loses. What is tied leaves from the last set first, and from the highest number.
    """
    keyed: list[tuple[float, int, int, str]] = []
    for index, (name, score) in enumerate(scores.items()):
        among = score.double().clamp(min=LOWEST).masked_fill(~left[name], -torch.inf)
        ranked = torch.sort(among, descending=True, stable=True).indices
        best = ranked[: int(left[name].sum())].tolist()
        floor = final[name] if final is not None else 0
        for place, channel in enumerate(best[floor:]):
            key = (
                -float(score[channel])
                if allocation == "global" and final is None
                else ((place + 0.5) / ((len(best) - floor) if final is not None else len(score)))
            )
            keyed.append((-key, -index, -channel, name))
    return [(name, -channel) for *_, channel, name in sorted(keyed)]


def remove(
    channels: Sequence[Channels], measure: Measure, left: Kept, leaving: Order, target: int
) -> dict[str, Tensor]:
    """The channels that are kept once as many of the `leaving` ones are gone as come nearest to `target`."""
    kept = {name: each.clone() for name, each in left.items()}
    numbers, size = counts(kept), Count(channels, measure, counts(kept))

    queues: dict[str, list[int]] = {name: [] for name in left}
    for name, channel in leaving:
        queues[name].append(channel)

    def go(name: str) -> None:
        size.remove(name)
        kept[name][queues[name].pop(0)] = False
        numbers[name] -= 1

    passed_over, out_of_turn = False, set[str]()
    for name, _ in leaving:
        if numbers[name] == 1 or (measure.in_turn and name in out_of_turn):
            continue
        if size.without(name) >= target:
            go(name)
            if passed_over:
                out_of_turn.add(name)
        else:
            passed_over = True
    next_to_leave = [name for name, channel in leaving if numbers[name] > 1 and queues[name][:1] == [channel]]
    if next_to_leave:
        nearest = min(next_to_leave, key=lambda name: _away(size.without(name), target))
        if numbers == counts(left) or _away(size.without(nearest), target) < _away(size.number, target):
            go(nearest)
    return kept


def remove_all(left: Kept, leaving: Order) -> dict[str, Tensor]:
    """The channels that are kept once all of the `leaving` ones are gone."""
    kept = {name: each.clone() for name, each in left.items()}
    for name, channel in leaving:
        kept[name][channel] = False
    return kept


def _away(number: int, target: int) -> float:
    return abs(log(number / target))
