"""Fixed samples that hold every class in its share."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def sample(labels: Tensor, n: int) -> Tensor:
    """Row numbers (n,), ascending, of a sample in which each class has its share of `labels`, the same for ever.

    What rounding down leaves goes to the largest remainders, ties to the lower label. Raises ValueError where `n` is
    more than there are.
    """
    if n > len(labels):
        raise ValueError(f"{n} examples are asked for, and there are {len(labels)}")
    shuffle = np.random.RandomState(0)  # its streams are frozen for ever, unlike those of the newer generators
    values = labels.numpy()
    by_class = np.split(np.argsort(values, kind="stable"), np.cumsum(np.bincount(values))[:-1])
    shares = _shares(np.array([len(rows) for rows in by_class]), n)
    chosen = [shuffle.permutation(rows)[:share] for rows, share in zip(by_class, shares, strict=True)]
    return torch.from_numpy(np.sort(np.concatenate(chosen)))


def without(rows: Tensor, n: int) -> Tensor:
    """The row numbers in [0, n) that are not among `rows`, ascending."""
    kept = torch.ones(n, dtype=torch.bool)
    kept[rows] = False
    return kept.nonzero().flatten()


def _shares(counts: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    exact = counts * n  # in parts of the whole: integers, so that no rounding of floats decides
    shares, remainders = np.divmod(exact, max(1, counts.sum()))
    shares[np.argsort(-remainders, kind="stable")[: n - shares.sum()]] += 1
    return shares
