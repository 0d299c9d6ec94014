"""Which parameters may be pruned, and how many of them a compression ratio keeps."""

import math

from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd


def prunable_parameters(model: nn.Module, classifier: str, *, include_classifier: bool = False) -> dict[str, Tensor]:
    """Weights of convolutions and linear layers, by parameter name, in the order of definition.

    The projections of attention count; embeddings, biases, normalisation and the classifier preceding the softmax do
    not, unless `include_classifier`. Raises ValueError where the model has no module named `classifier`.
    """
    if classifier not in dict(model.named_modules()):
        raise ValueError(f"the model has no module named `{classifier}` to take for its classifier")
    weights: dict[int, str] = {}
    for name, module in model.named_modules():
        if name == classifier or name.startswith(f"{classifier}."):
            if include_classifier:
                weights.update(_weights(name, module))
        else:
            weights.update(_weights(name, module))
    return {name: parameter for name, parameter in model.named_parameters() if id(parameter) in weights}


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    """Weights of all convolutions and linear layers, attention's projections among them, by parameter name."""
    found = {part for name, module in model.named_modules() for part in _weights(name, module)}
    return {name: parameter for name, parameter in model.named_parameters() if id(parameter) in found}


def kept_weights(total: int, prunable: int, ratio: float) -> int:
    """How many prunable weights a network of `total` parameters keeps at a compression ratio, exactly.

    That is round(total ÷ ratio) less what is never pruned. Raises ValueError naming the largest ratio in reach.
    """
    kept = round(total / ratio) - (total - prunable)
    if kept < 0:
        largest = math.floor(total / (total - prunable) * 100) / 100
        raise ValueError(
            f"ratio {ratio:g} cannot be reached: {total - prunable:,} of {total:,} parameters are never pruned, "
            f"so the largest ratio is {largest:g}"
        )
    return kept


def kept_parameters(total: int, least: int, ratio: float) -> int:
    """How many of all parameters a network keeps at a compression ratio, where filters go: round(total ÷ ratio).

    `least` are left with one channel in each layer. Raises ValueError naming the largest ratio in reach.
    """
    return _kept(total, least, ratio, "ratio", "parameters")


def kept_macs(total: int, least: int, speedup: float) -> int:
    """How many MACs a network keeps at a theoretical speedup, where filters go: round(total ÷ speedup).

    `least` are left with one channel in each layer. Raises ValueError naming the largest speedup in reach.
    """
    return _kept(total, least, speedup, "speedup", "MACs")


def _kept(total: int, least: int, factor: float, called: str, counted: str) -> int:
    if factor > total / least:
        largest = math.floor(total / least * 100) / 100
        raise ValueError(
            f"{called} {factor:g} cannot be reached by removing filters: with one channel in each layer {least:,} of "
            f"{total:,} {counted} are left, so the largest {called} is {largest:g}"
        )
    return round(total / factor)


def _weights(name: str, module: nn.Module) -> dict[int, str]:
    names: tuple[str, ...] = ()
    if isinstance(module, _ConvNd | nn.Linear):
        names = ("weight",)
    elif isinstance(module, nn.MultiheadAttention):
        names = ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight")
    found = ((part, getattr(module, part)) for part in names)
    return {id(parameter): f"{name}.{part}" for part, parameter in found if parameter is not None}
