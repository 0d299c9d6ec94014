"""The two small networks for MNIST that pruning is often shown on (LeCun et al. 1998), as Han et al. 2015 prune them.

`lenet_300_100` has two hidden layers of 300 and 100 units; any shape is flattened. `lenet5_caffe` is the variant that
Caffe brings and Han et al. 2015 (table 3) prune, with 431 thousand weights: 20 and 50 filters, 500 hidden units, max
pooling, and one ReLU, behind the hidden layer. LeCun's own LeNet-5 has 60 thousand.
"""

from math import ceil, prod

from torch import Tensor, nn

from runners.architectures.architecture import Architecture, image_shape

KERNEL = 5
FILTERS = (20, 50)
HIDDEN = 500
SMALLEST = 13  # leaves one place behind the second pooling


class LeNet300(nn.Module):
    """Linear layers of 300, 100 and `classes` units; raises ValueError where an example is empty."""

    def __init__(self, input_shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        if prod(input_shape) < 1:
            raise ValueError(f"lenet_300_100 takes examples of one number or more, not of shape {input_shape}")
        self.fc1 = nn.Linear(prod(input_shape), 300)
        self.fc2 = nn.Linear(300, 100)
        self.fc3 = nn.Linear(100, classes)

    def forward(self, examples: Tensor) -> Tensor:
        """(examples, …) → logits (examples, classes)."""
        return self.fc3(self.fc2(self.fc1(examples.flatten(1)).relu()).relu())


class CaffeLeNet5(nn.Module):
    """Two convolutions and two linear layers; raises ValueError for images smaller than 13 × 13."""

    def __init__(self, input_shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        channels, *size = image_shape(input_shape, "lenet5_caffe", SMALLEST)
        self.conv1 = nn.Conv2d(channels, FILTERS[0], KERNEL)
        self.conv2 = nn.Conv2d(FILTERS[0], FILTERS[1], KERNEL)
        self.pool = nn.MaxPool2d(2, ceil_mode=True)  # as Caffe rounds
        self.fc1 = nn.Linear(FILTERS[1] * prod(_pooled(_pooled(side)) for side in size), HIDDEN)
        self.fc2 = nn.Linear(HIDDEN, classes)

    def forward(self, images: Tensor) -> Tensor:
        """(examples, channels, height, width) → logits (examples, classes)."""
        features = self.pool(self.conv2(self.pool(self.conv1(images))))
        return self.fc2(self.fc1(features.flatten(1)).relu())


def _pooled(side: int) -> int:
    """Height or width behind a convolution and the pooling that follows it."""
    return ceil((side - KERNEL + 1) / 2)


ARCHITECTURES = {
    "lenet_300_100": Architecture(
        LeNet300, "fc3", (1, 28, 28), 10, "linear layers of 300, 100 and 10 units; LeCun et al. 1998, Han et al. 2015"
    ),
    "lenet5_caffe": Architecture(
        CaffeLeNet5, "fc2", (1, 28, 28), 10, "Caffe's LeNet-5: 20 and 50 filters, 500 hidden units; Han et al. 2015"
    ),
}
