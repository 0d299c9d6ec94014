"""CIFAR-10 (Krizhevsky 2009): 50,000 + 10,000 colour photographs of 32 × 32 pixels, ten classes."""

from pathlib import Path

from runners.datasets.reading import cifar, pixels
from runners.examples import Dataset, Normalisation

CLASSES = 10
NORMALISATION = Normalisation(mean=(0.4914, 0.4822, 0.4465), deviation=(0.2470, 0.2435, 0.2616))
ARCHIVE = cifar.Archive(
    file="cifar-10-python.tar.gz",
    directory="cifar-10-batches-py",
    train=[f"data_batch_{number}" for number in range(1, 6)],
    test=["test_batch"],
    labels=b"labels",
)


def load(root: Path | None, size: int | None) -> Dataset:
    """From `cifar-10-python.tar.gz` or `cifar-10-batches-py/` in `root`."""
    train, test = cifar.read("cifar10", "CIFAR10", ARCHIVE, root)
    return pixels.make(train, test, CLASSES, NORMALISATION, size)
