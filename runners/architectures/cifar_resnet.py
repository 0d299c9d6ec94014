"""Residual networks for small images (He et al. 2016, section 4.2), with parameter-free shortcuts ("option A").

Depth 6n + 2: three stages of n blocks with 16, 32 and 64 channels; the second and third stages halve height and width.
Any number of input channels and any size of 4 × 4 or more is accepted: the pattern of strides stays.
"""

from functools import partial

from torch import Tensor, nn
from torch.nn import functional

from runners.architectures.architecture import Architecture, image_shape

WIDTHS = (16, 32, 64)
DEPTHS = (8, 20, 32, 44, 56, 110)
DIGITS = 8  # the depth that is here for handwritten digits; the others are those of the paper
SMALLEST = 4


class Block(nn.Module):
    """Two 3 × 3 convolutions beside a shortcut that subsamples and pads with zero channels."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = _convolution(in_channels, out_channels, stride)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = _convolution(out_channels, out_channels, 1)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.stride = stride
        self.new_channels = out_channels - in_channels

    def forward(self, images: Tensor) -> Tensor:
        """(examples, in_channels, height, width) → (examples, out_channels, height ÷ stride, width ÷ stride)."""
        out = functional.relu(self.bn1(self.conv1(images)))
        out = self.bn2(self.conv2(out))
        return functional.relu(out + self._shortcut(images))

    def _shortcut(self, images: Tensor) -> Tensor:
        if self.stride == 1 and not self.new_channels:
            return images
        before = self.new_channels // 2
        subsampled = images[:, :, :: self.stride, :: self.stride]
        return functional.pad(subsampled, (0, 0, 0, 0, before, self.new_channels - before))


class CifarResNet(nn.Module):
    """A residual network of `depth` = 6n + 2 layers for `classes` classes; raises ValueError for what is no image."""

    def __init__(self, depth: int, input_shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        blocks = (depth - 2) // 6
        channels, _, _ = image_shape(input_shape, f"resnet{depth}", SMALLEST)
        self.conv = _convolution(channels, WIDTHS[0], 1)
        self.bn = nn.BatchNorm2d(WIDTHS[0])
        self.stage1 = _stage(WIDTHS[0], WIDTHS[0], blocks, 1)
        self.stage2 = _stage(WIDTHS[0], WIDTHS[1], blocks, 2)
        self.stage3 = _stage(WIDTHS[1], WIDTHS[2], blocks, 2)
        self.classifier = nn.Linear(WIDTHS[2], classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")  # He et al. 2015

    def forward(self, images: Tensor) -> Tensor:
        """(examples, channels, height, width) → logits (examples, classes)."""
        out = functional.relu(self.bn(self.conv(images)))
        out = self.stage3(self.stage2(self.stage1(out)))
        return self.classifier(out.mean(dim=(2, 3)))


def _convolution(in_channels: int, out_channels: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(in_channels, out_channels, kernel_size=3, stride=stride, padding=1, bias=False)


def _stage(in_channels: int, out_channels: int, blocks: int, stride: int) -> nn.Sequential:
    first = Block(in_channels, out_channels, stride)
    return nn.Sequential(first, *(Block(out_channels, out_channels, 1) for _ in range(blocks - 1)))


ARCHITECTURES = {
    f"resnet{depth}": Architecture(
        partial(CifarResNet, depth),
        "classifier",
        (1, 8, 8) if depth == DIGITS else (3, 32, 32),
        10,
        f"residual network of {depth} layers for small images, shortcuts without parameters; He et al. 2016",
    )
    for depth in DEPTHS
}
