"""SynFlow: synaptic flow, without data (Tanaka et al. 2020, equation 2 and algorithm 1).

R is the sum of the logits of a network whose parameters and buffers are all replaced by their absolute values, on one
input of ones. The score is |w| · ∂R/∂|w|, in evaluation mode and in double precision: in single precision R overflows
in deep networks. The mask is found in 100 steps, of which step i leaves the fraction ρ^(i/100) of the prunable weights.
"""

import copy

import torch
from torch import Generator, Tensor, nn

from runners.pruning.scores import Batch, Loss, Score

ROUNDS = 100


def scores(model: nn.Module, batch: Batch, loss: Loss, generator: Generator) -> dict[str, Tensor]:
    """|w| · ∂R/∂|w| of every parameter, in float64. Of the batch, its shape alone is used."""
    linear = copy.deepcopy(model).double().eval()
    with torch.no_grad():
        for tensor in (*linear.parameters(), *linear.buffers()):
            tensor.abs_()
    weights = {name: weight.requires_grad_() for name, weight in linear.named_parameters()}
    ones = torch.ones_like(batch[0][:1], dtype=torch.float64)
    gradients = torch.autograd.grad(linear(ones).sum(), list(weights.values()), materialize_grads=True)
    return {
        name: weight.detach() * gradient for (name, weight), gradient in zip(weights.items(), gradients, strict=True)
    }


SCORE = Score(scores, reads_data=False, rounds=ROUNDS)
