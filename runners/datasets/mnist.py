"""MNIST (LeCun et al. 1998): 60,000 + 10,000 grey handwritten digits of 28 × 28 pixels."""

from pathlib import Path

from runners.datasets.reading import idx, pixels
from runners.examples import Dataset, Normalisation

CLASSES = 10
NORMALISATION = Normalisation(mean=(0.1307,), deviation=(0.3081,))


def load(root: Path | None, size: int | None) -> Dataset:
    """From `*-ubyte.gz` in `root`, `root/raw` or `root/MNIST/raw`."""
    train, test = idx.read("mnist", "MNIST", root)
    return pixels.make(train, test, CLASSES, NORMALISATION, size)
