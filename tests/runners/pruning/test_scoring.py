"""Score functions of a user's own: what they return is checked, and what they break is mended."""

import pytest
import torch

from audit.study.own_code import load
from runners.pruning.prunable import prunable_parameters
from runners.pruning.scoring import ScoreError, score_weights


@pytest.fixture
def score(tiny_network, blobs, tiny_module):
    """Scores the tiny network with a function of the user's own."""

    def call(function):
        own = load(f"{tiny_module.stem}:{function}", tiny_module.parent)
        batch = (blobs.train.inputs[:8], blobs.train.labels[:8])
        return score_weights(own, tiny_network, prunable_parameters(tiny_network, "6"), batch, torch.Generator())

    return call


def test_scores_of_other_parameters_are_not_looked_at(score):
    """A function need not know which parameters are prunable."""
    assert list(score("sound")) == ["0.weight", "4.weight"]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ("raises", "raised ZeroDivisionError: no weights at all"),
        ("incomplete", "lacks the prunable parameter `4.weight`"),
        ("misnamed", "names no parameter `nonsense`$"),
        ("lost", "names no parameter `a`, `b`, `c` and 2 more$"),
        ("misshapen", r"`0.weight` have shape \(8,\), not \(8, 1, 2, 2\)"),
        ("not_numbers", "32 are NaN"),
    ],
)
def test_what_cannot_rank_the_weights_is_refused(score, function, words):
    """The reason names the parameter and what was found."""
    with pytest.raises(ScoreError, match=words):
        score(function)


@pytest.mark.parametrize(
    ("function", "line"), [("raises", "raise ZeroDivisionError"), ("helped", "return loss(labels, None)  # raises")]
)
def test_a_score_that_raises_is_told_its_own_line(score, tiny_module, function, line):
    """The innermost one in the user's own file, also where torch raised."""
    number = next(n for n, text in enumerate(tiny_module.read_text().splitlines(), 1) if line in text)
    with pytest.raises(ScoreError, match=rf"\({tiny_module.name}, line {number}\)$"):
        score(function)


def test_a_function_that_changes_the_model_does_it_no_harm(score, tiny_network):
    """Weights, statistics, gradients and modes are put back."""
    before = {name: tensor.clone() for name, tensor in tiny_network.state_dict().items()}
    tiny_network.eval()
    score("unruly")
    assert all(torch.equal(before[name], tensor) for name, tensor in tiny_network.state_dict().items())
    assert all(weight.grad is None for weight in tiny_network.parameters())
    assert not any(module.training for module in tiny_network.modules())
