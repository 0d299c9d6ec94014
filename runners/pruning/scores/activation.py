"""Magnitude × activation: |w| times the L1 norm of the batch's mean input (ShrinkBench's `GlobalMagAct`).

The mean is over the examples of one minibatch, before its absolute value is taken and summed over positions. Blalock
et al. 2020 do not report it; it comes with their library.
"""

from torch import Generator, Tensor, nn

from runners.pruning.inputs import Layer, magnitude_times
from runners.pruning.scores import Batch, Loss, Score


def scores(model: nn.Module, batch: Batch, loss: Loss, generator: Generator) -> dict[str, Tensor]:
    """|w| · ‖mean over examples of the input‖₁ of the weights of convolutions and linear layers."""
    return magnitude_times(model, batch[0], _norm)


def _norm(layer: Layer, inputs: Tensor) -> Tensor:
    """(inputs,) for a linear layer, (channels, 1, …) for a convolution."""
    if isinstance(layer, nn.Linear):
        return inputs.flatten(0, -2).mean(dim=0).abs()
    mean = inputs.mean(dim=0).abs()
    return mean.sum(dim=tuple(range(1, mean.dim())), keepdim=True)


SCORE = Score(scores)
