"""Random crops as ImageNet's networks are trained on: a part of the image, resized, mirrored half of the time.

The distribution is that of torchvision's RandomResizedCrop (Szegedy et al. 2015): 8 to 100 % of the area at an aspect
ratio of 3:4 to 4:3. Torchvision draws from the global generator; here the numbers come from one that is given, before
any image is decoded, so that neither threads nor the sizes of images change which numbers an image gets.
"""

import math
from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor

SCALE = (0.08, 1.0)  # parts of the area
ASPECT = (3 / 4, 4 / 3)  # width ÷ height
ATTEMPTS = 10  # of a crop that fits; then the largest one in the middle
_EACH = 4  # area, aspect, top, left


class Crop(NamedTuple):
    """A part of an image in pixels, and whether it is mirrored."""

    top: int
    left: int
    height: int
    width: int
    mirrored: bool


def draw(n: int, generator: Generator) -> Tensor:
    """The numbers for `n` images: (n, 41), uniform in [0, 1)."""
    return torch.rand(n, ATTEMPTS * _EACH + 1, generator=generator)


def crop(numbers: list[float], height: int, width: int) -> Crop:
    """The crop that 41 numbers mean for an image of that size."""
    mirrored = numbers[-1] < 0.5
    for attempt in range(ATTEMPTS):
        area, aspect, top, left = numbers[_EACH * attempt : _EACH * (attempt + 1)]
        target = height * width * (SCALE[0] + area * (SCALE[1] - SCALE[0]))
        ratio = math.exp(math.log(ASPECT[0]) + aspect * math.log(ASPECT[1] / ASPECT[0]))
        h, w = round(math.sqrt(target / ratio)), round(math.sqrt(target * ratio))
        if 0 < h <= height and 0 < w <= width:
            return Crop(int(top * (height - h + 1)), int(left * (width - w + 1)), h, w, mirrored)
    h = min(height, round(width / ASPECT[0]))
    w = min(width, round(height * ASPECT[1]))
    return Crop((height - h) // 2, (width - w) // 2, h, w, mirrored)


def apply(image: Any, crop: Crop, size: list[int]) -> Any:
    """A tensor (…, height, width) or a picture of Pillow's, cropped and resized to `size` (height, width)."""
    from torchvision.transforms.v2 import functional  # seconds to import

    part = functional.resized_crop(image, crop.top, crop.left, crop.height, crop.width, size, antialias=True)
    return functional.horizontal_flip(part) if crop.mirrored else part


def crop_batch(images: Tensor, numbers: Tensor) -> Tensor:
    """(examples, channels, height, width) → the same shape, each image cropped by its row of `numbers`."""
    height, width = images.shape[-2:]
    crops = (crop(row, height, width) for row in numbers.tolist())
    return torch.stack([apply(image, each, [height, width]) for image, each in zip(images, crops, strict=True)])
