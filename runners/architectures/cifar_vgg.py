"""CIFAR-VGG: VGG-16 (Simonyan and Zisserman 2015) for small images, with batch normalisation and dropout.

As Zagoruyko 2015 ("92.45% on CIFAR-10 in Torch", torch.ch/blog/2015/07/30/cifar.html) made it and ShrinkBench trains it
(`vgg_bn_drop`): two linear layers in place of three, dropout behind most convolutions, poolings that round up. Modules
have ShrinkBench's names, so that its checkpoints fit. The layer behind the features grows with the size of the images:
it sees 512 channels at each place that five poolings leave, which is one up to 32 × 32.
"""

from math import ceil

from torch import Tensor, nn

from runners.architectures.architecture import Architecture, image_shape

# The channels of the convolutions between two poolings; dropout stands behind all of a stage but the last.
STAGES = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
FIRST_DROPOUT, DROPOUT, HIDDEN_DROPOUT = 0.3, 0.4, 0.5
HIDDEN = 512
_SHRINKAGE = 2 ** len(STAGES)


class ConvolutionBlock(nn.Module):
    """A 3 × 3 convolution, batch normalisation and ReLU."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1)
        self.bn = nn.BatchNorm2d(out_channels, eps=1e-3)
        self.relu = nn.ReLU()
        nn.init.kaiming_normal_(self.conv.weight, mode="fan_out", nonlinearity="relu")
        assert self.conv.bias is not None
        nn.init.zeros_(self.conv.bias)

    def forward(self, images: Tensor) -> Tensor:
        """(examples, in_channels, height, width) → (examples, out_channels, height, width)."""
        return self.relu(self.bn(self.conv(images)))


class CifarVGG(nn.Module):
    """Thirteen convolutions and two linear layers for `classes` classes; raises ValueError for what is no image."""

    def __init__(self, input_shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        channels, height, width = image_shape(input_shape, "cifar_vgg")
        self.features = nn.Sequential(*_features(channels))
        self.classifier = nn.Sequential(
            nn.Dropout(HIDDEN_DROPOUT),
            nn.Linear(STAGES[-1][-1] * ceil(height / _SHRINKAGE) * ceil(width / _SHRINKAGE), HIDDEN),
            nn.BatchNorm1d(HIDDEN),
            nn.ReLU(),
            nn.Dropout(HIDDEN_DROPOUT),
            nn.Linear(HIDDEN, classes),
        )

    def forward(self, images: Tensor) -> Tensor:
        """(examples, channels, height, width) → logits (examples, classes)."""
        return self.classifier(self.features(images).flatten(1))


def _features(channels: int) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for stage in STAGES:
        for index, width in enumerate(stage):
            dropout = DROPOUT if layers else FIRST_DROPOUT
            layers.append(ConvolutionBlock(channels, width))
            if index < len(stage) - 1:
                layers.append(nn.Dropout(dropout))
            channels = width
        layers.append(nn.MaxPool2d(2, ceil_mode=True))
    return layers


ARCHITECTURES = {
    "cifar_vgg": Architecture(
        CifarVGG,
        "classifier.5",
        (3, 32, 32),
        10,
        "VGG-16 with batch normalisation, dropout and two linear layers; Zagoruyko 2015, ShrinkBench's vgg_bn_drop",
    )
}
