"""Data sets of small images, which are kept in memory as uint8 pixels."""

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from runners.datasets.reading.stratified import sample, without
from runners.examples import Dataset, Normalisation, Split

VALIDATION = 10  # one in so many of the official training images

Part = tuple[NDArray[np.uint8], NDArray[np.int64]]  # pixels (examples, channels, height, width), labels (examples,)


def make(train: Part, test: Part, classes: int, normalisation: Normalisation, size: int | None) -> Dataset:
    """A tenth of the training images, drawn once and for ever, is the validation split; the rest is trained on.

    With `size`, every image is resized to `size` × `size` pixels.
    """
    whole, official_test = (
        Split(_resized(pixels, size), torch.from_numpy(labels), normalisation) for pixels, labels in (train, test)
    )
    validation = sample(whole.labels, round(len(whole) / VALIDATION))
    return Dataset(whole.subset(without(validation, len(whole))), whole.subset(validation), official_test, classes)


def _resized(pixels: NDArray[np.uint8], size: int | None) -> Tensor:
    """Pillow's bilinear filter: it works on integers, so that the same images give the same bytes on any machine."""
    if size is None or pixels.shape[2:] == (size, size):
        return torch.from_numpy(pixels)
    planes = pixels.reshape(-1, *pixels.shape[2:])
    smaller = [np.asarray(Image.fromarray(plane).resize((size, size), Image.Resampling.BILINEAR)) for plane in planes]
    return torch.from_numpy(np.stack(smaller).reshape(*pixels.shape[:2], size, size))
