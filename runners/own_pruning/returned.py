"""Looks at what `prune` returned and at the model that it was handed, and makes a network of it or says why not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from runners.measure import DenseSize, dense_size
from runners.own_pruning.budget import Budget
from runners.own_pruning.errors import PruneError
from runners.pruning.mask import Mask
from runners.pruning.prunable import prunable_parameters
from runners.pruning.scoring import listed

Shapes = Mapping[str, torch.Size]


@dataclass(frozen=True)
class Asked:
    """What a result is held against.

    That is the budget; the shapes of the parameters of the network that was handed over; whether whole filters are to
    be removed, and whether the classifier may be pruned; and `rebuild`, which makes the network anew.
    """

    budget: Budget
    shapes: Shapes
    filters: bool
    include_classifier: bool
    input_shape: tuple[int, ...]
    classes: int
    rebuild: Callable[[], nn.Module]


def shapes(model: nn.Module) -> Shapes:
    """The shapes of a model's parameters, by name."""
    return {name: weight.shape for name, weight in model.named_parameters()}


def taken_for_network(returned: object, model: nn.Module, asked: Asked) -> tuple[nn.Module, Mask]:
    """The network and the mask that holds on it, by the names of its prunable parameters.

    Masks apply to the weights that `model` has now. Of a model, weights that are exactly zero in the prunable layers
    are pruned; one of the old shapes is the same as a mask. What is left of the model besides names, weights and
    buffers, such as hooks, goes. Raises PruneError for what is neither, misses its size, or cannot be used.
    """
    smaller = isinstance(returned, nn.Module) and shapes(returned) != asked.shapes
    if smaller != asked.filters:
        raise PruneError(
            "it returned a smaller model; the study has to say `granularity` = `filter`"
            if smaller
            else f"it returned {_named(returned)}, and a method that removes filters returns the smaller model"
        )
    if isinstance(returned, nn.Module):
        network = _smaller(returned, asked) if smaller else _rebuilt(returned, asked)
        network.to(next(model.parameters()).device)
        mask = {name: weight.detach().cpu() != 0 for name, weight in _prunable(network, asked).items()}
    elif isinstance(returned, Mapping):
        mask = _masks(returned, asked)
        network = _rebuilt(model, asked)
    else:
        raise PruneError(f"it returned {_named(returned)}, neither masks by parameter name nor a model")
    if smaller:
        _check_smaller(network, mask, asked)
    else:
        _check_kept(mask, asked)
    return network, mask


def _named(returned: object) -> str:
    if isinstance(returned, Mapping):
        return "masks"
    return "a model of the same shapes" if isinstance(returned, nn.Module) else f"{type(returned).__name__}"


def _masks(returned: Mapping, asked: Asked) -> Mask:
    layers = asked.budget.layers
    spared = [str(name) for name in returned if name in asked.shapes and name not in layers]
    unknown = [str(name) for name in returned if name not in asked.shapes]
    missing = [name for name in layers if name not in returned]
    for names, wrong in (
        (unknown, "has masks for what is no parameter:"),
        (spared, "has masks for parameters that are not pruned:"),
        (missing, "lacks the masks of"),
    ):
        if names:
            raise PruneError(f"what it returned {wrong} {listed(names)}")
    return {name: _checked(name, returned[name], shape) for name, shape in layers.items()}


def _checked(name: str, mask: object, shape: torch.Size) -> Tensor:
    if not isinstance(mask, Tensor):
        raise PruneError(f"the mask of `{name}` is {type(mask).__name__}, not a tensor")
    if mask.shape != shape:
        raise PruneError(f"the mask of `{name}` has shape {tuple(mask.shape)}, not {tuple(shape)}")
    if mask.dtype != torch.bool and not bool(((mask == 0) | (mask == 1)).all()):
        nan = int(mask.isnan().sum())
        found = f"{nan} of its values are NaN" if nan else "it has values other than 0 and 1"
        raise PruneError(f"the mask of `{name}` says neither kept nor pruned: {found}")
    return mask.detach().to("cpu", torch.bool)


