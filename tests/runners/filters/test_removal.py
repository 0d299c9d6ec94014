"""Which channels go: in what order, and how many."""

from math import log

import pytest
import torch
from torch import Tensor, nn

from runners.filters.channels import all_kept, counts
from runners.filters.dependencies import Dependencies, NotRemovableError
from runners.filters.removal import Count, order, remove, remove_all
from runners.macs import count_macs

LEFT = {"a": torch.ones(4, dtype=torch.bool), "b": torch.ones(2, dtype=torch.bool)}
SCORES = {"a": torch.tensor([4.0, 1.0, 3.0, 2.0]), "b": torch.tensor([2.5, 2.0])}


def test_global_order_is_that_of_the_scores():
    """The lowest leaves first, wherever it is; what is tied leaves from the later set."""
    assert order("global", SCORES, LEFT) == [("a", 1), ("b", 1), ("a", 3), ("b", 0), ("a", 2), ("a", 0)]


def test_uniform_order_takes_the_same_share_of_each_set():
    """After each channel that leaves, no two sets differ by more than one channel of their own."""
    leaving = order("uniform", SCORES, LEFT)
    assert [channel for name, channel in leaving if name == "a"] == [1, 3, 2, 0]
    gone = {"a": 0, "b": 0}
    for name, _ in leaving:
        gone[name] += 1
        assert abs(gone["a"] / 4 - gone["b"] / 2) <= 1 / 2


def test_a_matched_order_ends_at_the_final_counts():
    """By its own scores, in step with what each set has to lose; nothing that left before comes back."""
    left = {"a": torch.tensor([True, True, True, False]), "b": LEFT["b"]}
    leaving = order("matched", SCORES, left, {"a": 1, "b": 1})
    assert sorted(leaving) == [("a", 1), ("a", 2), ("b", 1)]
    assert counts(remove_all(left, leaving)) == {"a": 1, "b": 1}


@pytest.fixture
def dependencies(tiny_network):
    """Of the tiny network: 8 channels and 16 hidden units."""
    return Dependencies(tiny_network, (1, 2, 2), "6")


def size(dependencies, kept) -> int:
    """The parameters of the very network."""
    return sum(weight.numel() for weight in dependencies.without(kept).parameters())


def test_parameters_are_counted_as_the_smaller_network_has_them(dependencies):
    """Whatever has left, one channel at a time."""
    kept = all_kept(dependencies.channels)
    parameters = Count(dependencies.channels, dependencies.parameters, counts(kept))
    for name, channel in [("0.weight", 3), ("4.weight", 0), ("4.weight", 5), ("0.weight", 1)]:
        kept[name][channel] = False
        expected = size(dependencies, kept)
        assert parameters.without(name) == expected
        parameters.remove(name)
        assert parameters.number == expected
    assert Count(dependencies.channels, dependencies.parameters, counts(kept)).number == expected


@pytest.mark.parametrize("target", range(24, 234, 7))
def test_one_channel_more_or_less_is_no_nearer(dependencies, target):
    """By the logarithm of the sizes, whatever is asked for; one channel stays in each layer."""
    left = all_kept(dependencies.channels)
    torch.manual_seed(target)
    scores = {name: torch.rand(len(each)) for name, each in left.items()}
    leaving = order("global", scores, left)
    kept = remove(dependencies.channels, dependencies.parameters, left, leaving, target)
    found = counts(kept)
    assert min(found.values()) >= 1

    def away(numbers) -> float:
        return abs(log(Count(dependencies.channels, dependencies.parameters, numbers).number / target))

    fewer = [found | {name: found[name] - 1} for name in found if found[name] > 1]
    assert all(away(numbers) >= away(found) for numbers in fewer)
    for name, each in kept.items():  # within a layer the best scores stay
        if not each.all():
            assert scores[name][each].min() > scores[name][~each].max()


