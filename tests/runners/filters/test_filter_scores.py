"""Scores of filters, against calculations by hand."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from runners.filters.channels import rows_kept
from runners.filters.dependencies import Dependencies
from runners.filters.scoring import score_channels
from runners.pruning.scores import Score, magnitude, magnitude_l2, random, taylor


@pytest.fixture
def mlp():
    """Two hidden layers, of 3 and 2 units."""
    torch.manual_seed(2)
    return nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 2))


@pytest.fixture
def batches():
    """Three of five examples."""
    generator = torch.Generator().manual_seed(1)
    return [(torch.randn(5, 4, generator=generator), torch.tensor([0, 1, 1, 0, 1])) for _ in range(3)]


def scored(score: Score, model, batches, seed: int = 0):
    """Scores of the channels of a model that has all of them."""
    channels = Dependencies(model, (4,), "4").channels
    return score_channels(score, model, channels, {}, batches, torch.Generator().manual_seed(seed))


def test_magnitudes_are_the_mean_and_the_root_mean_square(mlp, batches):
    """Within a layer the orders of the L1 and L2 norms."""
    first = mlp[0].weight.detach()
    assert torch.allclose(scored(magnitude.SCORE, mlp, batches[:1])["0.weight"].float(), first.abs().sum(dim=1) / 4)
    assert torch.allclose(scored(magnitude_l2.SCORE, mlp, batches[:1])["0.weight"].float(), first.norm(dim=1) / 2)


def test_taylor_is_the_mean_over_batches_of_the_squared_sum(mlp, batches):
    """(Σ_j w_ij ∂L/∂w_ij)² of each unit i: a square of the sum, in the mean, not a sum of squares, nor of the mean."""
    found = scored(taylor.SCORE, mlp, batches)
    for name in ("0.weight", "2.weight"):
        expected = torch.zeros(len(mlp.get_parameter(name)))
        for inputs, labels in batches:
            mlp.zero_grad()
            functional.cross_entropy(mlp(inputs), labels).backward()
            weight = mlp.get_parameter(name)
            for unit in range(len(weight)):
                expected[unit] += (
                    sum(float(w * g) for w, g in zip(weight[unit].detach(), weight.grad[unit], strict=True)) ** 2
                )
        assert torch.allclose(found[name].float(), expected / 3, rtol=1e-4)


def test_filters_that_are_added_up_are_one_group():
    """Their weights stand in one sum before it is squared."""

    class Added(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.other, self.classifier = nn.Linear(4, 3), nn.Linear(4, 3), nn.Linear(3, 2)

        def forward(self, inputs):
            return self.classifier((self.one(inputs) + self.other(inputs)).tanh())

    torch.manual_seed(4)
    model, batch = Added(), (torch.randn(6, 4), torch.arange(6) % 2)
    (channels,) = Dependencies(model, (4,), "classifier").channels
    assert channels.filters == ("one.weight", "other.weight")
    found = score_channels(taylor.SCORE, model, [channels], {}, [batch], torch.Generator())["one.weight"]
    functional.cross_entropy(model(batch[0]), batch[1]).backward()
    sums = sum((layer.weight * layer.weight.grad).sum(dim=1) for layer in (model.one, model.other))
    assert torch.allclose(found.float(), sums.detach() ** 2, rtol=1e-4)


def test_random_scores_are_uniform_whatever_the_size_of_a_filter():
    """A filter of 1,000 weights is ranked as one of 2 is: the mean is a half, and all tenths are as frequent."""
    for size in (2, 1000):
        sums = torch.rand(2000, size, generator=torch.Generator().manual_seed(size)).double().sum(dim=1)
        numbers = random.of_filters(sums[None], size)
        assert torch.histc(numbers, 10, 0, 1).min() > 150
        assert abs(float(numbers.mean()) - 0.5) < 0.03


def test_a_score_of_ones_own_is_added_up_over_each_filter(mlp, batches):
    """Larger is kept, as for single weights."""
    own = Score(
        lambda model, batch, loss, generator: {name: weight.detach() for name, weight in model.named_parameters()}
    )
    assert torch.allclose(scored(own, mlp, batches[:1])["2.weight"].float(), mlp[2].weight.detach().sum(dim=1))


def test_scores_of_a_smaller_network_stand_at_the_places_of_the_dense_one(mlp, batches):
    """Channels that are gone have none."""
    dependencies = Dependencies(mlp, (4,), "4")
    kept = {"0.weight": torch.tensor([True, False, True]), "2.weight": torch.tensor([False, True])}
    rows = rows_kept(dependencies.channels, kept, dependencies.shapes)
    smaller = dependencies.without(kept)
    found = score_channels(magnitude.SCORE, smaller, dependencies.channels, rows, batches[:1], torch.Generator())
    first, second = mlp[0].weight.detach().abs(), mlp[2].weight.detach().abs()
    assert torch.allclose(found["0.weight"].float(), first.mean(dim=1) * torch.tensor([1, 0, 1]))
    assert torch.allclose(found["2.weight"].float(), second[:, [0, 2]].mean(dim=1) * torch.tensor([0, 1]))
