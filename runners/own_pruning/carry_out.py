"""Carries out a `prune` of the user's own: counts what it spends and takes its result for a network, or fails."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Generator, nn

from runners.measure import DenseSize
from runners.own_pruning.errors import PruneError
from runners.own_pruning.returned import Asked, columns, taken_for_network
from runners.own_pruning.steps import StepCount
from runners.own_pruning.training_data import TrainingData
from runners.placement import numerics
from runners.pruning.mask import Mask
from runners.pruning.scoring import raised_at
from runners.seeding import globals_seeded

Prune = Callable[..., Any]  # (model, data, budget, generator) → masks by parameter name, or a model


@dataclass(frozen=True)
class Pruned:
    """A network, the mask that holds on it, and what finding them cost: optimiser steps and examples handed out.

    `columns` are the sizes of a smaller model, in the schema's names; empty where the mask says it all.
    """

    model: nn.Module
    mask: Mask
    steps: int
    examples: int
    columns: Mapping[str, float] = field(default_factory=dict)


def carry_out(
    prune: Prune, model: nn.Module, dense: DenseSize, data: TrainingData, asked: Asked, generator: Generator, seed: int
) -> Pruned:
    """Call `prune` on the model, which is not used again; raises PruneError where it fails or what it returns does.

    The global generators are seeded alike for every method, and put back; so are the settings of torch.
    """
    with StepCount(asked.budget.steps) as steps, globals_seeded(seed, "prune"), _settings_kept():
        try:
            returned = prune(model, data, asked.budget, generator)
        except PruneError:
            raise
        except Exception as error:
            raise PruneError(f"it raised {type(error).__name__}: {error}{raised_at(error, prune)}") from error
    network, mask = taken_for_network(returned, model, asked)
    return Pruned(network, mask, steps.taken, data.examples, columns(dense, network, mask, asked))


@contextmanager
def _settings_kept() -> Iterator[None]:
    """Gradients on; after the block, what code may have set for all of torch is as it was."""
    kind, deterministic = torch.get_default_dtype(), torch.are_deterministic_algorithms_enabled()
    try:
        with torch.enable_grad():
            yield
    finally:
        torch.set_default_dtype(kind)
        numerics(deterministic=deterministic)
