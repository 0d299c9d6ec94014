"""Wanda: |w_ij| · ‖x_j‖₂ (Sun et al. 2024, equation 1).

x_j holds input j of the layer over all tokens or positions of one minibatch. Weights are compared within their output
row, every row of a layer keeps the same share (the allocation `per_output`), and layers are pruned in order, so that
each sees the inputs that the pruned ones before it make. The paper has linear layers; for a convolution, input j is an
element of the patches that the kernel is applied to: an extension of ours.
"""

from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn
from torch.nn.grad import conv1d_weight, conv2d_weight, conv3d_weight

from runners.pruning.inputs import Layer, magnitude_times
from runners.pruning.scores import Batch, Loss, Score

_WEIGHT_GRADIENTS: dict[int, Callable[..., Tensor]] = {1: conv1d_weight, 2: conv2d_weight, 3: conv3d_weight}


def scores(model: nn.Module, batch: Batch, loss: Loss, generator: Generator) -> dict[str, Tensor]:
    """|w_ij| · ‖x_j‖₂ of the weights of convolutions and linear layers."""
    return magnitude_times(model, batch[0], _norm)


def _norm(layer: Layer, inputs: Tensor) -> Tensor:
    """(inputs,) for a linear layer, (channels, *kernel) for a convolution: over all that an element is applied to."""
    if isinstance(layer, nn.Linear):
        return inputs.flatten(0, -2).square().sum(dim=0).sqrt()
    # The gradient of Σ outputs of a convolution of x² with one filter sums x² over what each element is applied to.
    outputs = torch.ones_like(layer.forward(inputs)[:, :1])  # not called: it is measured while it is
    kernel = (1, inputs.shape[1], *layer.kernel_size)
    gradient = _WEIGHT_GRADIENTS[len(layer.kernel_size)]
    return gradient(_padded(layer, inputs).square(), kernel, outputs, layer.stride, 0, layer.dilation)[0].sqrt()


def _padded(layer: nn.Conv1d | nn.Conv2d | nn.Conv3d, inputs: Tensor) -> Tensor:
    """The inputs with the padding that a convolution adds."""
    mode = "constant" if layer.padding_mode == "zeros" else layer.padding_mode
    return nn.functional.pad(inputs, layer._reversed_padding_repeated_twice, mode=mode)


SCORE = Score(scores, in_order=True)
