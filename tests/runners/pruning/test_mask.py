"""Masks keep the largest scores and hold."""

import pytest
import torch
from torch import nn

from runners.pruning.mask import Masking, keep_largest


def test_the_largest_are_kept_and_ties_go_to_the_lower_index():
    """Two of (1, 3, 1, 1) are the 3 and the first 1."""
    mask = keep_largest({"a": torch.tensor([[1.0, 3.0], [1.0, 1.0]])}, {"a": 2})
    assert mask["a"].tolist() == [[True, True], [False, False]]


def test_more_than_a_layer_has_cannot_be_kept():
    """It is an error, not a smaller mask."""
    with pytest.raises(ValueError, match="a has 2 weights, of which 3 cannot be kept"):
        keep_largest({"a": torch.zeros(2)}, {"a": 3})


def test_masking_zeroes_the_pruned_weights_alone():
    """Kept weights and unmasked parameters keep their bits."""
    layer = nn.Linear(2, 2)
    weight, bias = layer.weight.detach().clone(), layer.bias.detach().clone()
    kept = torch.tensor([[True, False], [False, True]])
    Masking(layer, {"weight": kept})()
    assert torch.equal(layer.weight, torch.where(kept, weight, torch.zeros(2, 2)))
    assert torch.equal(layer.bias, bias)