def _rebuilt(model: nn.Module, asked: Asked) -> nn.Module:
    """The network anew, with the weights and buffers of `model`."""
    found = shapes(model)
    for name, shape in asked.shapes.items():
        if name not in found:
            added = [each for each in found if each not in asked.shapes]
            instead = f", and {listed(added)} instead" if added else ""
            raise PruneError(f"the model has no parameter `{name}` any more{instead}: put the model's layers back")
        if found[name] != shape:
            raise PruneError(
                f"`{name}` was changed from {tuple(shape)} to {tuple(found[name])}: return masks, or the smaller model"
            )
    network = asked.rebuild()
    try:
        network.load_state_dict(model.state_dict())
    except RuntimeError as error:
        raise PruneError(f"the model has other weights and buffers than before: {_line(error)}") from error
    _check_finite(network)
    return network


def _smaller(model: nn.Module, asked: Asked) -> nn.Module:
    """A model that has fewer filters: every parameter is one of the network's, and none has grown."""
    found, before = shapes(model), asked.shapes
    unknown = [name for name in found if name not in before]
    if unknown:
        raise PruneError(f"the smaller model has parameters that the network does not have: {listed(unknown)}")
    for name, shape in found.items():
        if len(shape) != len(before[name]) or any(now > was for now, was in zip(shape, before[name], strict=True)):
            raise PruneError(f"`{name}` has grown from {tuple(before[name])} to {tuple(shape)}")
    prunable = _prunable(model, asked)
    for name, shape in found.items():  # norms and biases are as long as the filters left; inputs follow what feeds them
        if name not in prunable and len(shape) > 1 and shape[0] != before[name][0]:
            raise PruneError(
                f"`{name}` is not pruned, and was changed from {tuple(before[name])} to {tuple(shape)}: its first "
                "dimension has to stay"
            )
    _check_finite(model)
    for weight in model.parameters():
        weight.requires_grad_(True)
        weight.grad = None
    training = model.training
    try:
        with torch.no_grad():
            logits = model.eval()(torch.zeros(2, *asked.input_shape, device=next(model.parameters()).device))
    except Exception as error:
        raise PruneError(f"the smaller model cannot be applied: {type(error).__name__}: {_line(error)}") from error
    model.train(training)
    if not isinstance(logits, Tensor) or logits.shape != (2, asked.classes):
        made = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
        raise PruneError(f"the smaller model makes {made} of two examples, not {(2, asked.classes)}")
    return model


def _prunable(model: nn.Module, asked: Asked) -> dict[str, Tensor]:
    try:
        return prunable_parameters(model, asked.budget.classifier, include_classifier=asked.include_classifier)
    except ValueError as error:
        raise PruneError(str(error)) from error


def _check_finite(model: nn.Module) -> None:
    for name, tensor in model.state_dict().items():
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            raise PruneError(f"`{name}` is not finite after it")


def _check_kept(mask: Mask, asked: Asked) -> None:
    budget = asked.budget
    kept, all_ = sum(int(each.sum()) for each in mask.values()), sum(shape.numel() for shape in budget.layers.values())
    if kept == all_ != budget.kept:
        raise PruneError(f"it returned the network unpruned: {budget.kept:,} of {all_:,} weights are to be kept")
    if kept != budget.kept:
        raise PruneError(
            f"it keeps {kept:,} of {all_:,} weights where exactly {budget.kept:,} are to be kept, for a compression "
            f"ratio of {budget.ratio:g}"
        )


def _check_smaller(network: nn.Module, mask: Mask, asked: Asked) -> None:
    pruned = sum(int((~each).sum()) for each in mask.values())
    left = sum(weight.numel() for weight in network.parameters()) - pruned
    if left > asked.budget.parameters:
        raise PruneError(
            f"its model has {left:,} parameters where at most {asked.budget.parameters:,} are to be left, for a "
            f"compression ratio of {asked.budget.ratio:g}"
        )


def columns(dense: DenseSize, network: nn.Module, mask: Mask, asked: Asked) -> dict[str, float]:
    """Sizes and costs of a smaller model, in the schema's names; nothing where only a mask tells it from the dense one.

    Raises PruneError where its multiply–accumulates cannot be counted.
    """
    if not asked.filters:
        return {}
    classifier, include = asked.budget.classifier, asked.include_classifier
    try:
        small = dense_size(network, asked.input_shape, classifier, include_classifier=include)
    except Exception as error:
        raise PruneError(f"the smaller model's operations cannot be counted: {_line(error)}") from error
    left = small.columns({name: int(kept.sum()) for name, kept in mask.items()})
    return {
        "compression_ratio": dense.parameters / left["parameters_nonzero"],
        "parameters_nonzero": left["parameters_nonzero"],
        "macs_nonzero": left["macs_nonzero"],
        "theoretical_speedup": dense.macs / left["macs_nonzero"],
    }


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
