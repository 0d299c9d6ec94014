"""Networks without weights."""

import torch
from torch import nn

from runners.architectures.weightless import weightless


def test_shapes_are_those_of_the_network_with_weights():
    """Parameters and buffers of every name, all on the meta device."""

    def build():
        return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.MultiheadAttention(8, 2), nn.LSTM(4, 5))

    model = weightless(build)
    shapes = {name: tensor.shape for name, tensor in model.state_dict().items()}
    assert shapes == {name: tensor.shape for name, tensor in build().state_dict().items()}
    assert {tensor.device.type for tensor in model.state_dict().values()} == {"meta"}


def test_small_tensors_still_hold_numbers_while_it_is_built():
    """RegNet computes its widths with them."""

    def build():
        width = int(torch.tensor([1.0, 2.0]).sum().item()) + int(torch.empty(3, device="cpu").shape[0])
        return nn.Linear(width, 1)

    assert weightless(build).weight.shape == (1, 6)


def test_what_is_built_afterwards_has_weights():
    """The device of other networks is left alone."""
    weightless(lambda: nn.Linear(2, 2))
    assert nn.Linear(2, 2).weight.device.type == "cpu"
