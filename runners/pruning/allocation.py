"""Allocations: how the kept weights are shared among layers.

Each takes what there is to choose from and the number of weights to keep in all; each returns how many every layer
keeps. They add up to the number asked for, exactly, and no layer keeps more than it has left.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

Scores = Mapping[str, Tensor]
Counts = dict[str, int]


@dataclass(frozen=True)
class Candidates:
    """The weights of the prunable layers, their scores (larger is kept), and which are left, by parameter name."""

    weights: Mapping[str, Tensor]
    scores: Scores
    left: Mapping[str, Tensor]

    @property
    def counts(self) -> Counts:
        """How many weights each layer has left."""
        return {name: int(kept.sum()) for name, kept in self.left.items()}


def ranked(scores: Scores, left: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The scores with −∞ where a weight was pruned before: it comes after all that are left."""
    lowest = {name: torch.finfo(score.dtype).min for name, score in scores.items() if score.is_floating_point()}
    return {
        name: (score.clamp(min=lowest[name]) if name in lowest else score.double()).masked_fill(~left[name], -torch.inf)
        for name, score in scores.items()
    }


def global_(of: Candidates, kept: int) -> Counts:
    """The highest scores anywhere in the network; ties go to the earlier layer, then to the lower index."""
    return _highest(ranked(of.scores, of.left), kept)


def uniform(of: Candidates, kept: int) -> Counts:
    """The same density in every layer; what rounding leaves goes to the largest remainders, then to earlier layers."""
    return shared({name: weight.numel() for name, weight in of.weights.items()}, of.counts, kept)


def per_output(of: Candidates, kept: int) -> Counts:
    """The same density in every layer and, within it, in every row of weights that makes one output (Sun et al. 2024).

    Rows that differ by one are those that rounding leaves; earlier ones get it.
    """
    return uniform(of, kept)


def erk(of: Candidates, kept: int) -> Counts:
    """Erdős–Rényi–Kernel: density ∝ Σ dims ÷ Π dims of a layer's weights (Mocanu et al. 2018; Evci et al. 2020).

    Layers that would need more weights than they have are kept dense and the others are rescaled, until none does.
    """
    return shared({name: sum(weight.shape) for name, weight in of.weights.items()}, of.counts, kept)


def lamp(of: Candidates, kept: int) -> Counts:
    """Layer-adaptive magnitudes: w² ÷ Σ of the w² at or above it in its layer, the highest anywhere (Lee et al. 2021).

    Always from magnitudes, whatever score then chooses within the layers.
    """
    adapted = {}
    for name, weight in of.weights.items():
        squares = weight.detach().cpu().double().square().masked_fill(~of.left[name], 0).flatten()
        order = torch.sort(squares, descending=True, stable=True).indices
        above = squares[order].cumsum(0)
        adapted[name] = (
            torch.empty_like(squares).scatter_(0, order, (squares[order] / above).nan_to_num()).reshape(weight.shape)
        )
    return _highest(ranked(adapted, of.left), kept)


MATCHED = "matched"  # the counts of another method's mask at the same seed and ratio, so no function of these scores
ALLOCATIONS: Mapping[str, Callable[[Candidates, int], Counts]] = {
    "global": global_,
    "uniform": uniform,
    "per_output": per_output,
    "erk": erk,
    "lamp": lamp,
}


def within_outputs(scores: Scores) -> dict[str, Tensor]:
    """For each weight minus its place among the scores of its row, from 0; −∞ stays: what `per_output` keeps first."""
    placed = {}
    for name, score in scores.items():
        rows = score.reshape(len(score), -1)
        places = rows.sort(dim=1, descending=True, stable=True).indices.argsort(dim=1)
        placed[name] = (-places.double()).masked_fill(rows == -torch.inf, -torch.inf).reshape(score.shape)
    return placed


def shared(weights: Mapping[str, int], capacity: Mapping[str, int], kept: int) -> Counts:
    """`kept` shared in proportion to whole `weights`; what exceeds a capacity goes to the others, in proportion.

    Exact: what rounding leaves goes to the largest remainders, then to earlier names.
    """
    counts: Counts = {}
    while True:
        free = {name: weight for name, weight in weights.items() if name not in counts}
        rest, total = kept - sum(counts.values()), sum(free.values())
        over = [name for name, weight in free.items() if rest * weight > capacity[name] * total]
        if not over:
            break
        counts |= {name: capacity[name] for name in over}
    parts = {name: divmod(rest * weight, total) if total else (0, 0) for name, weight in free.items()}
    counts |= {name: whole for name, (whole, _) in parts.items()}
    by_remainder = sorted(parts, key=lambda name: -parts[name][1])
    for name in by_remainder[: kept - sum(counts.values())]:
        counts[name] += 1
    return {name: counts[name] for name in weights}


def toward(final: Mapping[str, int], left: Mapping[str, int], kept: int) -> Counts:
    """Counts on the way from what is `left` to the `final` ones: every layer has lost the same share of what it loses.

    They add up to `kept`, exactly.
    """
    surplus = {name: left[name] - final[name] for name in final}
    return {name: final[name] + more for name, more in shared(surplus, surplus, kept - sum(final.values())).items()}


def _highest(scores: Scores, kept: int) -> Counts:
    sizes = torch.tensor([score.numel() for score in scores.values()])
    layers = torch.repeat_interleave(torch.arange(len(sizes)), sizes)
    order = torch.sort(torch.cat([score.flatten() for score in scores.values()]), descending=True, stable=True).indices
    counts = torch.bincount(layers[order[:kept]], minlength=len(sizes))
    return dict(zip(scores, counts.tolist(), strict=True))
