"""Networks without weights: built at once, whatever their size."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

_DRAWS = (Tensor.normal_, Tensor.uniform_)


class _OnMeta(TorchFunctionMode):
    """Puts what `torch.empty` makes, which is what layers make their weights with, on the meta device.

    `torch.device("meta")` would put everything there, and some networks compute their widths with small tensors.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in _DRAWS and args[0].is_meta:  # nothing to draw; torch takes half of the time to find that out
            return args[0]
        return func(*args, **{**(kwargs or {}), **({"device": "meta"} if func is torch.empty else {})})


def weightless(build: Callable[[], nn.Module]) -> nn.Module:
    """What `build` makes, on the meta device: shapes without numbers, and no memory for any."""
    with _OnMeta():
        return build().to("meta")
