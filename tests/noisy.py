"""A study whose methods are alike but for noise: for tests of what can be told apart."""

import random

import numpy as np

from audit.report import CellReport
from tests.studies import Row, Table, changed, table

SEEDS = (1, 2, 3, 4, 5, 6)


def noisy(seed: int = 3, *, seeds: tuple[int, ...] = SEEDS, spread: float = 0.004) -> Table:
    """The study of five methods that are alike but for noise, and for `mine`, which is better at some ratios."""
    generator = random.Random(seed)

    def top1(row: Row) -> float:
        return row["top1"] + generator.gauss(0, spread) + (0.006 if row["method"] == "mine" else 0.0)

    return changed(table(seeds=seeds), top1=top1)


def values(cell: CellReport, measure: str = "top1") -> np.ndarray:
    """The runs of a cell."""
    return np.array(cell.metrics[measure].values, float)
