"""Standard networks whose size and dense accuracy are well known, on the data set that they are known for.

The name of an architecture alone names no size: ResNet-32 on CIFAR-10 is often a wider network than He's, and ResNet-18
on CIFAR-10 has another stem than on ImageNet. A network is known here only together with its data set.

CIFAR-10: He et al. 2016, section 4.2 and table 6, with parameter-free shortcuts (option A). ImageNet: torchvision's
models at 224 × 224, counted with its published weights; accuracies are of one centre crop. Parameters include biases
and normalisation; multiply–accumulates are those of convolutions and linear layers (1 MAC = 2 FLOPs).
"""

from functools import cache

from msgspec import Struct

_CIFAR10 = ("cifar10",)
_IMAGENET = ("imagenet", "imagenet1k", "ilsvrc2012")
_HE = "He et al. 2016, Deep Residual Learning for Image Recognition"
_SIMONYAN = "Simonyan and Zisserman 2015, Very Deep Convolutional Networks for Large-Scale Image Recognition"
_SANDLER = "Sandler et al. 2018, MobileNetV2: Inverted Residuals and Linear Bottlenecks"


class KnownArchitecture(Struct, frozen=True):
    """A network: its name, data sets, parameters, MACs for one example, published Top-1 accuracies, and citation."""

    name: str
    datasets: tuple[str, ...]
    parameters: int
    macs: int
    top1: tuple[float, ...]
    citation: str
    aliases: tuple[str, ...] = ()


def _cifar(depth: int, parameters: int, macs: int, *top1: float) -> KnownArchitecture:
    aliases = (f"cifar_resnet_{depth}", f"resnet{depth}_cifar10")
    return KnownArchitecture(f"ResNet-{depth}", _CIFAR10, parameters, macs, top1, _HE, aliases)


KNOWN: tuple[KnownArchitecture, ...] = (
    _cifar(20, 269_722, 40_551_040, 0.9125),
    _cifar(32, 464_154, 68_862_592, 0.9249),
    _cifar(44, 658_586, 97_174_144, 0.9283),
    _cifar(56, 853_018, 125_485_696, 0.9303),
    _cifar(110, 1_727_962, 252_887_680, 0.9357, 0.9339),
    KnownArchitecture("ResNet-18", _IMAGENET, 11_689_512, 1_814_073_344, (0.69758,), _HE),
    KnownArchitecture("ResNet-34", _IMAGENET, 21_797_672, 3_663_761_408, (0.73314,), _HE),
    KnownArchitecture("ResNet-50", _IMAGENET, 25_557_032, 4_089_184_256, (0.7613, 0.80858), _HE),
    KnownArchitecture("ResNet-101", _IMAGENET, 44_549_160, 7_801_405_440, (0.77374, 0.81886), _HE),
    KnownArchitecture("VGG-16", _IMAGENET, 138_357_544, 15_470_264_320, (0.71592, 0.7336), _SIMONYAN, ("VGG-16-BN",)),
    KnownArchitecture("VGG-19", _IMAGENET, 143_667_240, 19_632_062_464, (0.72376, 0.74218), _SIMONYAN, ("VGG-19-BN",)),
    KnownArchitecture("MobileNetV2", _IMAGENET, 3_504_872, 300_774_272, (0.71878, 0.72154), _SANDLER),
)


def known_architecture(dataset: str, name: str) -> KnownArchitecture | None:
    """The network of that name on that data set, whatever the case and punctuation of both; None where unknown."""
    return _by_name().get((_plain(dataset), _plain(name)))


@cache
def _by_name() -> dict[tuple[str, str], KnownArchitecture]:
    return {
        (dataset, _plain(name)): each
        for each in KNOWN
        for dataset in each.datasets
        for name in (each.name, *each.aliases)
    }


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
