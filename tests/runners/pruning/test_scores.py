"""Scores, against calculations by hand."""

import torch
from torch import nn
from torch.nn import functional

from runners.pruning.scores import gradient, magnitude, random


def test_magnitude_is_the_absolute_weight(tiny_network):
    """|w| of every parameter."""
    found = magnitude.scores(tiny_network, (None, None), None, None)
    assert torch.equal(found["4.weight"], tiny_network[4].weight.abs())


def test_gradient_is_weight_times_slope():
    """For a linear layer and cross-entropy, ∂L/∂W = (softmax − onehot)ᵀ x ÷ n."""
    torch.manual_seed(0)
    layer, inputs, labels = nn.Linear(5, 3), torch.rand(4, 5), torch.tensor([0, 2, 1, 1])
    excess = torch.softmax(layer(inputs), dim=1) - functional.one_hot(labels, 3)
    expected = (layer.weight * (excess.T @ inputs) / 4).abs()
    found = gradient.scores(layer, (inputs, labels), functional.cross_entropy, None)["weight"]
    assert torch.allclose(found, expected, atol=1e-7)


def test_gradient_uses_the_statistics_of_the_batch(tiny_network, blobs):
    """Running statistics that are far off change nothing."""
    batch = (blobs.train.inputs[:16], blobs.train.labels[:16])
    first = gradient.scores(tiny_network, batch, functional.cross_entropy, None)
    tiny_network[1].running_mean += 100
    tiny_network.eval()
    second = gradient.scores(tiny_network, batch, functional.cross_entropy, None)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_random_is_uniform_in_every_layer(tiny_network):
    """A thousand draws of 128 weights: the layer's mean is one half within five standard errors."""
    generator = torch.Generator().manual_seed(0)
    draws = [random.scores(tiny_network, (None, None), None, generator)["4.weight"].mean() for _ in range(1000)]
    assert abs(float(torch.stack(draws).mean()) - 0.5) < 5 * (1 / 12 / 128_000) ** 0.5
