"""Random ranking: every weight is as likely to be kept as any other that its layer competes with."""

import torch
from torch import Generator, Tensor, nn

from runners.pruning.scores import Batch, Loss, Score


def scores(model: nn.Module, batch: Batch, loss: Loss, generator: Generator) -> dict[str, Tensor]:
    """Uniform numbers from `generator`, in the order of the parameters."""
    return {name: torch.rand(weight.shape, generator=generator) for name, weight in model.named_parameters()}


SCORE = Score(scores, reads_data=False)
