"""Training-time data augmentation of image batches, by the names that a recipe uses.

The random numbers are drawn from the generator that is given; the images are worked on wherever they are.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Generator, Tensor
from torch.nn import functional

from runners import random_crops
from runners.examples import Rows, Split

Augmentation = Callable[[Split, Rows, Generator], Tensor]  # the examples of a split at those rows, as inputs


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
    rows, columns = (down + torch.arange(height)).to(images.device), (right + torch.arange(width)).to(images.device)
    examples = torch.arange(n, device=images.device)[:, None, None]
    return padded[examples, :, rows[:, :, None], columns[:, None, :]].movedim(-1, 1)


def flip(images: Tensor, generator: Generator) -> Tensor:
    """Each image mirrored left to right with probability one half."""
    flipped = (torch.rand(len(images), generator=generator) < 0.5).to(images.device)
    return torch.where(flipped[:, None, None, None], images.flip(-1), images)


def crop_flip(images: Tensor, generator: Generator) -> Tensor:
    """`crop`, then `flip`."""
    return flip(crop(images, generator), generator)


def random_resized_crop_flip(split: Split, rows: Rows, generator: Generator) -> Tensor:
    """A random part of each image, resized, then mirrored with probability one half: see `runners.random_crops`."""
    return split.cropped(rows, random_crops.draw(len(split.labels[rows]), generator))


def _of_batches(function: Callable[[Tensor, Generator], Tensor]) -> Augmentation:
    """An augmentation that works on inputs as they are fed: decoded, resized and normalised."""
    return lambda split, rows, generator: function(split.fed(rows), generator)


AUGMENTATIONS: Mapping[str, Augmentation] = {
    "none": _of_batches(none),
    "crop": _of_batches(crop),
    "flip": _of_batches(flip),
    "crop_flip": _of_batches(crop_flip),
    "random_resized_crop_flip": random_resized_crop_flip,
}
