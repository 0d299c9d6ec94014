"""Counts optimiser steps as they are taken, whoever takes them."""

from types import TracebackType
from typing import Any

from torch.optim.optimizer import register_optimizer_step_post_hook

from runners.own_pruning.errors import PruneError


class StepCount:
    """A block in which every step of an optimiser of torch counts; raises PruneError from the first beyond `allowed`.

    Optimisers that step in turn count for each step of each.
    """

    def __init__(self, allowed: int) -> None:
        self.allowed, self.taken = allowed, 0

    def __enter__(self) -> "StepCount":
        self._handle = register_optimizer_step_post_hook(self._count)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._handle.remove()
        if kind is None:  # the first refusal may have been caught
            self._check()

    def _count(self, *step: Any) -> None:
        self.taken += 1
        self._check()

    def _check(self) -> None:
        if self.taken > self.allowed:
            raise PruneError(
                f"it takes more than the {self.allowed:,} optimiser steps that its training has in all: end within "
                "`budget.steps`, or make the training longer for all methods"
            )
