"""Magnitude |w| (Janowsky 1989; Han et al. 2015); of a filter, its mean |w|.

Within a layer, where all filters have the same number of weights, that ranks by the L1 norm of Li et al. 2017. Across
layers it keeps a layer from losing its filters for having few weights in each.
"""

from torch import Generator, Tensor, nn

from runners.pruning.scores import Batch, Loss, Score


def scores(model: nn.Module, batch: Batch, loss: Loss, generator: Generator) -> dict[str, Tensor]:
    """|w| of every parameter."""
    return {name: weight.detach().abs() for name, weight in model.named_parameters()}


def of_filters(sums: Tensor, size: int) -> Tensor:
    """The mean |w|."""
    return sums.mean(dim=0) / size


SCORE = Score(scores, reads_data=False, of_filters=of_filters)
