"""Channels that can only be removed together, and what each of them takes along in a network's tensors.

Everything here is in the coordinates of the dense network: a channel keeps its number however many others have gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from runners.pruning.allocation import Counts
from runners.pruning.mask import Mask

Kept = Mapping[str, Tensor]  # by the name of a set of channels: which are kept, booleans (channels,)


@dataclass(frozen=True)
class Slot:
    """Where channels stand in a parameter or buffer: along `axis`, each at its own `places` (channels, places)."""

    tensor: str
    axis: int
    places: Tensor


@dataclass(frozen=True)
class Channels:
    """Channels of which each can be removed, in all its slots at once.

    `filters` are the weights whose filters, one for each channel along their first dimension, make the channels: more
    than one where outputs of several layers are added up. The set is named after the first of them.
    """

    filters: tuple[str, ...]
    slots: tuple[Slot, ...]

    @property
    def name(self) -> str:
        """The name of the first weight that makes the channels."""
        return self.filters[0]

    @property
    def count(self) -> int:
        """How many channels the dense network has."""
        return len(self.slots[0].places)


def all_kept(channels: Sequence[Channels]) -> dict[str, Tensor]:
    """Every channel, as in the dense network."""
    return {each.name: torch.ones(each.count, dtype=torch.bool) for each in channels}


def counts(kept: Kept) -> Counts:
    """How many channels of each set are kept."""
    return {name: int(each.sum()) for name, each in kept.items()}


def first_kept(channels: Sequence[Channels], counts: Mapping[str, int]) -> dict[str, Tensor]:
    """So many channels of each set, the first ones: widths alone."""
    return {each.name: torch.arange(each.count) < counts[each.name] for each in channels}


def shapes_left(
    channels: Sequence[Channels], shapes: Mapping[str, Sequence[int]], counts: Mapping[str, int]
) -> dict[str, list[int]]:
    """What tensors of these shapes are in a network with so many channels of each set."""
    found = {name: list(shape) for name, shape in shapes.items()}
    for each in channels:
        for slot in each.slots:
            if slot.tensor in found:
                found[slot.tensor][slot.axis] -= slot.places.shape[1] * (each.count - counts[each.name])
    return found


def rows_kept(channels: Sequence[Channels], kept: Kept, shapes: Mapping[str, torch.Size]) -> dict[str, list[Tensor]]:
    """For each tensor that loses something, what is kept along each of its dimensions, as booleans."""
    found: dict[str, list[Tensor]] = {}
    for each in channels:
        gone = ~kept[each.name]
        for slot in each.slots:
            axes = found.setdefault(slot.tensor, [torch.ones(size, dtype=torch.bool) for size in shapes[slot.tensor]])
            axes[slot.axis][slot.places[gone].flatten()] = False
    return found


def taken(state: Mapping[str, Tensor], rows: Mapping[str, Sequence[Tensor]]) -> dict[str, Tensor]:
    """The tensors of the smaller network out of those of the dense one."""
    return {name: tensor[_index(rows[name])] if name in rows else tensor for name, tensor in state.items()}


def put_back(
    state: Mapping[str, Tensor], rows: Mapping[str, Sequence[Tensor]], shapes: Mapping[str, torch.Size]
) -> dict[str, Tensor]:
    """The tensors of a smaller network at their places in the dense one, and zeros elsewhere."""
    found = dict(state)
    for name in rows.keys() & state.keys():
        found[name] = state[name].new_zeros(shapes[name])
        found[name][_index(rows[name])] = state[name]
    return found


def masks(weights: Mapping[str, Tensor], rows: Mapping[str, Sequence[Tensor]]) -> Mask:
    """Of the dense weights, those that the smaller network has."""
    found = {}
    for name, weight in weights.items():
        mask = torch.zeros(weight.shape, dtype=torch.bool)
        mask[_index(rows[name]) if name in rows else ...] = True
        found[name] = mask
    return found


def _index(axes: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """An index of the kept rows along every dimension at once."""
    last = len(axes) - 1
    return tuple(kept.nonzero().reshape(-1, *[1] * (last - axis)) for axis, kept in enumerate(axes))
