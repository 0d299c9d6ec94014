"""GraSP: the gradient flow that a weight carries (Wang, Zhang and Grosse 2020, equation 8 and algorithm 1).

The largest *signed* w ⊙ Hg are kept: removing those would lower the norm of the gradient most. H is the Hessian and g
the gradient of the loss at logits ÷ 200, over the weights of convolutions and linear layers, on ten examples of each
class. The paper's text calls −w ⊙ Hg the score and removes the largest, which is the same.
"""

import torch
from torch import Generator, Tensor, nn

from runners.pruning.prunable import weights_of
from runners.pruning.scores import Batch, Loss, Score

TEMPERATURE = 200.0
PER_CLASS = 10


def scores(model: nn.Module, batch: Batch, loss: Loss, generator: Generator) -> dict[str, Tensor]:
    """W ⊙ Hg of the weights of convolutions and linear layers, with the batch's own normalisation statistics."""
    inputs, labels = batch
    names, weights = zip(*weights_of(model).items(), strict=True)
    model.train()
    gradients = torch.autograd.grad(
        loss(model(inputs) / TEMPERATURE, labels), weights, create_graph=True, materialize_grads=True
    )
    product = torch.stack([(gradient.detach() * gradient).sum() for gradient in gradients]).sum()
    curved = torch.autograd.grad(product, weights, materialize_grads=True)
    return {name: weight.detach() * each for name, weight, each in zip(names, weights, curved, strict=True)}


SCORE = Score(scores, per_class=PER_CLASS)
