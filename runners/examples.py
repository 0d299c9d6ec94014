"""Examples to train and measure on: a split of them, and a data set of three splits."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor

from runners import random_crops

Rows = Tensor | slice  # which examples


class Images(Protocol):
    """Images that are decoded when they are asked for.

    What comes out is uint8, and depends on the rows and numbers alone: not on how many threads decode.
    """

    @property
    def shape(self) -> torch.Size:
        """(examples, channels, height, width) of all of them."""
        ...

    def __getitem__(self, rows: Rows) -> Tensor:
        """The images at `rows`, as they are evaluated."""
        ...

    def cropped(self, rows: Rows, numbers: Tensor) -> Tensor:
        """The images at `rows`, each cropped, resized and mirrored as `numbers` (examples, 41) say."""
        ...

    def subset(self, rows: Tensor) -> "Images":
        """The images at `rows` alone."""
        ...

    def listing(self) -> Iterator[str]:
        """Lines that identify the images, in their order."""
        ...


@dataclass(frozen=True)
class Normalisation:
    """Mean and standard deviation of each channel, of pixels in [0, 1]."""

    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    def __call__(self, pixels: Tensor) -> Tensor:
        """(examples, channels, height, width) uint8 → float32 of mean 0 and deviation 1 over the training images."""
        mean, deviation = (
            255 * torch.tensor(each).to(pixels.device)[:, None, None] for each in (self.mean, self.deviation)
        )
        return pixels.float().sub_(mean).div_(deviation)


@dataclass(frozen=True)
class Split:
    """Examples and `labels` (examples,) int64.

    `inputs` are (examples, channels, height, width): float32 as they are fed, or uint8 pixels that `normalisation` is
    applied to batch by batch; either a tensor in memory, or Images.
    """

    inputs: "Tensor | Images"
    labels: Tensor
    normalisation: Normalisation | None = None

    def __len__(self) -> int:
        """How many examples there are."""
        return len(self.labels)

    @property
    def in_memory(self) -> bool:
        """Whether no example has to be decoded."""
        return isinstance(self.inputs, Tensor)

    def fed(self, rows: Rows) -> Tensor:
        """The inputs at `rows` as a network is fed with them: float32, normalised."""
        return self._normalised(self.inputs[rows])

    def cropped(self, rows: Rows, numbers: Tensor) -> Tensor:
        """As `fed`, each image cropped, resized and mirrored as the `numbers` (examples, 41) of `random_crops` say."""
        if isinstance(self.inputs, Tensor):
            return random_crops.crop_batch(self.fed(rows), numbers)
        return self._normalised(self.inputs.cropped(rows, numbers))

    def to(self, device: str) -> "Split":
        """The same examples on a device; images that are decoded when they are asked for go there then."""
        inputs = self.inputs.to(device) if isinstance(self.inputs, Tensor) else self.inputs
        return replace(self, inputs=inputs, labels=self.labels.to(device))

    def subset(self, rows: Tensor) -> "Split":
        """The examples at `rows` alone."""
        inputs = self.inputs[rows] if isinstance(self.inputs, Tensor) else self.inputs.subset(rows)
        return Split(inputs, self.labels[rows], self.normalisation)

    def _normalised(self, inputs: Tensor) -> Tensor:
        inputs = inputs.to(self.labels.device)
        return inputs if self.normalisation is None else self.normalisation(inputs)


@dataclass(frozen=True)
class Dataset:
    """Three splits that never change with a seed; `labels` lie in [0, classes).

    `digest` identifies the content; where it is left empty, it is computed from the splits.
    """

    train: Split
    validation: Split
    test: Split
    classes: int
    digest: str = ""

    def to(self, device: str) -> "Dataset":
        """The same data set on a device."""
        train, validation, test = (split.to(device) for split in (self.train, self.validation, self.test))
        return replace(self, train=train, validation=validation, test=test)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one example, e.g. (channels, height, width)."""
        return tuple(self.train.inputs.shape[1:])

    @property
    def resolution(self) -> str:
        """The shape of one example in words: 8 × 8, 1 channel."""
        if len(self.input_shape) != 3:
            return " × ".join(map(str, self.input_shape))
        channels, height, width = self.input_shape
        return f"{height} × {width}, {channels} channel{'' if channels == 1 else 's'}"
