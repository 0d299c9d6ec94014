"""Multiply–accumulates of a network and of each of its weights, from torch's own formulas, without computing anything.

A layer's count is that of the operations that read its weight, wherever they are called: attention projects with
`in_proj_weight` and `out_proj.weight` by functions of torch's that no module's `forward` shows. What attention does
between its projections reads no weight; it is in the total alone.
"""

import copy
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd
from torch.utils.flop_counter import FlopCounterMode, flop_registry

FLOPS_PER_MAC = 2


@dataclass(frozen=True)
class Macs:
    """For one example: all MACs of convolutions, linear layers and attention, and those of each weight, as used."""

    total: int
    by_weight: dict[str, int]


def count_macs(model: nn.Module, input_shape: tuple[int, ...], weights: Collection[str]) -> Macs:
    """Count with torch's `FlopCounterMode` (1 MAC = 2 FLOPs), in evaluation mode, on meta tensors.

    `input_shape` is that of one example; `weights` names the parameters that are told apart, weights of layers and no
    biases. Those that are never read are absent, and the others stand in the order of their first use.
    """
    replica = _without_numbers(model).eval()
    attribution = _Attribution(replica, weights)
    counter = FlopCounterMode(display=False, custom_mapping=attribution.formulas())
    with counter, torch.no_grad():
        replica(torch.empty(1, *input_shape, device="meta"))
    by_weight = {name: flops // FLOPS_PER_MAC for name, flops in attribution.flops.items()}
    return Macs(counter.get_total_flops() // FLOPS_PER_MAC, by_weight)


def _without_numbers(model: nn.Module) -> nn.Module:
    """A copy on the meta device; no number is copied on the way."""
    tensors = [*model.parameters(), *model.buffers()]
    memo: dict[int, Any] = {id(tensor): _on_meta(tensor) for tensor in tensors}
    return copy.deepcopy(model, memo).to("meta")


def _on_meta(tensor: Tensor) -> Tensor:
    empty = torch.empty_like(tensor, device="meta")
    return nn.Parameter(empty, requires_grad=tensor.requires_grad) if isinstance(tensor, nn.Parameter) else empty


class _Attribution:
    """Adds up the FLOPs of each weight while a network runs.

    A weight is known by its storage, which slices and transposes of it share. Where a convolution or linear layer
    computes with something derived from its weight, such as a standardised one, the count goes to the weight.
    """

    def __init__(self, model: nn.Module, weights: Collection[str]) -> None:
        self.flops: dict[str, int] = {}
        self._running: list[str] = []
        named = {name: weight for name, weight in model.named_parameters() if name in weights}
        self._names = {weight.untyped_storage()._cdata: name for name, weight in named.items()}
        for module in model.modules():
            name = self._of(module.weight) if isinstance(module, _ConvNd | nn.Linear) else None
            if name is not None:
                module.register_forward_pre_hook(partial(self._enter, name))
                module.register_forward_hook(self._leave)

    def formulas(self) -> dict[Any, Callable[..., int]]:
        """The formula that torch has of each operation, made to say whom its result goes to."""
        return {operation: self._observed(formula) for operation, formula in flop_registry.items()}

    def _observed(self, formula: Callable[..., int]) -> Callable[..., int]:
        def count(*args: Any, **kwargs: Any) -> int:
            flops = formula(*args, **kwargs)
            name = next(filter(None, map(self._of, _tensors(args))), self._running[-1] if self._running else None)
            if name is not None:
                self.flops[name] = self.flops.get(name, 0) + flops
            return flops

        count._get_raw = True  # type: ignore[attr-defined]  # has torch hand over tensors instead of their shapes
        return count

    def _of(self, tensor: Tensor) -> str | None:
        return self._names.get(tensor.untyped_storage()._cdata)

    def _enter(self, name: str, module: nn.Module, inputs: Any) -> None:
        self._running.append(name)

    def _leave(self, module: nn.Module, inputs: Any, output: Any) -> None:
        self._running.pop()


def _tensors(arguments: tuple[Any, ...]) -> Iterator[Tensor]:
    return (each for each in arguments if isinstance(each, Tensor))
