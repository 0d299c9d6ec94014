"""VGG-16 for small images, against the figures of others."""

import pytest
import torch
from torch import nn

from runners.architectures import known
from runners.measure import dense_size

VGG = known()["cifar_vgg"]


@pytest.fixture(scope="module")
def network() -> nn.Module:
    """For CIFAR-10."""
    torch.manual_seed(0)
    return VGG.build((3, 32, 32), 10)


def test_parameters_and_macs_are_those_of_others(network):
    """14,991,946 trainable parameters has geifmany/cifar-vgg, which is the same network in Keras.

    On 32 × 32 the convolutions of VGG-16 have 313 million MACs, a 49th of those on 224 × 224.
    """
    size = dense_size(network, (3, 32, 32), VGG.classifier)
    assert size.parameters == 14_991_946
    assert size.macs == (15_470_264_320 - 25_088 * 4096 - 4096 * 4096 - 4096 * 1000) // 49 + 512 * 512 + 512 * 10


def test_modules_have_the_names_of_shrinkbench(network):
    """A convolution, then dropout, with a pooling behind each stage: `vgg_bn_drop`'s checkpoints fit."""
    convolutions = [name for name, module in network.named_modules() if isinstance(module, nn.Conv2d)]
    indices = (0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32)
    assert set(convolutions) <= {f"features.{index}.conv" for index in indices}
    dropped = {name: module.p for name, module in network.named_modules() if isinstance(module, nn.Dropout)}
    assert dropped == {
        "features.1": 0.3,
        **{f"features.{index}": 0.4 for index in (5, 9, 11, 15, 17, 21, 23)},
        "classifier.0": 0.5,
        "classifier.4": 0.5,
    }
    assert [name for name, module in network.named_modules() if isinstance(module, nn.MaxPool2d)] == [
        f"features.{index}" for index in (3, 7, 13, 19, 25)
    ]
    assert network.classifier[5].out_features == 10


def test_weights_are_drawn_as_the_author_does(network):
    """Normal with variance 2 ÷ (9 × filters), and no biases (Zagoruyko 2015, `MSRinit`)."""
    weight = network.features[24].conv.weight
    assert float(weight.detach().std()) == pytest.approx((2 / (9 * 512)) ** 0.5, rel=0.01)
    assert not network.features[24].conv.bias.any()


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 33, 20), (2, 1, 1)])
def test_other_images_are_accepted(shape):
    """Poolings round up, so that no image is too small."""
    assert VGG.build(shape, 7).eval()(torch.rand(2, *shape)).shape == (2, 7)


@pytest.mark.parametrize("shape", [(64,), (3, 32), (0, 32, 32)])
def test_what_is_no_image_is_refused(shape):
    """In one line that names the shape."""
    with pytest.raises(ValueError, match=r"cifar_vgg takes images \(channels, height, width\), not examples of shape"):
        VGG.build(shape, 10)
