"""What an architecture is, and which one a study chooses."""

from collections.abc import Callable
from dataclasses import dataclass

from msgspec import Struct
from torch import nn


@dataclass(frozen=True)
class Architecture:
    """`build(input_shape, classes)` makes the network; `classifier` names the module that precedes the softmax.

    `input_shape` (of one example) and `classes` are those that it is published for: `build` takes others too, and
    raises ValueError for a shape that makes no sense. `description` is one line with its source.
    """

    build: Callable[[tuple[int, ...], int], nn.Module]
    classifier: str
    input_shape: tuple[int, ...]
    classes: int
    description: str


class ArchitectureChoice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An architecture: its name and classifier, and the user's `module:factory` with its file's digest, if any.

    `weights` are trained elsewhere: a file or a name of torchvision's, with the digest of their content.
    """

    name: str
    classifier: str
    factory: str | None = None
    code: str | None = None
    weights: str | None = None
    weights_digest: str | None = None


def image_shape(input_shape: tuple[int, ...], network: str, smallest: int = 1) -> tuple[int, int, int]:
    """Channels, height and width of an image; raises ValueError where it is none, or smaller than `smallest`."""
    if len(input_shape) != 3 or min(input_shape) < 1:
        raise ValueError(f"{network} takes images (channels, height, width), not examples of shape {input_shape}")
    channels, height, width = input_shape
    if min(height, width) < smallest:
        raise ValueError(f"{network} takes images of {smallest} × {smallest} or more, not {height} × {width}")
    return channels, height, width
