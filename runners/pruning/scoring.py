"""Scoring: calls a score function on a model, leaves the model as it was, and checks what it returned."""

import inspect
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from runners.pruning.scores import Batch, Function

_NAMED = 3  # parameters that a reason names


class ScoreError(Exception):
    """A score function raised, or returned something that cannot rank the weights."""


def score_weights(
    score: Function, model: nn.Module, prunable: Mapping[str, Tensor], batch: Batch, generator: Generator
) -> dict[str, Tensor]:
    """The scores of the prunable parameters, in their order; what is returned for other parameters is not looked at.

    They are ranked by the processor, wherever they were computed.

    The model is handed over in evaluation mode. Raises ScoreError where the function raises, or where a parameter's
    scores are missing, of another shape, or not numbers.
    """
    with untouched(model):
        model.eval()
        try:
            returned = score(model, batch, functional.cross_entropy, generator)
        except Exception as error:
            raise ScoreError(f"the score raised {type(error).__name__}: {error}{raised_at(error, score)}") from error
    if not isinstance(returned, Mapping):
        raise ScoreError(f"the score returned {type(returned).__name__}, not a dict of tensors by parameter name")
    unknown = sorted(set(map(str, returned)) - {name for name, _ in model.named_parameters()})
    missing = [name for name in prunable if name not in returned]
    if unknown or missing:
        wrong = ("names no parameter", unknown) if unknown else ("lacks the prunable parameter", missing)
        raise ScoreError(f"the score's result {wrong[0]} {listed(wrong[1])}")
    return {name: _checked(name, returned[name], weight) for name, weight in prunable.items()}


def raised_at(error: Exception, function: Callable[..., Any]) -> str:
    """File and line of the innermost frame in the files beside the function's own: neither torch's frames nor ours."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:  # an object that is called, not a function
        return ""
    directory = Path(code.co_filename).parent
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        if file.is_relative_to(directory) and "site-packages" not in file.relative_to(directory).parts:
            return f" ({file.relative_to(directory)}, line {frame.lineno})"
    return ""


def listed(names: list[str]) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(f"`{name}`" for name in names[:_NAMED]) + more


@contextmanager
def untouched(model: nn.Module) -> Iterator[None]:
    """Puts parameters, buffers, gradients, `requires_grad` and training modes back to what they were."""
    state = [(tensor, tensor.detach().clone()) for tensor in (*model.parameters(), *model.buffers())]
    gradients = [
        (weight, None if weight.grad is None else weight.grad.clone(), weight.requires_grad)
        for weight in model.parameters()
    ]
    modes = [(module, module.training) for module in model.modules()]
    try:
        yield
    finally:
        with torch.no_grad():
            for tensor, before in state:
                tensor.copy_(before)
        for weight, gradient, required in gradients:
            weight.requires_grad_(required)
            weight.grad = gradient
        for module, training in modes:
            module.training = training


def _checked(name: str, scores: object, weight: Tensor) -> Tensor:
    if not isinstance(scores, Tensor):
        raise ScoreError(f"the scores of `{name}` are {type(scores).__name__}, not a tensor")
    if scores.shape != weight.shape:
        raise ScoreError(f"the scores of `{name}` have shape {tuple(scores.shape)}, not {tuple(weight.shape)}")
    if scores.is_complex() or scores.isnan().any():
        raise ScoreError(f"the scores of `{name}` are not all real numbers: {int(scores.isnan().sum())} are NaN")
    return scores.detach().cpu()
