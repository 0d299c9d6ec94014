"""Sizes, costs and accuracies, against counting by hand."""

import math

import pytest
import torch
from torch import nn

from runners.datasets import Split
from runners.measure import DenseSize, Layer, dense_size, evaluate


def test_parameters_and_macs_are_counted_by_hand(tiny_network):
    """Convolution 8·4 at one position, hidden 8·16, classifier 16·2; biases and batch norm are parameters too."""
    size = dense_size(tiny_network, (1, 2, 2), "6")
    assert size.macs == 32 + 128 + 32
    assert size.parameters == (32 + 8) + 16 + (128 + 16) + (32 + 2)
    assert size.layers == (Layer("0.weight", 32, 32), Layer("4.weight", 128, 128))
    assert dense_size(tiny_network, (1, 2, 2), "6", include_classifier=True).prunable == size.prunable + 32


def test_a_layer_that_is_used_often_costs_as_often():
    """A 3 × 3 convolution without padding on 5 × 5 has 9 positions."""
    network = nn.Sequential(nn.Conv2d(2, 4, 3, bias=False), nn.Flatten(), nn.Linear(36, 2))
    assert dense_size(network, (2, 5, 5), "2").layers == (Layer("0.weight", 72, 72 * 9),)


def test_layers_stand_in_forward_order():
    """Whatever the order of their definition."""

    class Backwards(nn.Module):
        def __init__(self):
            super().__init__()
            self.head, self.second, self.first = nn.Linear(3, 2), nn.Linear(4, 3), nn.Linear(5, 4)

        def forward(self, inputs):
            return self.head(self.second(self.first(inputs)))

    assert [layer.name for layer in dense_size(Backwards(), (5,), "head").layers] == ["first.weight", "second.weight"]


def test_counting_leaves_the_model_alone(tiny_network):
    """It is counted on a copy without data."""
    tiny_network.train()
    dense_size(tiny_network, (1, 2, 2), "6")
    assert tiny_network.training
    assert tiny_network[0].weight.device.type == "cpu"


def test_compression_and_speedup_are_dense_over_remaining():
    """Two layers of 100 weights, the first used ten times: what is removed there saves ten times the MACs."""
    size = DenseSize(parameters=250, macs=1150, layers=(Layer("a", 100, 1000), Layer("b", 100, 100)))
    columns = size.columns({"a": 20, "b": 50})
    assert columns["parameters_nonzero"] == 120
    assert columns["compression_ratio"] == 250 / 120
    assert columns["macs_nonzero"] == pytest.approx(200 + 50 + 50)
    assert columns["theoretical_speedup"] == pytest.approx(1150 / 300)
    dense = size.columns({"a": 100, "b": 100})
    assert (dense["compression_ratio"], dense["theoretical_speedup"]) == (1, 1)


class Table(nn.Module):
    """Looks its logits up: the inputs are row numbers."""

    def __init__(self, logits):
        super().__init__()
        self.logits = logits

    def forward(self, rows):
        """(examples, 1) → (examples, classes)."""
        return self.logits[rows[:, 0].long()]


def test_every_example_counts_once_however_the_batches_fall(monkeypatch):
    """1,000 examples in batches of 512 and 488: the mean over examples, not over batches."""
    torch.manual_seed(0)
    logits, labels = torch.randn(1000, 7), torch.randint(0, 7, (1000,))
    found = evaluate(Table(logits), Split(torch.arange(1000)[:, None].float(), labels))
    ranked = logits.argsort(dim=1, descending=True)
    assert found.n == 1000
    assert found.n_correct == sum(int(ranked[i, 0]) == int(labels[i]) for i in range(1000))
    assert found.n_correct5 == sum(int(labels[i]) in ranked[i, :5].tolist() for i in range(1000))
    pairs = zip(logits.tolist(), labels, strict=True)
    by_hand = [math.log(sum(math.exp(x) for x in row)) - row[label] for row, label in pairs]
    assert found.loss == pytest.approx(sum(by_hand) / 1000, abs=1e-6)
    monkeypatch.setattr("runners.measure.EVAL_BATCH_SIZE", 33)
    assert evaluate(Table(logits), Split(torch.arange(1000)[:, None].float(), labels)) == found


def test_evaluation_leaves_statistics_and_mode_alone(tiny_network, blobs):
    """It is done in evaluation mode, and the mode is put back."""
    tiny_network.train()
    mean = tiny_network[1].running_mean.clone()
    evaluate(tiny_network, blobs.test)
    assert tiny_network.training
    assert torch.equal(tiny_network[1].running_mean, mean)


def test_the_largest_compression_leaves_what_is_never_pruned():
    """250 parameters of which 50 stay: 5×; where all may go, there is no limit."""
    layers = (Layer("a", 200, 1000),)
    assert DenseSize(parameters=250, macs=1000, layers=layers).largest_compression == 5
    assert DenseSize(parameters=200, macs=1000, layers=layers).largest_compression == math.inf
