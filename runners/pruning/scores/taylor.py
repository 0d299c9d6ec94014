"""First-order Taylor expansion of a filter's removal: (Σ w · ∂L/∂w)² (Molchanov et al. 2019, section 3).

The sum is over all weights of a filter, and of the filters whose outputs are added to its; the square is taken of each
minibatch's sum, and then the mean over ten minibatches. The gradient is that of the batch's mean loss, with the batch's
own normalisation statistics. It ranks filters alone: of single weights on one minibatch it ranks as `gradient` does.
"""

import torch
from torch import Generator, Tensor, nn

from runners.pruning.scores import Batch, Loss, Score

BATCHES = 10


def scores(model: nn.Module, batch: Batch, loss: Loss, generator: Generator) -> dict[str, Tensor]:
    """W · ∂L/∂w of every parameter that requires a gradient, with its sign."""
    inputs, labels = batch
    weights = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
    model.train()
    gradients = torch.autograd.grad(loss(model(inputs), labels), list(weights.values()), materialize_grads=True)
    return {name: weight.detach() * each for (name, weight), each in zip(weights.items(), gradients, strict=True)}


def of_filters(sums: Tensor, size: int) -> Tensor:
    """The mean over batches of the squared sums."""
    return sums.square().mean(dim=0)


SCORE = Score(scores, batches=BATCHES, of_filters=of_filters, weights=False)
