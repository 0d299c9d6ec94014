"""Allocations: how the kept weights are shared among layers.

Each takes the scores of a network, by layer, and the number of weights to keep in all; each returns how many every
layer keeps. They add up to the number asked for, exactly.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

Scores = Mapping[str, Tensor]
Counts = dict[str, int]


def global_(scores: Scores, kept: int) -> Counts:
    """The highest scores anywhere in the network; ties go to the earlier layer, then to the lower index."""
    sizes = torch.tensor([score.numel() for score in scores.values()])
    layers = torch.repeat_interleave(torch.arange(len(sizes)), sizes)
    ranked = torch.sort(torch.cat([score.flatten() for score in scores.values()]), descending=True, stable=True).indices
    counts = torch.bincount(layers[ranked[:kept]], minlength=len(sizes))
    return dict(zip(scores, counts.tolist(), strict=True))


def uniform(scores: Scores, kept: int) -> Counts:
    """The same density in every layer; what rounding leaves goes to the largest remainders, then to earlier layers."""
    total = sum(score.numel() for score in scores.values())
    counts, remainders = {}, {}
    for name, score in scores.items():
        counts[name], remainders[name] = divmod(kept * score.numel(), total)
    by_remainder = sorted(remainders, key=lambda name: -remainders[name])
    for name in by_remainder[: kept - sum(counts.values())]:
        counts[name] += 1
    return counts


MATCHED = "matched"  # the counts of another method's mask at the same seed and ratio, so no function of these scores
ALLOCATIONS: Mapping[str, Callable[[Scores, int], Counts]] = {"global": global_, "uniform": uniform}
