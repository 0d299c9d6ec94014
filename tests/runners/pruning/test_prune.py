"""Masks of one seed share what they should share, and nothing else."""

import pytest

from runners.pruning.method import PruningMethod
from runners.pruning.named import NAMED
from runners.pruning.prunable import prunable_parameters
from runners.pruning.prune import find_mask


def test_random_baselines_of_one_seed_are_independent(tiny_network, blobs, tmp_path):
    """Two that keep half of each layer share a quarter of the weights, as chance has it: 40 of 160.

    Over 50 seeds the mean lies within five standard errors; the variance of one is hypergeometric.
    """
    matched = PruningMethod(
        name="random_matched_layerwise_magnitude",
        score="random",
        allocation="matched",
        matched=NAMED["layerwise_magnitude"].method,
    )
    prunable, batch = prunable_parameters(tiny_network, "6"), (blobs.train.inputs[:8], blobs.train.labels[:8])
    shared = []
    for seed in range(50):
        one, two = (
            find_mask(method, tiny_network, prunable, 80, lambda _: batch, seed, tmp_path)
            for method in (NAMED["layerwise_random"].method, matched)
        )
        shared.append(sum(int((one[name] & two[name]).sum()) for name in prunable))
    variance = sum(n**2 / 16 / (n - 1) for n in (32, 128))
    assert sum(shared) / 50 == pytest.approx(40, abs=5 * (variance / 50) ** 0.5)
