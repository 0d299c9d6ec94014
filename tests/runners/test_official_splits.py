"""A data set with its published splits: nothing is held out, and no image is lost or mistaken for another."""

import torch
from torch import Tensor

from runners.examples import Normalisation, Split
from runners.official_splits import joined, with_official_splits


class Numbered:
    """Images whose every pixel is their number; a crop adds what it is told to."""

    def __init__(self, numbers: Tensor) -> None:
        self.numbers = numbers
        self.shape = torch.Size((len(numbers), 1, 2, 2))

    def __getitem__(self, rows):
        return self.numbers[rows].to(torch.uint8)[:, None, None, None].expand(-1, 1, 2, 2)

    def cropped(self, rows, numbers):
        """The images, moved."""
        return self[rows] + numbers[:, :1, None, None].to(torch.uint8)

    def subset(self, rows):
        """Some of them."""
        return Numbered(self.numbers[rows])

    def listing(self):
        """Their numbers."""
        return map(str, self.numbers.tolist())


def test_all_training_images_are_trained_on(blobs):
    """The test split is the validation split as well, and the data set is another one."""
    official = with_official_splits(blobs)
    assert len(official.train) == len(blobs.train) + len(blobs.validation)
    assert torch.equal(official.train.inputs, torch.cat([blobs.train.inputs, blobs.validation.inputs]))
    assert torch.equal(official.train.labels, torch.cat([blobs.train.labels, blobs.validation.labels]))
    assert official.validation is official.test is blobs.test
    assert official.digest not in ("", blobs.digest)
    assert official.digest == with_official_splits(blobs).digest


def test_images_that_are_decoded_later_keep_their_places():
    """Whatever rows are asked for, in whatever order, and with the numbers of their own crops."""
    norm = Normalisation((0.0,), (1 / 255,))
    first, second = (
        Split(Numbered(torch.tensor(numbers)), torch.tensor(numbers), norm) for numbers in ([10, 11, 12], [20, 21])
    )
    both = joined(first, second)
    assert both.inputs.shape == (5, 1, 2, 2)
    assert list(both.inputs.listing()) == ["10", "11", "12", "20", "21"]
    for rows in (torch.tensor([4, 0, 3, 1, 4]), torch.tensor([1]), torch.tensor([3]), slice(1, 4), slice(0, 5)):
        assert both.inputs[rows][:, 0, 0, 0].tolist() == both.labels[rows].tolist()
    rows = torch.tensor([4, 0, 3])
    numbers = torch.tensor([[1.0], [2.0], [3.0]])
    assert both.inputs.cropped(rows, numbers)[:, 0, 0, 0].tolist() == [21 + 1, 10 + 2, 20 + 3]
    some = both.subset(torch.tensor([0, 2, 4]))
    assert some.inputs[torch.arange(3)][:, 0, 0, 0].tolist() == some.labels.tolist() == [10, 12, 21]
    assert both.fed(slice(0, 2))[:, 0, 0, 0].tolist() == [10.0, 11.0]
