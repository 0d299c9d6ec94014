"""What may be pruned, and how much of it a compression ratio leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from runners.pruning.prunable import kept_weights, prunable_parameters


def test_weights_of_convolutions_linear_layers_and_attention_are_prunable():
    """Embeddings, biases, normalisation and the classifier are not."""
    model = nn.ModuleDict(
        {
            "embedding": nn.Embedding(4, 8),
            "convolution": nn.Conv1d(8, 8, 3),
            "norm": nn.LayerNorm(8),
            "attention": nn.MultiheadAttention(8, 2),
            "cross": nn.MultiheadAttention(8, 2, kdim=4, vdim=4),
            "head": nn.Sequential(nn.Linear(8, 8)),
        }
    )
    inside = ["convolution.weight", "attention.in_proj_weight", "attention.out_proj.weight"]
    inside += [f"cross.{part}_proj_weight" for part in "qkv"] + ["cross.out_proj.weight"]
    assert list(prunable_parameters(model, "head")) == inside
    assert list(prunable_parameters(model, "head", include_classifier=True)) == [*inside, "head.0.weight"]


def test_an_unknown_classifier_is_an_error(tiny_network):
    """It is not guessed."""
    with pytest.raises(ValueError, match="no module named `fc`"):
        prunable_parameters(tiny_network, "fc")


@given(st.integers(1, 10**7), st.floats(0, 1), st.floats(1, 1000))
def test_the_ratio_holds_exactly_or_is_refused(total, share, ratio):
    """All that remains is round(total ÷ ratio), unless what is never pruned is more than that."""
    prunable = round(share * total)
    remaining = round(total / ratio)
    if remaining < total - prunable:
        with pytest.raises(ValueError, match="the largest ratio is"):
            kept_weights(total, prunable, ratio)
    else:
        assert kept_weights(total, prunable, ratio) + total - prunable == remaining


def test_the_largest_ratio_that_is_named_can_be_reached():
    """1,130 of 75,002 parameters are never pruned: 75,002 ÷ 1,130 is 66.37 and a bit."""
    with pytest.raises(ValueError, match=r"largest ratio is 66\.37$"):
        kept_weights(75_002, 73_872, 80)
    assert kept_weights(75_002, 73_872, 66.37) == 0
