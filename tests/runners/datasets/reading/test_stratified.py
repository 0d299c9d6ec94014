"""Samples that hold every class in its share."""

import numpy as np
import pytest
import torch
from sklearn.model_selection import StratifiedShuffleSplit

from runners.datasets.reading.stratified import sample, without

LABELS = torch.from_numpy(np.random.RandomState(7).choice(5, 1000, p=[0.05, 0.1, 0.15, 0.3, 0.4]))


def test_each_class_has_its_share():
    """As many of each class, within one, as scikit-learn's stratified split takes."""
    rows = sample(LABELS, 137)
    ((_, reference),) = StratifiedShuffleSplit(1, test_size=137, random_state=0).split(LABELS, LABELS)
    difference = torch.bincount(LABELS[rows]) - torch.bincount(LABELS[reference])
    assert len(rows) == len(rows.unique()) == 137
    assert difference.abs().max() <= 1


def test_it_is_the_same_for_ever():
    """Class by class, the first of a permutation of NumPy's frozen generator: splits that change are incomparable."""
    shuffle = np.random.RandomState(0)
    chosen = [shuffle.permutation(rows)[:2] for rows in ([0, 3, 6, 9], [1, 4, 7, 10], [2, 5, 8, 11])]
    assert sample(torch.arange(12) % 3, 6).tolist() == sorted(np.concatenate(chosen)) == [1, 2, 6, 7, 9, 11]


def test_more_than_there_are_is_refused():
    """Nothing is drawn twice."""
    assert torch.equal(sample(LABELS, 1000), torch.arange(1000))
    with pytest.raises(ValueError, match="1001 examples are asked for, and there are 1000"):
        sample(LABELS, 1001)


def test_the_rest_is_what_was_not_sampled():
    """Sample and rest are every row once."""
    rows = sample(LABELS, 137)
    rest = without(rows, 1000)
    assert torch.equal(torch.cat([rows, rest]).sort().values, torch.arange(1000))
