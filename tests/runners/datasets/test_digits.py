"""The handwritten digits: real data with a split that never changes."""

from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits

from runners.datasets import load

DIGITS = ("digits", None, None, Path())


def test_the_splits_hold_every_image_once():
    """Train, validation and test together are the images of scikit-learn, divided by 16."""
    dataset = load(*DIGITS)
    images = torch.cat([dataset.train.inputs, dataset.validation.inputs, dataset.test.inputs])
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (1079, 179, 539)
    found = np.sort((images.flatten(1) * 16).round().numpy().view("V256").ravel())
    expected = np.sort(load_digits().data.astype(np.float32).view("V256").ravel())
    assert (found == expected).all()


def test_the_classes_are_shared_alike():
    """The share of each class in the test split is that of the whole, within one image."""
    dataset = load(*DIGITS)
    whole = np.bincount(load_digits().target)
    assert np.abs(np.bincount(dataset.test.labels) - 0.3 * whole).max() <= 1


def test_the_content_never_changes():
    """The digest over arrays and splits is pinned: results of different versions of this project are comparable."""
    assert load(*DIGITS).digest == "d1259df3a3d803a33e6a3b2eee7c4e38af68a38506b48b35b0f4556d1de1b755"
