"""What a network may keep, and what finding it may cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import nn

from runners.recipe import Recipe
from runners.training import learning_rate, make_optimizer


@dataclass(frozen=True)
class Budget:
    """What is asked of `prune`.

    `ratio` is all parameters ÷ those left. Masks keep exactly `kept` weights; a smaller model has at most `parameters`
    parameters in all. `layers` has the shapes of the weights that may be removed, by parameter name, in forward order;
    `classifier` names the module before the softmax. `prune` may take up to `steps` optimiser steps: those that it
    takes are the first of the training by `recipe`, which goes on from there, so that all methods train for as long.
    """

    ratio: float
    parameters: int
    kept: int
    layers: Mapping[str, torch.Size]
    classifier: str
    steps: int
    steps_per_epoch: int
    recipe: Recipe

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", MappingProxyType(dict(self.layers)))  # results are held against it

    def optimizer(self, model: nn.Module) -> torch.optim.Optimizer:
        """The recipe's optimiser over all parameters of the model, at the rate of the first step."""
        return make_optimizer(model, self.recipe)

    def learning_rate(self, step: int) -> float:
        """The recipe's learning rate at step `step`, from 0."""
        return learning_rate(self.recipe, step, self.steps, self.steps_per_epoch)