class Depthwise(nn.Module):
    """Two convolutions with a depthwise one between, whose input is added to its output, and hidden units."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm = nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6)
        self.depthwise = nn.Conv2d(6, 6, 3, padding=1, groups=6, bias=False)
        self.second, self.grouped = nn.Conv2d(6, 8, 3, stride=2), nn.Conv2d(8, 8, 1, groups=2)
        self.hidden, self.classifier = nn.Linear(32, 20), nn.Linear(20, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits of images of 6 × 6 pixels."""
        first = self.norm(self.first(inputs)).relu()
        second = self.grouped(self.second((first + self.depthwise(first)).relu()).relu())
        return self.classifier(self.hidden(second.flatten(1)).relu())


@pytest.fixture
def of_macs():
    """Of a network with a shortcut, a depthwise convolution and one in two groups."""
    torch.manual_seed(0)
    return Dependencies(Depthwise(), (1, 6, 6), "classifier")


def test_macs_are_counted_as_on_the_smaller_network(of_macs):
    """By torch's own counter on the very network, whatever has left; what never leaves is counted in full."""
    assert sorted(each.name for each in of_macs.channels) == ["first.weight", "hidden.weight"]
    kept = all_kept(of_macs.channels)
    for name, channel in [(None, 0), ("first.weight", 4), ("hidden.weight", 0), ("first.weight", 1)]:
        if name is not None:
            kept[name][channel] = False
        expected = count_macs(of_macs.without(kept), (1, 6, 6), ()).total
        assert Count(of_macs.channels, of_macs.macs, counts(kept)).number == expected


def test_macs_that_do_not_shrink_as_weights_do_are_refused():
    """Here a product of a weight with itself shrinks with the square of the channels."""

    class Square(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.classifier = nn.Linear(4, 6), nn.Linear(6, 2)

        def forward(self, inputs: Tensor) -> Tensor:
            weight = self.first.weight.detach()
            return self.classifier(self.first(inputs.flatten(1)).relu()) + (weight @ weight.T).sum()

    dependencies = Dependencies(Square(), (1, 2, 2), "classifier")
    assert dependencies.channels
    with pytest.raises(NotRemovableError, match="no speedup can be searched for"):
        assert dependencies.macs


@pytest.mark.parametrize("speedup", [1.01, 1.2, 1.5, 2, 2.7, 4, 6, 9])
@pytest.mark.parametrize("seed", range(5))
def test_a_speedup_is_met_in_the_order_of_the_scores(of_macs, speedup, seed):
    """At least as near as all that leave in turn, and no more out of turn than one of each layer and a last one."""
    left = all_kept(of_macs.channels)
    torch.manual_seed(seed)
    leaving = order("global", {name: torch.rand(len(each)) for name, each in left.items()}, left)
    dense = counts(left)
    target = round(Count(of_macs.channels, of_macs.macs, dense).number / speedup)
    found = counts(remove(of_macs.channels, of_macs.macs, left, leaving, target))

    def away(numbers) -> float:
        return abs(log(Count(of_macs.channels, of_macs.macs, numbers).number / target))

    in_turn = dict(dense)
    for name, _ in leaving:
        fewer = in_turn | {name: in_turn[name] - 1}
        if fewer[name] and Count(of_macs.channels, of_macs.macs, fewer).number < target:
            break
        in_turn = fewer if fewer[name] else in_turn
    assert away(found) <= away(in_turn) or in_turn == dense
    more = [in_turn[name] - found[name] for name in dense]
    assert min(found.values()) >= 1
    assert sum(more) <= len(more) + 1
    assert max(more) <= 2


def test_something_always_leaves(dependencies):
    """A pruned network is never the dense one, however near the ratio is to 1."""
    left = all_kept(dependencies.channels)
    leaving = order("uniform", {name: torch.rand(len(each)) for name, each in left.items()}, left)
    kept = remove(dependencies.channels, dependencies.parameters, left, leaving, size(dependencies, left))
    assert sum(counts(kept).values()) == 8 + 16 - 1
