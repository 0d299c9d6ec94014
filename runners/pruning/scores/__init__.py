"""Scores: what ranks the weights. Each module of this package is one, under its own name, and has a `SCORE`."""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from torch import Generator, Tensor, nn

from audit.study import own_code

Batch = tuple[Tensor, Tensor]  # inputs (examples, …) and labels (examples,)
Loss = Callable[[Tensor, Tensor], Tensor]  # logits (examples, classes) and labels → scalar
Function = Callable[[nn.Module, Batch, Loss, Generator], dict[str, Tensor]]
OfFilters = Callable[[Tensor, int], Tensor]


def mean_of_batches(sums: Tensor, size: int) -> Tensor:
    """The sum over a filter's weights, in the mean over batches."""
    return sums.mean(dim=0)


@dataclass(frozen=True)
class Score:
    """A score function, and what it asks of whoever calls it.

    `function(model, batch, loss, generator)` returns tensors by parameter name, each of its parameter's shape; larger
    is kept. It is handed the model in evaluation mode and leaves it as it was. `reads_data` says whether it looks at
    the batch, and `per_class` how many examples of each class that batch holds, where it must be balanced. A mask is
    found in `rounds` steps, the scores computed anew on what each leaves; with `in_order`, layer after layer, each on
    inputs that come from layers already pruned.

    To rank filters, the scores of single weights are added up over each on `batches` batches, and `of_filters(sums,
    size)` makes one score of these sums (batches, filters) and the number of weights that each is of: by default their
    mean. Where `weights` is false, that is all that it is for.
    """

    function: Function
    reads_data: bool = True
    per_class: int | None = None
    rounds: int = 1
    in_order: bool = False
    batches: int = 1
    of_filters: OfFilters = mean_of_batches
    weights: bool = True

    @property
    def ranks_filters(self) -> bool:
        """Whether it can rank whole filters: all at once, and not layer after layer."""
        return self.rounds == 1 and not self.in_order


def known() -> tuple[str, ...]:
    """The names of the scores that come with the project."""
    return tuple(module.name for module in pkgutil.iter_modules(__path__))


def load(name: str, directory: Path) -> Score:
    """The score `name`, or the user's own `module:function`, which is looked for in `directory` first.

    Raises OwnCodeError where that cannot be imported.
    """
    if ":" in name:
        return Score(own_code.load(name, directory))
    return import_module(f"{__name__}.{name}").SCORE
