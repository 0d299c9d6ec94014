"""The networks for MNIST, against Han et al. 2015."""

import pytest
import torch

from runners.architectures import known
from runners.measure import dense_size

# Han et al. 2015, tables 3 and 4: thousands of weights and of FLOPs (2 per MAC) of each layer
PUBLISHED = {
    "lenet_300_100": {"fc1": (235, 470), "fc2": (30, 60), "fc3": (1, 2)},
    "lenet5_caffe": {"conv1": (0.5, 576), "conv2": (25, 3200), "fc1": (400, 800), "fc2": (5, 10)},
}
PARAMETERS = {"lenet_300_100": 266_610, "lenet5_caffe": 431_080}


@pytest.mark.parametrize("name", list(PUBLISHED))
def test_layers_are_the_published_ones(name):
    """Each layer's weights and MACs, to the rounding of the tables; and all parameters, biases too."""
    network = known()[name].build((1, 28, 28), 10)
    size = dense_size(network, (1, 28, 28), known()[name].classifier, include_classifier=True)
    assert size.parameters == PARAMETERS[name]
    assert [layer.name for layer in size.layers] == [f"{layer}.weight" for layer in PUBLISHED[name]]
    for layer, (weights, flops) in zip(size.layers, PUBLISHED[name].values(), strict=True):
        assert layer.parameters / 1000 == pytest.approx(weights, abs=0.5)
        assert layer.macs * 2 / 1000 == pytest.approx(flops, abs=0.5)


@pytest.mark.parametrize(("name", "shape"), [("lenet_300_100", (7,)), ("lenet5_caffe", (3, 13, 14))])
def test_other_shapes_are_accepted(name, shape):
    """A vector is flattened already; images may be as small as leaves one place."""
    assert known()[name].build(shape, 4)(torch.rand(2, *shape)).shape == (2, 4)


@pytest.mark.parametrize(
    ("name", "shape", "reason"),
    [
        ("lenet5_caffe", (1, 8, 8), "takes images of 13 × 13 or more, not 8 × 8"),
        ("lenet5_caffe", (64,), r"not examples of shape \(64,\)"),
        ("lenet_300_100", (0, 3), "one number or more"),
    ],
)
def test_what_makes_no_sense_is_refused(name, shape, reason):
    """In one line that says what is expected."""
    with pytest.raises(ValueError, match=reason):
        known()[name].build(shape, 10)
