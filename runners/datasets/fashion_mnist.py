"""Fashion-MNIST (Xiao et al. 2017): 60,000 + 10,000 grey pictures of clothes, 28 × 28 pixels."""

from pathlib import Path

from runners.datasets.reading import idx, pixels
from runners.examples import Dataset, Normalisation

CLASSES = 10
NORMALISATION = Normalisation(mean=(0.2860,), deviation=(0.3530,))
DEBIAN = Path("/usr/share/datasets/fashion-mnist")  # where Debian's package dataset-fashion-mnist puts it


def load(root: Path | None, size: int | None) -> Dataset:
    """From `*-ubyte.gz` in `root`, `root/raw` or `root/FashionMNIST/raw`; without a `root`, Debian's package first."""
    train, test = idx.read("fashion_mnist", "FashionMNIST", root, [DEBIAN])
    return pixels.make(train, test, CLASSES, NORMALISATION, size)
