"""What goes into the layers of a network."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvTransposeNd

Layer = nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.Linear


@torch.no_grad()
def of_layers(
    model: nn.Module, inputs: Tensor, measure: Callable[[Layer, Tensor], Tensor]
) -> dict[str, tuple[Layer, Tensor]]:
    """`measure(layer, its input)` of each convolution and linear layer, by its weight's name, in forward order.

    One forward pass. A layer that is called several times is measured the first time. Raises ValueError where the
    network has attention, whose projections are applied without their layers being called, or a transposed convolution.
    """
    found: dict[str, tuple[Layer, Tensor]] = {}

    def look(name: str) -> Callable[[Layer, tuple[Tensor, ...]], None]:
        def hook(layer: Layer, arguments: tuple[Tensor, ...]) -> None:
            found.setdefault(f"{name}.weight" if name else "weight", (layer, measure(layer, arguments[0])))

        return hook

    handles = []
    try:
        for name, module in model.named_modules():
            if isinstance(module, nn.MultiheadAttention | _ConvTransposeNd):
                raise ValueError(
                    f"`{name}` is {type(module).__name__}: the inputs of convolutions and linear layers alone are seen"
                )
            if isinstance(module, Layer):
                handles.append(module.register_forward_pre_hook(look(name)))
        model(inputs)
    finally:
        for handle in handles:
            handle.remove()
    return found


def magnitude_times(model: nn.Module, inputs: Tensor, norm: Callable[[Layer, Tensor], Tensor]) -> dict[str, Tensor]:
    """|w| × the `norm` of the input that it is multiplied with, of the weights of convolutions and linear layers."""
    return {
        name: layer.weight.detach().abs() * _by_output(layer, per_input)
        for name, (layer, per_input) in of_layers(model, inputs, norm).items()
    }


def _by_output(layer: Layer, per_input: Tensor) -> Tensor:
    """Numbers for the inputs of a layer, spread to the shape of its weights.

    `per_input` is (inputs,) or, for a convolution, (channels, *kernel) or (channels, 1, …): each group of outputs gets
    the channels that it reads.
    """
    weight = layer.weight
    groups = getattr(layer, "groups", 1)
    spread = per_input.reshape(groups, weight.shape[1], *per_input.shape[1:])
    return spread.repeat_interleave(weight.shape[0] // groups, dim=0).expand(weight.shape)
