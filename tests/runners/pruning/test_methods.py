"""Laws that every method of the project obeys, each on a small network with real gradients."""

from itertools import product

import pytest
import torch

from runners.pruning.mask import kept_counts
from runners.pruning.method import PruningMethod
from runners.pruning.prunable import prunable_parameters
from runners.pruning.prune import examples_scored, find_mask
from runners.pruning.registry import NAMED

MATCHED = [
    PruningMethod(name=f"{score}_matched_{of}", score=score, allocation="matched", matched=NAMED[of].method)
    for score, of in product(("random", "magnitude"), ("global_gradient", "layerwise_magnitude", "global_random"))
]
METHODS = [named.method for named in NAMED.values()] + MATCHED
KEPT = 37

pytestmark = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)


@pytest.fixture
def mask(tiny_network, blobs, tmp_path):
    """Finds the mask of a method at a seed."""
    prunable = prunable_parameters(tiny_network, "6")
    batch = (blobs.train.inputs[:16], blobs.train.labels[:16])
    return lambda method, seed=1, kept=KEPT: find_mask(method, tiny_network, prunable, kept, batch, seed, tmp_path)


@pytest.mark.parametrize("kept", [0, 1, 37, 159, 160])
def test_exactly_the_number_asked_for_is_kept(method, mask, kept):
    """Not one weight more or less, from none to all."""
    assert sum(kept_counts(mask(method, kept=kept)).values()) == kept


def test_only_prunable_layers_are_masked(method, mask):
    """Biases, normalisation and the classifier are left alone."""
    assert list(mask(method)) == ["0.weight", "4.weight"]


def test_the_seed_decides(method, mask):
    """The same seed agrees; another one disagrees where the method is random."""
    first, again, other = mask(method, 1), mask(method, 1), mask(method, 2)
    assert all(torch.equal(first[name], again[name]) for name in first)
    differs = any(not torch.equal(first[name], other[name]) for name in first)
    random = "random" in (method.score, method.matched.score if method.matched else "")
    assert differs == random


def test_scoring_leaves_the_model_as_it_was(method, mask, tiny_network):
    """Weights, batch-norm statistics, gradients and training modes."""
    tiny_network.train()
    tiny_network[1].eval()
    tiny_network[4].weight.grad = torch.ones(16, 8)
    state = {name: tensor.clone() for name, tensor in tiny_network.state_dict().items()}
    mask(method)
    assert all(torch.equal(state[name], tensor) for name, tensor in tiny_network.state_dict().items())
    assert torch.equal(tiny_network[4].weight.grad, torch.ones(16, 8))
    assert tiny_network[0].weight.grad is None
    assert [module.training for module in tiny_network] == [True, False, True, True, True, True, True]


def test_a_matched_method_has_the_very_counts_of_its_reference(method, mask):
    """Layer by layer, at the same seed."""
    if method.matched is not None:
        assert kept_counts(mask(method)) == kept_counts(mask(method.matched))


def test_the_examples_behind_a_mask_are_counted(method, mask):
    """One minibatch where gradients rank the weights or give the counts, else none."""
    gradient = "gradient" in (method.score, method.matched.score if method.matched else "")
    assert examples_scored(method, 16) == (16 if gradient else 0)
