"""The small dense control: the network that a method leaves, trained from fresh weights (Liu et al. 2019).

It has the layers of the pruned network of the same seed and ratio, initialised as its architecture is at that size, and
takes as many optimiser steps as that network took in all, its pretraining and discarded ones included. The recipe is
that of the pretraining, stretched to this length: milestones move in proportion. Where early stopping chose the pruned
network's epoch, the best validation epoch is kept here as well, but no step is saved. In the words of Liu et al. that
is Scratch-E, trained for as long, with the fine-tuning's steps added to those of the training; Scratch-B would train
for as many operations, which is longer.
"""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from runners import digest
from runners.architectures.narrow import build_narrow
from runners.examples import Dataset
from runners.filter_network import FilterNetwork
from runners.filters.channels import first_kept
from runners.kept import Remains
from runners.plan import Run
from runners.pretraining import fresh
from runners.recipe import Recipe
from runners.training import steps_per_epoch, total_steps
from runners.workplace import Workplace


class ScratchNetwork(FilterNetwork):
    """A small dense network with the channels that are left of another, from its initial weights."""

    def __init__(self, run: Run, dataset: Dataset, workplace: Workplace, like: Callable[[], Remains]) -> None:
        super().__init__(run, dataset, workplace, like)
        self._like = like()
        self._left = first_kept(self._dependencies.channels, self._like.channels)
        self.model = build_narrow(partial(fresh, run.pretraining, workplace), self._dependencies.without(self._left))
        self.mask = self._mask()
        self.initial_weights = digest.of_tensors(self.model.state_dict())
        self.steps_before = self.steps = self.steps_spent = 0

    def train_as_long(self) -> None:
        """Train for as many steps as the other network took."""
        recipe = stretched(self.run.pretraining.recipe, self._like.steps, self.dataset)
        chosen = recipe.patience is not None or self.run.finetune.patience is not None
        self._train(replace(recipe, patience=self._like.steps if chosen else None), "scratch")
        self.before = None


def stretched(recipe: Recipe, steps: int, dataset: Dataset) -> Recipe:
    """A recipe over another number of steps, its milestones moved in proportion."""
    unit = 1 if recipe.steps else steps_per_epoch(recipe, dataset)
    factor = unit * steps / total_steps(recipe, dataset)
    milestones = tuple(max(1, round(milestone * factor)) for milestone in recipe.learning_rate_milestones)
    return replace(recipe, epochs=None, steps=steps, learning_rate_milestones=milestones)
