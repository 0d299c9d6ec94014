"""A data set with the two splits that it is published with: all training images, and the test split for the rest.

So did Blalock et al. 2020 (appendix C.2) and ShrinkBench: what they call validation is the split that they report.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from runners.examples import Dataset, Images, Rows, Split


def with_official_splits(dataset: Dataset) -> Dataset:
    """What was held out for validation is trained on, and the test split is the validation split as well."""
    digest = hashlib.sha256(f"official splits of {dataset.digest}".encode()).hexdigest()
    return replace(dataset, train=joined(dataset.train, dataset.validation), validation=dataset.test, digest=digest)


def joined(first: Split, second: Split) -> Split:
    """The examples of one split, then those of another of the same data set."""
    if not len(second):
        return first
    labels = torch.cat([first.labels, second.labels])
    if isinstance(first.inputs, Tensor) and isinstance(second.inputs, Tensor):
        return replace(first, inputs=torch.cat([first.inputs, second.inputs]), labels=labels)
    assert not isinstance(first.inputs, Tensor) and not isinstance(second.inputs, Tensor)
    return replace(first, inputs=JoinedImages(first.inputs, second.inputs), labels=labels)


@dataclass(frozen=True)
class JoinedImages:
    """The images of one part, then those of another; they are decoded when they are asked for."""

    first: Images
    second: Images

    @property
    def shape(self) -> torch.Size:
        """(examples, channels, height, width) of all of them."""
        return torch.Size((self.first.shape[0] + self.second.shape[0], *self.first.shape[1:]))

    def __getitem__(self, rows: Rows) -> Tensor:
        here, first, second = self._parts(rows)
        return self._put(here, self.first[first], self.second[second])

    def cropped(self, rows: Rows, numbers: Tensor) -> Tensor:
        """The images at `rows`, each cropped, resized and mirrored as `numbers` (examples, 41) say."""
        here, first, second = self._parts(rows)
        return self._put(here, self.first.cropped(first, numbers[here]), self.second.cropped(second, numbers[~here]))

    def subset(self, rows: Tensor) -> "JoinedImages":
        """The images at `rows` alone, which ascend: those of the first part come first."""
        here, first, second = self._parts(rows)
        assert not bool((~here[:-1] & here[1:]).any())
        return JoinedImages(self.first.subset(first), self.second.subset(second))

    def listing(self) -> Iterator[str]:
        """Lines that identify the images, in their order."""
        yield from self.first.listing()
        yield from self.second.listing()

    def _parts(self, rows: Rows) -> tuple[Tensor, Tensor, Tensor]:
        """Which of the rows lie in the first part, and the row numbers within each."""
        numbers = torch.arange(self.shape[0])[rows]
        here = numbers < self.first.shape[0]
        return here, numbers[here], numbers[~here] - self.first.shape[0]

    @staticmethod
    def _put(here: Tensor, first: Tensor, second: Tensor) -> Tensor:
        whole = torch.empty((len(here), *first.shape[1:]), dtype=first.dtype)
        whole[here], whole[~here] = first, second
        return whole
