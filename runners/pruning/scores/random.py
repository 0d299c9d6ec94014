"""Random ranking: every weight, or filter, is as likely to be kept as any other that its layer competes with."""

import torch
from torch import Generator, Tensor, nn

from runners.pruning.scores import Batch, Loss, Score


def scores(model: nn.Module, batch: Batch, loss: Loss, generator: Generator) -> dict[str, Tensor]:
    """Uniform numbers from `generator`, in the order of the parameters."""
    return {name: torch.rand(weight.shape, generator=generator) for name, weight in model.named_parameters()}


def of_filters(sums: Tensor, size: int) -> Tensor:
    """What is behind the point of a sum of uniform numbers: uniform again, however many weights a filter has."""
    return sums.mean(dim=0) % 1


SCORE = Score(scores, reads_data=False, of_filters=of_filters)
