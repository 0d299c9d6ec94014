"""Gradient magnitude |w · ∂L/∂w| on one minibatch (Blalock et al. 2020, section 7.1 and appendix C.1).

For single weights SNIP's connection sensitivity (Lee et al. 2019) and the first-order Taylor criterion (Molchanov et
al. 2017) are the same formula; they differ in the weights that it is taken at and in what it is summed over.
"""

import torch
from torch import Generator, Tensor, nn

from runners.pruning.scores import Batch, Loss, Score


def scores(model: nn.Module, batch: Batch, loss: Loss, generator: Generator) -> dict[str, Tensor]:
    """|w · ∂L/∂w| of every parameter that requires a gradient, with the batch's own normalisation statistics."""
    inputs, labels = batch
    weights = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
    model.train()
    gradients = torch.autograd.grad(loss(model(inputs), labels), list(weights.values()), materialize_grads=True)
    return {
        name: (weight.detach() * gradient).abs()
        for (name, weight), gradient in zip(weights.items(), gradients, strict=True)
    }


SCORE = Score(scores)
