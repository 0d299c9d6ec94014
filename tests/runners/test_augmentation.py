"""Augmentations and random crops."""

import math

import pytest
import torch
from torchvision.transforms import v2

from runners import random_crops
from runners.augmentation import AUGMENTATIONS, flip
from runners.examples import Normalisation, Split

IMAGES = torch.randint(0, 256, (64, 3, 16, 12), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
NORMALISATION = Normalisation((0.4, 0.5, 0.6), (0.2, 0.3, 0.4))
SPLIT = Split(IMAGES, torch.zeros(64, dtype=torch.int64), NORMALISATION)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_the_generator_decides_and_nothing_else(name):
    """The same seed gives the same bits whatever torch's global generator does; another seed gives others."""

    def augmented(seed):
        torch.manual_seed(torch.seed())
        return AUGMENTATIONS[name](SPLIT, torch.arange(64), torch.Generator().manual_seed(seed))

    assert torch.equal(augmented(1), augmented(1))
    assert torch.equal(augmented(1), augmented(2)) == (name == "none")
    assert (augmented(1).shape, augmented(1).dtype) == (IMAGES.shape, torch.float32)


def test_a_flip_mirrors_each_image_with_probability_one_half():
    """Each is itself or its mirror image."""
    images = torch.rand(400, 1, 2, 3)
    flipped = flip(images, torch.Generator().manual_seed(0))
    kept, mirrored = ((flipped == each).all(dim=(1, 2, 3)) for each in (images, images.flip(-1)))
    assert (kept ^ mirrored).all()
    assert 160 < int(kept.sum()) < 240


def test_pixels_are_normalised_as_torchvision_does():
    """Scaled to [0, 1], less the mean, over the deviation."""
    reference = v2.Normalize(NORMALISATION.mean, NORMALISATION.deviation)(IMAGES.float() / 255)
    assert torch.allclose(SPLIT.fed(slice(None)), reference, atol=1e-6)


def test_crops_have_the_distribution_of_torchvisions():
    """Over 4,000 images of 90 × 120: means of area, aspect and place agree within five standard errors."""
    n, height, width = 4000, 90, 120
    ours = [
        random_crops.crop(each, height, width)
        for each in random_crops.draw(n, torch.Generator().manual_seed(0)).tolist()
    ]
    torch.manual_seed(0)
    transform, blank = v2.RandomResizedCrop(8), [torch.empty(3, height, width)]
    theirs = [transform.make_params(blank) for _ in range(n)]
    both = [
        torch.tensor([[top, left, h * w, math.log(w / h)] for top, left, h, w in boxes], dtype=torch.float64)
        for boxes in (
            [each[:4] for each in ours],
            [(each["top"], each["left"], each["height"], each["width"]) for each in theirs],
        )
    ]
    error = torch.sqrt(sum(values.var(dim=0) / n for values in both))
    assert ((both[0].mean(dim=0) - both[1].mean(dim=0)).abs() < 5 * error).all()
    assert abs(sum(each.mirrored for each in ours) / n - 0.5) < 0.04


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 300), (300, 2), (16, 16)])
def test_a_crop_lies_inside_of_its_image(height, width):
    """Also where no crop of the wanted shape fits: then the largest one that is allowed, in the middle."""
    for each in random_crops.draw(200, torch.Generator().manual_seed(1)).tolist():
        top, left, h, w, _ = random_crops.crop(each, height, width)
        assert 0 <= top <= top + h <= height
        assert 0 <= left <= left + w <= width
        assert min(h, w) >= 1


def test_a_long_image_is_cropped_in_the_middle():
    """As torchvision falls back: the whole height at 4:3."""
    numbers = [0.99, 0.5, 0.0, 0.0] * 10 + [0.9]
    assert random_crops.crop(numbers, 30, 300) == (0, 130, 30, 40, False)
