"""The classification models of torchvision, by torchvision's names, for ImageNet or for other classes and sizes.

torchvision is imported when a name is looked up that is none of ours: that takes seconds. The classifier is known for
each module of `torchvision.models`; a model of another one is an error, since the layer before the softmax is not
guessed.

GoogLeNet and Inception v3 are built without their auxiliary classifiers. These exist in training alone; networks that
are compared by what they cost and predict do not have them, and a training loop would have to know their losses.
torchvision's ResNets with bottlenecks have their stride in the 3 × 3 convolution ("v1.5"), not in the first 1 × 1 as in
He et al. 2016; their weights `IMAGENET1K_V1` and `IMAGENET1K_V2` are two trainings of that one network.
"""

from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

from torch import nn

from runners.architectures.architecture import Architecture, image_shape

CHANNELS, CLASSES = 3, 1000


@dataclass(frozen=True)
class Family:
    """What the models of one module of torchvision share: the classifier's name, and the paper."""

    classifier: str
    description: str


FAMILIES = {
    "alexnet": Family("classifier.6", "AlexNet in one tower; Krizhevsky 2014"),
    "convnext": Family("classifier.2", "ConvNeXt; Liu et al. 2022"),
    "densenet": Family("classifier", "DenseNet; Huang et al. 2017"),
    "efficientnet": Family("classifier.1", "EfficientNet; Tan and Le 2019, 2021"),
    "googlenet": Family("fc", "GoogLeNet without its auxiliary classifiers; Szegedy et al. 2015"),
    "inception": Family("fc", "Inception v3 without its auxiliary classifier; Szegedy et al. 2016"),
    "maxvit": Family("classifier.5", "MaxViT; Tu et al. 2022"),
    "mnasnet": Family("classifier.1", "MnasNet; Tan et al. 2019"),
    "mobilenetv2": Family("classifier.1", "MobileNetV2; Sandler et al. 2018"),
    "mobilenetv3": Family("classifier.3", "MobileNetV3; Howard et al. 2019"),
    "regnet": Family("fc", "RegNet; Radosavovic et al. 2020"),
    "resnet": Family("fc", "residual network; He et al. 2016"),
    "shufflenetv2": Family("fc", "ShuffleNet V2; Ma et al. 2018"),
    "squeezenet": Family("classifier.1", "SqueezeNet; Iandola et al. 2016"),
    "swin_transformer": Family("head", "Swin Transformer; Liu et al. 2021, 2022"),
    "vgg": Family("classifier.6", "VGG; Simonyan and Zisserman 2015"),
    "vision_transformer": Family("heads.head", "Vision Transformer; Dosovitskiy et al. 2021"),
}
# Of the module `resnet`, those without bottlenecks are what the paper has.
_BASIC_RESNETS = ("resnet18", "resnet34")
_BOTTLENECK = Family("fc", "residual network, bottlenecks with their stride in the 3 × 3 (v1.5); He et al. 2016")
# `init_weights` is their default; left out, torchvision warns that the default will change
_WITHOUT_AUXILIARY = {"aux_logits": False, "init_weights": True}


def names() -> tuple[str, ...]:
    """The models whose classifier is known, in torchvision's order."""
    return tuple(name for name in _registered() if _module(name) in FAMILIES)


def find(name: str) -> Architecture | None:
    """The model of that name, or None; raises ValueError where it is not known which module is its classifier."""
    if name not in _registered():
        return None
    family = FAMILIES.get(_module(name))
    if family is None:
        raise ValueError(
            f"it is not known which module of torchvision's `{name}` precedes the softmax; bring it by a `factory` in "
            "[architecture.NAME], with its `classifier`"
        )
    if _module(name) == "resnet" and name not in _BASIC_RESNETS:
        family = _BOTTLENECK
    side = _models().get_model_weights(name).DEFAULT.transforms.keywords["crop_size"]
    return Architecture(partial(build, name), family.classifier, (CHANNELS, side, side), CLASSES, family.description)


def build(name: str, input_shape: tuple[int, ...], classes: int) -> nn.Module:
    """The model with fresh weights; transformers that fix the size of their images are built for that of the input.

    Raises ValueError for images that are not in colour, too small, or of a size that the model cannot divide.
    """
    channels, height, width = image_shape(input_shape, name, _smallest(name))
    if channels != CHANNELS:
        raise ValueError(f"{name} takes images of {CHANNELS} channels, not {channels}")
    try:
        return _models().get_model_builder(name)(
            weights=None, num_classes=classes, **_without_auxiliary(name), **_size(name, height, width)
        )
    except (AssertionError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{name} cannot take images of {height} × {width}: {reason}") from None


def weight_names(name: str) -> tuple[str, ...]:
    """The trained weights that torchvision has of a model, in its spelling; none where it is no model of torchvision's.

    `DEFAULT` is not among them: which weights it stands for changes with torchvision.
    """
    return tuple(each.name for each in _models().get_model_weights(name)) if name in _registered() else ()


def weights_url(name: str, weights: str) -> str:
    """Where torchvision publishes the weights of that name; raises KeyError where there are none."""
    return str(_models().get_model_weights(name)[weights].url)


def trained(name: str, weights: str) -> nn.Module:
    """The model as torchvision loads it from its cache, with all parts that it was trained with.

    torchvision alone knows which names its older files have.
    """
    return _models().get_model_builder(name)(weights=_models().get_model_weights(name)[weights], progress=False)


def _without_auxiliary(name: str) -> dict[str, Any]:
    return _WITHOUT_AUXILIARY if _module(name) in ("googlenet", "inception") else {}


def _size(name: str, height: int, width: int) -> dict[str, Any]:
    if _module(name) == "maxvit":
        return {"input_size": (height, width)}
    if _module(name) == "vision_transformer":
        if height != width:
            raise ValueError("they must be square")
        return {"image_size": height}
    return {}


def _smallest(name: str) -> int:
    """Height and width that the strides need; what torchvision says of transformers is what their weights need."""
    if _module(name) in ("maxvit", "swin_transformer", "vision_transformer"):
        return 1
    return max(_models().get_model_weights(name).DEFAULT.meta["min_size"])


def _registered() -> list[str]:
    return list(_models().list_models(module=_models()))


def _module(name: str) -> str:
    return str(_models().get_model_builder(name).__module__).rpartition(".")[2]


def _models() -> ModuleType:
    from torchvision import models

    return models
