"""Networks that are built narrower are initialised as their architecture is at that width."""

from functools import partial

import pytest
import torch
from torch import nn

from runners.architectures import find
from runners.architectures.narrow import build_narrow
from runners.filters.dependencies import Dependencies


def seeded(build, seed: int = 0):
    """A network that is the same each time."""
    torch.manual_seed(seed)
    return build()


@pytest.mark.parametrize("name", ["resnet20", "cifar_vgg", "lenet5_caffe"])
def test_weights_are_drawn_for_the_narrow_layers(name):
    """Their deviations are those of the narrow fan-in or fan-out, and the same each time."""
    architecture = find(name)
    build = partial(architecture.build, architecture.input_shape, architecture.classes)
    dependencies = Dependencies(seeded(build), architecture.input_shape, architecture.classifier)
    kept = {each.name: torch.arange(each.count) < max(1, each.count // 4) for each in dependencies.channels}
    like = dependencies.without(kept)
    narrow = build_narrow(partial(seeded, build, 5), like)
    again = build_narrow(partial(seeded, build, 5), like)
    shapes = {key: tensor.shape for key, tensor in like.state_dict().items()}
    assert {key: tensor.shape for key, tensor in narrow.state_dict().items()} == shapes
    assert all(torch.equal(tensor, again.state_dict()[key]) for key, tensor in narrow.state_dict().items())
    images = torch.randn(2, *architecture.input_shape)
    assert narrow.eval()(images).shape == (2, architecture.classes)
    if name == "resnet20":  # He et al. 2015: √(2 ÷ fan out), of 9 × 16 where the dense layer has 9 × 64
        weight = narrow.stage3[1].conv1.weight
        assert weight.shape == (16, 64, 3, 3)
        assert float(weight.detach().std()) == pytest.approx((2 / (9 * 16)) ** 0.5, rel=0.05)


def test_layers_are_built_as_ever_afterwards():
    """Also where building fails."""
    like = nn.Sequential(nn.Linear(3, 2))
    with pytest.raises(ValueError, match=r"cannot be built with fewer channels: `0\.weight` comes out otherwise"):
        build_narrow(lambda: nn.Sequential(nn.Bilinear(2, 2, 2)), like)
    with pytest.raises(ZeroDivisionError):
        build_narrow(lambda: nn.Sequential(nn.Linear(1 // 0, 2)), like)
    assert nn.Linear(4, 3).weight.shape == (3, 4)
    assert nn.BatchNorm2d(5).num_features == 5
