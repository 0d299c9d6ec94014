"""Laws that a `prune` of the user's own obeys, for the tests of those who write one: `check(prune)`.

Each law is checked on a small network that is really trained, or on one of the caller's, through the very functions
that a study calls.
"""

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from runners.examples import Dataset, Split
from runners.laws import small_batch, small_network
from runners.measure import dense_size
from runners.own_pruning.budget import Budget
from runners.own_pruning.carry_out import Prune, Pruned, carry_out
from runners.own_pruning.returned import Asked, shapes
from runners.own_pruning.training_data import TrainingData
from runners.pruning.prunable import prunable_parameters
from runners.pruning.scores import Batch
from runners.recipe import Recipe
from runners.seeding import stream
from runners.training import batches, steps_per_epoch, total_steps, train

RECIPE = Recipe(batch_size=8, optimizer="sgd", learning_rate=0.05, momentum=0.9, weight_decay=0.1, epochs=2)


@dataclass(frozen=True)
class Subject:
    """A method on a network and a data set; `filters` says whether it makes the model smaller."""

    prune: Prune
    model: nn.Module
    classifier: str
    dataset: Dataset
    recipe: Recipe
    filters: bool = False

    @property
    def counts_to_keep(self) -> list[int]:
        """None, one, a quarter, and all but one of the weights; a half and a quarter where filters are removed."""
        total = sum(weight.numel() for weight in prunable_parameters(self.model, self.classifier).values())
        return [total // 2, total // 4] if self.filters else [0, 1, total // 4, total - 1]

    def pruned(self, kept: int | None = None, seed: int = 1) -> Pruned:
        """What becomes of a copy of the network; raises PruneError where it is not taken."""
        model = copy.deepcopy(self.model)
        dense = dense_size(model, self.dataset.input_shape, self.classifier)
        weights = prunable_parameters(model, self.classifier)
        chosen = self.counts_to_keep[-2] if kept is None else kept
        left = dense.parameters - dense.prunable + chosen
        budget = Budget(
            ratio=dense.parameters / max(1, left),
            parameters=left,
            kept=chosen,
            layers={layer.name: weights[layer.name].shape for layer in dense.layers},
            classifier=self.classifier,
            steps=total_steps(self.recipe, self.dataset),
            steps_per_epoch=steps_per_epoch(self.recipe, self.dataset),
            recipe=self.recipe,
        )
        asked = Asked(
            budget,
            shapes(model),
            filters=self.filters,
            include_classifier=False,
            input_shape=self.dataset.input_shape,
            classes=self.dataset.classes,
            rebuild=lambda: copy.deepcopy(self.model),
        )

        def minibatch(per_class: int | None) -> Batch:
            split = self.dataset.train
            if per_class is None:
                return next(batches(split, self.recipe.batch_size, stream(seed, "minibatch")))
            of_class = (torch.nonzero(split.labels == label).flatten() for label in range(self.dataset.classes))
            rows = torch.cat([each[:per_class] for each in of_class])
            return split.fed(rows), split.labels[rows]

        data = TrainingData(self.dataset, self.recipe, seed, minibatch)
        return carry_out(self.prune, model, dense, data, asked, stream(seed, "mask/mine"), seed)


def size_as_asked(subject: Subject) -> None:
    """Every size is met, within the steps that there are, and nothing that is spared is changed in shape."""
    for kept in subject.counts_to_keep:
        subject.pruned(kept)


def same_seed_same_network(subject: Subject) -> None:
    """A seed gives one mask, one set of weights and one cost, whatever was drawn or pruned before."""
    first = subject.pruned()
    torch.rand(3)
    random.random()
    subject.pruned(subject.counts_to_keep[0])
    again = subject.pruned()
    assert all(torch.equal(first.mask[name], again.mask[name]) for name in first.mask), "one seed gives two masks"
    weights = again.model.state_dict()
    same = all(torch.equal(tensor, weights[name]) for name, tensor in first.model.state_dict().items())
    assert same, "one seed gives two sets of weights"
    assert (first.steps, first.examples) == (again.steps, again.examples), "one seed has two costs"


def mask_holds(subject: Subject) -> None:
    """Pruned weights stay zero in the training that follows, with momentum and weight decay."""
    pruned = subject.pruned()
    train(pruned.model, subject.dataset, subject.recipe, 1, "finetune", pruned.mask)
    weights = dict(pruned.model.named_parameters())
    assert all(not weights[name][~kept].any() for name, kept in pruned.mask.items()), "a pruned weight came back"


LAWS: tuple[Callable[[Subject], None], ...] = (size_as_asked, same_seed_same_network, mask_holds)


def check(
    prune: Prune,
    model: nn.Module | None = None,
    dataset: Dataset | None = None,
    classifier: str = "classifier",
    recipe: Recipe = RECIPE,
    *,
    filters: bool = False,
) -> None:
    """Hold a `prune` of one's own against all laws; raises AssertionError or PruneError where it breaks one.

    By default on the small network of `runners.laws` and `small_dataset()`. A model of one's own needs a data set that
    it takes, and the name of the module that precedes the softmax.
    """
    subject = Subject(prune, model or small_network(), classifier, dataset or small_dataset(), recipe, filters)
    for law in LAWS:
        law(subject)


def small_dataset() -> Dataset:
    """Images (examples, 1, 6, 6) of three classes, the same each time: 48 to train on, 24 each to validate and test."""
    inputs, labels = small_batch(96)
    train_split, validation, test = (Split(inputs[a:b], labels[a:b]) for a, b in ((0, 48), (48, 72), (72, 96)))
    return Dataset(train_split, validation, test, classes=3, digest="small")
