"""Residual networks for small images, against the figures that the literature agrees on."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from runners.architectures import known
from runners.measure import dense_size


@pytest.mark.parametrize(
    ("name", "parameters", "macs"),
    [
        ("resnet20", 269_722, 40_551_040),
        ("resnet32", 464_154, 68_862_592),
        ("resnet44", 658_586, 97_174_144),
        ("resnet56", 853_018, 125_485_696),
        ("resnet110", 1_727_962, 252_887_680),
    ],
)
def test_parameters_and_macs_are_the_published_ones(name, parameters, macs):
    """CIFAR ResNets with option A shortcuts on 32 × 32 × 3: He et al. 2016 print 0.27 to 1.7 M parameters."""
    size = dense_size(known()[name].build((3, 32, 32), 10), (3, 32, 32), known()[name].classifier)
    assert (size.parameters, size.macs) == (parameters, macs)
    assert size.prunable == parameters - sum(
        weight.numel()
        for module in known()[name].build((3, 32, 32), 10).modules()
        if isinstance(module, nn.BatchNorm2d | nn.Linear)
        for weight in module.parameters()
    )


def test_the_shortcut_subsamples_and_pads_with_zero_channels():
    """Option A by hand: every second pixel, and half of the new channels on either side are zero."""
    block = known()["resnet8"].build((1, 8, 8), 10).stage2[0].eval()
    nn.init.zeros_(block.conv2.weight)
    images = torch.rand(2, 16, 8, 8)
    expected = torch.zeros(2, 32, 4, 4)
    expected[:, 8:24] = images[:, :, ::2, ::2]
    assert torch.equal(block(images), functional.relu(expected))


def test_small_grey_images_are_accepted():
    """8 × 8 images with one channel give one logit for each class."""
    network = known()["resnet8"].build((1, 8, 8), 7)
    assert network(torch.rand(3, 1, 8, 8)).shape == (3, 7)


@pytest.mark.parametrize("shape", [(64,), (3, 3, 32)])
def test_what_is_no_image_is_refused(shape):
    """Or one that the strides leave nothing of."""
    with pytest.raises(ValueError, match="resnet20 takes images"):
        known()["resnet20"].build(shape, 10)
