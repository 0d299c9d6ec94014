"""Optical recognition of handwritten digits (Alpaydin and Kaynak 1998, UCI): 1,797 grey images of 8 × 8 pixels.

They come with scikit-learn (`load_digits`, the test half of the UCI set). The split is stratified by class and fixed:
three tenths of each class are the test split, one tenth is the validation split, the rest is trained on.
"""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from runners.datasets.reading import DatasetError
from runners.examples import Dataset, Split

PIXEL_MAXIMUM = 16.0
TEST, VALIDATION = 0.3, 0.1  # fractions of each class
CLASSES = 10


def load(root: Path | None, size: int | None) -> Dataset:
    """Pixels scaled to [0, 1], shape (examples, 1, 8, 8). They have no files of their own, and one size."""
    if size is not None:
        raise DatasetError("the digits are 8 × 8 pixels, and `size` does not apply to them")
    from sklearn.datasets import load_digits  # seconds to import, and needed by this function alone

    bunch = load_digits()
    inputs = torch.from_numpy((bunch.images / PIXEL_MAXIMUM).astype(np.float32)).unsqueeze(1)
    labels = torch.from_numpy(bunch.target.astype(np.int64))
    train, validation, test = (
        Split(inputs[rows].contiguous(), labels[rows].contiguous()) for rows in _stratified(bunch.target)
    )
    return Dataset(train, validation, test, CLASSES)


def _stratified(labels: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Row numbers of train, validation and test, ascending."""
    shuffle = np.random.RandomState(0)  # its streams are frozen for ever, unlike those of the newer generators
    parts: tuple[list, list, list] = ([], [], [])
    for label in range(CLASSES):
        rows = shuffle.permutation(np.flatnonzero(labels == label))
        test, validation = round(TEST * len(rows)), round(VALIDATION * len(rows))
        for part, chosen in zip(parts, np.split(rows, [len(rows) - test - validation, len(rows) - test]), strict=True):
            part.append(chosen)
    return tuple(np.sort(np.concatenate(part)) for part in parts)
