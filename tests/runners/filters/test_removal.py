"""Which channels go: in what order, and how many."""

from math import log

import pytest
import torch

from runners.filters.channels import all_kept, counts
from runners.filters.dependencies import Dependencies
from runners.filters.removal import Parameters, order, remove, remove_all

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
    parameters = Parameters(dependencies.channels, dependencies.parameters, counts(kept))
    for name, channel in [("0.weight", 3), ("4.weight", 0), ("4.weight", 5), ("0.weight", 1)]:
        kept[name][channel] = False
        expected = size(dependencies, kept)
        assert parameters.without(name) == expected
        parameters.remove(name)
        assert parameters.number == expected
    assert Parameters(dependencies.channels, dependencies.parameters, counts(kept)).number == expected


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
        return abs(log(Parameters(dependencies.channels, dependencies.parameters, numbers).number / target))

    fewer = [found | {name: found[name] - 1} for name in found if found[name] > 1]
    assert all(away(numbers) >= away(found) for numbers in fewer)
    for name, each in kept.items():  # within a layer the best scores stay
        if not each.all():
            assert scores[name][each].min() > scores[name][~each].max()


def test_something_always_leaves(dependencies):
    """A pruned network is never the dense one, however near the ratio is to 1."""
    left = all_kept(dependencies.channels)
    leaving = order("uniform", {name: torch.rand(len(each)) for name, each in left.items()}, left)
    kept = remove(dependencies.channels, dependencies.parameters, left, leaving, size(dependencies, left))
    assert sum(counts(kept).values()) == 8 + 16 - 1
