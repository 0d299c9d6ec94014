"""CIFAR-100 (Krizhevsky 2009): 50,000 + 10,000 colour photographs of 32 × 32 pixels, a hundred (fine) classes."""

from pathlib import Path

from runners.datasets.reading import cifar, pixels
from runners.examples import Dataset, Normalisation

CLASSES = 100
NORMALISATION = Normalisation(mean=(0.5071, 0.4865, 0.4409), deviation=(0.2673, 0.2564, 0.2762))
ARCHIVE = cifar.Archive(
    file="cifar-100-python.tar.gz",
    directory="cifar-100-python",
    train=["train"],
    test=["test"],
    labels=b"fine_labels",
)


def load(root: Path | None, size: int | None) -> Dataset:
    """From `cifar-100-python.tar.gz` or `cifar-100-python/` in `root`."""
    train, test = cifar.read("cifar100", "CIFAR100", ARCHIVE, root)
    return pixels.make(train, test, CLASSES, NORMALISATION, size)
