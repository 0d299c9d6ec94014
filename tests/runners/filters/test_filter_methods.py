"""The laws of all methods, and those of methods that remove filters, each on a small network with real gradients."""

from dataclasses import dataclass, field
from functools import cached_property
from math import log
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from audit.study import Study
from runners import laws
from runners.filters.channels import counts, masks, rows_kept
from runners.filters.dependencies import Dependencies
from runners.filters.prune import find_channels
from runners.pruning.mask import kept_counts
from runners.pruning.named import NAMED
from runners.pruning.registry import resolve

COMPOSED = (
    "random_matched_global_filter_taylor",
    "magnitude_matched_global_filter_random",
    "taylor_matched_layerwise_filter_magnitude",
    "global_filter_magnitude_at_initialisation",
    "layerwise_filter_random_iterative",
)
OF_FILTERS = [name for name, named in NAMED.items() if named.method.granularity == "filter"]
GRADIENT = '[method.mine]\nscore = "gradient"\ngranularity = "filter"\nallocation = "uniform"'
METHODS = [resolve(name, Study.parse(GRADIENT), ()) for name in (*OF_FILTERS, *COMPOSED, "mine")]
pytestmark = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
SHAPE = (1, 6, 6)


def network() -> nn.Module:
    """Two convolutions with batch normalisation, a hidden layer and a classifier."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = nn.Sequential()
        model.add_module("first", nn.Conv2d(1, 8, 3, padding=1))
        model.add_module("norm", nn.BatchNorm2d(8))
        model.add_module("relu", nn.ReLU())
        model.add_module("second", nn.Conv2d(8, 6, 3, stride=2))
        model.add_module("flatten", nn.Flatten())
        model.add_module("hidden", nn.Linear(24, 12))
        model.add_module("bend", nn.ReLU())
        model.add_module("classifier", nn.Linear(12, 3))
        return model


@dataclass(frozen=True)
class Subject(laws.Subject):
    """A method that removes filters on a network; `batches` is what it is given, however many it asks for."""

    batches: list = field(default_factory=lambda: [laws.small_batch(), laws.small_batch(12)])

    @cached_property
    def dependencies(self) -> Dependencies:
        """What can go."""
        return Dependencies(self.model, SHAPE, self.classifier)

    @property
    def counts_to_keep(self) -> list[int]:
        """As few parameters as can be, a third, and nearly all."""
        total = sum(weight.numel() for weight in self.model.parameters())
        return [self.dependencies.fewest(self.dependencies.parameters), total // 3, total - 1]

    def channels(self, kept: int | None = None, seed: int = 1, **given) -> dict[str, Tensor]:
        """The channels that the method keeps."""
        chosen = self.counts_to_keep[1] if kept is None else kept
        draw = lambda score: self.batches[: score.batches]  # noqa: E731
        return find_channels(
            self.method, self.model, self.dependencies, chosen, draw, seed, Path.cwd(), score=self.score, **given
        )

    def mask(self, kept: int | None = None, seed: int = 1):
        """The weights of the dense network that are left."""
        rows = rows_kept(self.dependencies.channels, self.channels(kept, seed), self.dependencies.shapes)
        return masks(self.prunable, rows)


@pytest.fixture
def subject(method):
    """The method on the network."""
    return Subject(method, network(), "classifier", lambda per_class: laws.small_batch())


@pytest.mark.parametrize(
    "law", [laws.prunable_alone, laws.same_seed_same_mask, laws.model_untouched], ids=lambda law: law.__name__
)
def test_laws(subject, law):
    """Those of all methods that do not speak of single weights."""
    law(subject)


def test_the_seed_decides(method, subject):
    """Another seed disagrees where the method is random, and nowhere else."""
    one, other = subject.channels(seed=1), subject.channels(seed=2)
    differs = any(not torch.equal(one[name], other[name]) for name in one)
    assert differs == ("random" in (method.score, method.matched.score if method.matched else ""))


def test_the_network_is_as_small_as_asked_for(method, subject):
    """About as large as asked for; as small as it can be where that is asked for; never without a channel."""
    for kept in subject.counts_to_keep:
        found = subject.channels(kept)
        assert min(counts(found).values()) >= 1
        smaller = subject.dependencies.without(found)
        number = sum(weight.numel() for weight in smaller.parameters())
        assert abs(log(number / kept)) < 0.15
        assert smaller.classifier.out_features == 3
        if kept == subject.dependencies.fewest(subject.dependencies.parameters):
            assert number == kept
        of_layers = kept_counts(subject.mask(kept))
        weights = dict(smaller.named_parameters())
        assert of_layers == {name: weights[name].numel() for name in of_layers}


def test_a_matched_method_has_the_very_counts_of_its_reference(method, subject):
    """Channel by channel, at the same seed; other channels, where scores disagree."""
    if method.matched is not None:
        reference = Subject(method.matched, subject.model, subject.classifier, subject.draw)
        assert counts(subject.channels()) == counts(reference.channels())


def test_what_is_left_before_bounds_what_is_kept(subject):
    """Channels that have gone do not come back, and the network that is scored is the smaller one."""
    first = subject.channels(subject.counts_to_keep[1] * 2)
    smaller = subject.dependencies.without(first)
    after = Subject(subject.method, smaller, "classifier", subject.draw)
    object.__setattr__(after, "dependencies", subject.dependencies)
    second = after.channels(subject.counts_to_keep[1], left=first)
    assert all(not (second[name] & ~first[name]).any() for name in first)
    assert sum(counts(second).values()) < sum(counts(first).values())
