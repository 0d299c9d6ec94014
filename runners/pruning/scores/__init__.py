"""Scores: what ranks the weights. Each module of this package is one, under its own name.

It has `scores(model, batch, loss, generator) -> dict[str, Tensor]`, keyed by parameter name, each of its parameter's
shape, larger is kept; and `READS_DATA`, whether it looks at the batch. A score of the user's own has the same form.
"""

import pkgutil
from collections.abc import Callable
from importlib import import_module

from torch import Generator, Tensor, nn

Batch = tuple[Tensor, Tensor]  # inputs (examples, …) and labels (examples,)
Loss = Callable[[Tensor, Tensor], Tensor]  # logits (examples, classes) and labels → scalar
Score = Callable[[nn.Module, Batch, Loss, Generator], dict[str, Tensor]]


def known() -> tuple[str, ...]:
    """The names of the scores that come with the project."""
    return tuple(module.name for module in pkgutil.iter_modules(__path__))


def load(name: str) -> Score:
    """The score function `name`."""
    return import_module(f"{__name__}.{name}").scores


def reads_data(name: str) -> bool:
    """Whether the score `name` looks at the batch."""
    return import_module(f"{__name__}.{name}").READS_DATA
