"""Networks that are built narrower than their architecture says, and initialised as it does at that width."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

# What says how wide a layer is: attributes that bear the names of arguments.
_WIDTHS: Mapping[type[nn.Module], tuple[str, ...]] = {
    nn.Conv1d: ("in_channels", "out_channels", "groups"),
    nn.Conv2d: ("in_channels", "out_channels", "groups"),
    nn.Conv3d: ("in_channels", "out_channels", "groups"),
    nn.Linear: ("in_features", "out_features"),
    _BatchNorm: ("num_features",),
}
_Widths = Mapping[str, int]


def build_narrow(build: Callable[[], nn.Module], like: nn.Module) -> nn.Module:
    """What `build` makes, with layers as wide as those of `like`, which has been made from it by removing channels.

    `build` makes the same network each time, and is called twice: once to learn in what order its layers are made, and
    once with other widths handed to them. So initial weights are drawn for layers of their own size. Raises ValueError
    where the network does not come out like that.
    """
    made: list[nn.Module] = []

    def noted(layer: nn.Module) -> _Widths:
        made.append(layer)
        return {}

    with _layers(noted):
        names = {id(module): name for name, module in build().named_modules()}
    widths = iter([_widths_of(like.get_submodule(names[id(layer)])) if id(layer) in names else {} for layer in made])
    with _layers(lambda layer: next(widths, {})):
        narrow = build()
    found, wanted = ({name: tensor.shape for name, tensor in each.state_dict().items()} for each in (narrow, like))
    if found != wanted:
        wrong = next((name for name in wanted if found.get(name) != wanted[name]), "a tensor")
        raise ValueError(f"cannot be built with fewer channels: `{wrong}` comes out otherwise")
    return narrow


def _widths_of(layer: nn.Module) -> _Widths:
    names = next((names for kind, names in _WIDTHS.items() if isinstance(layer, kind)), ())
    return {name: getattr(layer, name) for name in names}


@contextmanager
def _layers(widths: Callable[[nn.Module], _Widths]) -> Iterator[None]:
    """Asks for the widths of every layer that is made, in place of those that it is made with."""
    originals: dict[Any, Any] = {kind: kind.__init__ for kind in _WIDTHS}
    for kind, original in originals.items():
        kind.__init__ = _asking(original, widths)
    try:
        yield
    finally:
        for kind, original in originals.items():
            kind.__init__ = original


def _asking(original: Callable[..., None], widths: Callable[[nn.Module], _Widths]) -> Callable[..., None]:
    signature = inspect.signature(original)

    def made(self: nn.Module, *args: Any, **kwargs: Any) -> None:
        bound = signature.bind(self, *args, **kwargs)
        bound.arguments |= widths(self)
        original(*bound.args, **bound.kwargs)

    return made
