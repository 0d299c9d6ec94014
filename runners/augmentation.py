"""Training-time data augmentation of image batches, by the names that a recipe uses."""

from collections.abc import Callable, Mapping

import torch
from torch import Generator, Tensor
from torch.nn import functional

Augmentation = Callable[[Tensor, Generator], Tensor]


def none(images: Tensor, generator: Generator) -> Tensor:
    """The images as they are."""
    return images


def crop(images: Tensor, generator: Generator) -> Tensor:
    """Each image shifted at random after padding with zeros by an eighth of its height.

    Those are 4 pixels of 32, as in He et al. 2016. `images` (examples, channels, height, width) → the same shape.
    """
    n, _, height, width = images.shape
    padding = height // 8
    padded = functional.pad(images, (padding,) * 4)
    down, right = torch.randint(0, 2 * padding + 1, (2, n, 1), generator=generator)
    rows, columns = down + torch.arange(height), right + torch.arange(width)
    examples = torch.arange(n)[:, None, None]
    return padded[examples, :, rows[:, :, None], columns[:, None, :]].movedim(-1, 1)


def crop_flip(images: Tensor, generator: Generator) -> Tensor:
    """`crop`, then each image mirrored left to right with probability one half."""
    cropped = crop(images, generator)
    flipped = torch.rand(len(images), generator=generator) < 0.5
    return torch.where(flipped[:, None, None, None], cropped.flip(-1), cropped)


AUGMENTATIONS: Mapping[str, Augmentation] = {"none": none, "crop": crop, "crop_flip": crop_flip}
