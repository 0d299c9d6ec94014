"""Laws that every pruning method obeys, for the tests of those who write one: `check(scores)`.

Each law is checked on a small network with real gradients, or on one of the caller's, through the very function that
finds the masks of a study.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from runners.pruning.mask import Mask, Masking, kept_counts
from runners.pruning.method import PruningMethod
from runners.pruning.pattern import kept_by
from runners.pruning.prunable import prunable_parameters
from runners.pruning.prune import Draw, find_mask
from runners.pruning.scores import Batch, Function, Score


@dataclass(frozen=True)
class Subject:
    """A method on a network: what its masks are found with."""

    method: PruningMethod
    model: nn.Module
    classifier: str
    draw: Draw
    score: Score | None = None

    @property
    def prunable(self) -> dict[str, Tensor]:
        """The weights that may be removed."""
        return prunable_parameters(self.model, self.classifier)

    @property
    def counts_to_keep(self) -> list[int]:
        """None, one, a quarter, all but one and all of the weights; what it keeps of itself where it is a pattern."""
        total = sum(weight.numel() for weight in self.prunable.values())
        if self.method.pattern is not None:
            return [kept_by({name: weight.shape for name, weight in self.prunable.items()}, self.method.pattern)]
        return [0, 1, total // 4, total - 1, total]

    def mask(self, kept: int | None = None, seed: int = 1) -> Mask:
        """The mask that the method finds."""
        chosen = self.counts_to_keep[len(self.counts_to_keep) // 2] if kept is None else kept
        return find_mask(self.method, self.model, self.prunable, chosen, self.draw, seed, Path.cwd(), score=self.score)


def exact_count(subject: Subject) -> None:
    """Exactly as many weights are kept as are asked for, from none to all."""
    for kept in subject.counts_to_keep:
        found = sum(kept_counts(subject.mask(kept)).values())
        assert found == kept, f"{found} weights are kept where {kept} are due"


def prunable_alone(subject: Subject) -> None:
    """Biases, normalisation and the classifier have no mask."""
    assert list(subject.mask()) == list(subject.prunable)


def same_seed_same_mask(subject: Subject) -> None:
    """A seed gives one mask, whatever was drawn before."""
    first = subject.mask()
    torch.rand(3)
    again = subject.mask()
    assert all(torch.equal(first[name], again[name]) for name in first), "one seed gives two masks"


def model_untouched(subject: Subject) -> None:
    """Weights, buffers, gradients, what requires them, and training modes are what they were; so are random states."""
    model = subject.model
    for number, module in enumerate(model.modules()):
        module.training = number % 2 == 0
    first = next(iter(subject.prunable.values()))
    first.grad = torch.ones_like(first)
    try:
        before, random = list(_state(model)), torch.get_rng_state()
        subject.mask()
        for (name, was), (_, now) in zip(before, _state(model), strict=True):
            same = (
                torch.equal(was, now)
                if isinstance(was, Tensor) and isinstance(now, Tensor)
                else was is now or was == now
            )
            assert same, f"{name} was changed"
        assert torch.equal(random, torch.get_rng_state()), "torch's global generator was moved on"
    finally:
        first.grad = None


def mask_holds(subject: Subject) -> None:
    """Pruned weights stay zero in training, with momentum and weight decay."""
    mask = subject.mask()
    masking = Masking(subject.model, mask)
    masking()
    optimizer = torch.optim.SGD(subject.model.parameters(), 0.1, momentum=0.9, weight_decay=0.1)
    inputs, labels = subject.draw(None)
    subject.model.train()
    for _ in range(3):
        optimizer.zero_grad()
        functional.cross_entropy(subject.model(inputs), labels).backward()
        optimizer.step()
        masking()
    weights = subject.prunable
    assert all(not weights[name][~kept].any() for name, kept in mask.items()), "a pruned weight came back"


LAWS: tuple[Callable[[Subject], None], ...] = (
    exact_count,
    prunable_alone,
    same_seed_same_mask,
    model_untouched,
    mask_holds,
)


def check(
    score: Function, model: nn.Module | None = None, batch: Batch | None = None, classifier: str = "classifier"
) -> None:
    """Hold a score function of one's own against all laws; raises AssertionError or ScoreError where it breaks one.

    By default on `small_network()` and `small_batch()`. A model of one's own needs a batch that it takes, and the name
    of the module that precedes the softmax.
    """
    examples = batch or small_batch()
    method = PruningMethod(name="mine", score=getattr(score, "__name__", "mine"), allocation="global")
    for law in LAWS:
        law(Subject(method, model or small_network(), classifier, lambda per_class: examples, Score(score)))


def small_network() -> nn.Module:
    """Two convolutions, of which one is in groups, and a hidden layer, with batch normalisation; the same each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = nn.Sequential()
        network.add_module("first", nn.Conv2d(1, 8, 3, padding=1))
        network.add_module("norm", nn.BatchNorm2d(8))
        network.add_module("relu", nn.ReLU())
        network.add_module("second", nn.Conv2d(8, 8, 3, groups=2, stride=2))
        network.add_module("flatten", nn.Flatten())
        network.add_module("hidden", nn.Linear(32, 12))
        network.add_module("bend", nn.ReLU())
        network.add_module("classifier", nn.Linear(12, 3))
        return network


def small_batch(examples: int = 24) -> Batch:
    """Images (examples, 1, 6, 6) of three classes, the same each time."""
    generator = torch.Generator().manual_seed(0)
    return torch.rand(examples, 1, 6, 6, generator=generator), torch.arange(examples) % 3


def _state(model: nn.Module) -> Iterator[tuple[str, Any]]:
    for name, tensor in model.state_dict().items():
        yield name, tensor.clone()
    for name, weight in model.named_parameters():
        yield f"the gradient of {name}", None if weight.grad is None else weight.grad.clone()
        yield f"whether {name} requires a gradient", weight.requires_grad
    for name, module in model.named_modules():
        yield f"the training mode of {name or 'the model'}", module.training
