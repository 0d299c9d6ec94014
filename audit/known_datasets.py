"""Facts about data sets that pruning papers use: classes, and whether a pair on them counts as a serious test.

Blalock et al. 2020, section 6, asks for at least three pairs of "(dataset, architecture)", none of them MNIST.
"""

from msgspec import Struct


class KnownDataset(Struct, frozen=True):
    """How many classes a data set has, and whether it is a toy."""

    classes: int
    toy: bool = False


_KNOWN = {
    "mnist": KnownDataset(10, toy=True),
    "digits": KnownDataset(10, toy=True),
    "fashionmnist": KnownDataset(10),
    "cifar10": KnownDataset(10),
    "cifar100": KnownDataset(100),
    "svhn": KnownDataset(10),
    "tinyimagenet": KnownDataset(200),
    "imagenet": KnownDataset(1000),
    "imagenet1k": KnownDataset(1000),
    "ilsvrc2012": KnownDataset(1000),
}


def known_dataset(name: str) -> KnownDataset | None:
    """The data set of that name, whatever its case, hyphens, underscores and spaces; None where it is not known."""
    return _KNOWN.get("".join(letter for letter in name.lower() if letter.isalnum()))
