"""The laws that users can call: sound scores pass, and each fault is found."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from runners import laws
from runners.pruning.scores import gradient
from runners.pruning.scoring import ScoreError


def test_sound_scores_obey_the_laws():
    """On the small network, and on one of the caller's own."""
    laws.check(gradient.scores)
    network = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 2))
    laws.check(gradient.scores, network, (torch.rand(8, 6), torch.arange(8) % 2), "2")


def unseeded(model, batch, loss, generator):
    """Draws from nowhere that is seeded."""
    import os

    fresh = torch.Generator().manual_seed(int.from_bytes(os.urandom(4), "big"))
    return {name: torch.rand(weight.shape, generator=fresh) for name, weight in model.named_parameters()}


def test_a_score_that_ignores_its_seed_is_found():
    """Two calls, two masks."""
    with pytest.raises(AssertionError, match="one seed gives two masks"):
        laws.check(unseeded)


def test_a_score_that_cannot_rank_is_found():
    """As a study would say it."""
    with pytest.raises(ScoreError, match="are not all real numbers"):
        laws.check(
            lambda model, batch, loss, generator: {
                name: torch.full_like(weight, torch.nan) for name, weight in model.named_parameters()
            }
        )


def trains(model, batch, loss, generator):
    """Takes a step on the way, as no score should; what it changed is put back."""
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    model.train()
    functional.cross_entropy(model(batch[0]), batch[1]).backward()
    optimizer.step()
    return {name: weight.detach().abs() for name, weight in model.named_parameters()}


def test_a_score_may_even_train():
    """The model is put back, gradients and statistics included."""
    laws.check(trains)


@pytest.mark.parametrize("law", laws.LAWS, ids=lambda law: law.__name__)
def test_each_law_can_be_broken(law, monkeypatch):
    """A mask that is one too large, has another layer, changes, changes the model, or does not hold, is found."""
    subject = laws.Subject(
        laws.PruningMethod(name="mine", score="magnitude", allocation="global"),
        laws.small_network(),
        "classifier",
        lambda per_class: laws.small_batch(),
    )
    find, calls = laws.find_mask, []

    def wrong(method, model, prunable, kept, *rest, **named):
        calls.append(kept)
        more = 1 if law is laws.exact_count and kept < 10 else 0
        mask = find(method, model, prunable, kept + more, *rest, **named)
        if law is laws.prunable_alone:
            mask["classifier.weight"] = torch.ones(3, 12, dtype=torch.bool)
        if law is laws.same_seed_same_mask and len(calls) == 2:
            mask["hidden.weight"] = ~mask["hidden.weight"]
        if law is laws.model_untouched:
            model.norm.running_mean += 1
        return mask

    monkeypatch.setattr(laws, "find_mask", wrong)
    if law is laws.mask_holds:
        monkeypatch.setattr(laws, "Masking", lambda model, mask: lambda: None)
    with pytest.raises(AssertionError):
        law(subject)
