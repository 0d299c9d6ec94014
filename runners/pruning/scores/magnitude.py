"""Magnitude |w| (Janowsky 1989; Han et al. 2015)."""

from torch import Generator, Tensor, nn

from runners.pruning.scores import Batch, Loss, Score


def scores(model: nn.Module, batch: Batch, loss: Loss, generator: Generator) -> dict[str, Tensor]:
    """|w| of every parameter."""
    return {name: weight.detach().abs() for name, weight in model.named_parameters()}


SCORE = Score(scores, reads_data=False)
