"""How a network is trained: the tables `[run.pretrain]` and `[run.finetune]`, and known recipes by name."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from audit.study import Section

Count = Annotated[int, Meta(ge=1)]
Positive = Annotated[float, Meta(gt=0)]
NonNegative = Annotated[float, Meta(ge=0)]


class Recipe(Section, frozen=True, omit_defaults=True):
    """A training recipe. Its length is given in `epochs` or in `steps`, one of the two.

    `learning_rate_milestones` count in the same unit as the length; the schedule `step` multiplies the rate by
    `learning_rate_factor` at each. `cosine` falls from the initial rate to zero over all steps. With `patience`,
    training stops after that many epochs without a better validation Top-1, and the best epoch's weights are kept.
    """

    batch_size: Count
    optimizer: Literal["sgd", "adam", "adamw"]
    learning_rate: Positive
    epochs: Count | None = None
    steps: Count | None = None
    momentum: NonNegative = 0.0
    nesterov: bool = False
    learning_rate_schedule: Literal["fixed", "cosine", "step"] = "fixed"
    learning_rate_milestones: tuple[Count, ...] = ()
    learning_rate_factor: Positive = 0.1
    weight_decay: NonNegative = 0.0
    augmentation: Literal["none", "crop", "flip", "crop_flip", "random_resized_crop_flip"] = "none"
    patience: Count | None = None


# Blalock et al. 2020, appendix C.2, which states neither weight decay nor a patience: none is assumed.
_CIFAR10 = {
    "epochs": 30,
    "batch_size": 64,
    "optimizer": "adam",
    "learning_rate": 3e-4,
    "learning_rate_schedule": "fixed",
}
_IMAGENET = {
    "epochs": 20,
    "batch_size": 256,
    "optimizer": "sgd",
    "learning_rate": 1e-3,
    "momentum": 0.9,
    "nesterov": True,
    "learning_rate_schedule": "fixed",
}
# He et al. 2016, section 4.2: residual networks on CIFAR-10.
_HE2016 = {
    "steps": 64_000,
    "batch_size": 128,
    "optimizer": "sgd",
    "learning_rate": 0.1,
    "momentum": 0.9,
    "weight_decay": 1e-4,
    "learning_rate_schedule": "step",
    "learning_rate_milestones": [32_000, 48_000],
    "learning_rate_factor": 0.1,
    "augmentation": "crop_flip",
}
PRESETS: Mapping[str, Mapping[str, Any]] = {"cifar10": _CIFAR10, "imagenet": _IMAGENET, "he2016": _HE2016}


def expand(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table with its `preset` written out; keys beside the preset win, and a length replaces the preset's.

    Raises KeyError with the name of an unknown preset.
    """
    given = {key: value for key, value in table.items() if key != "preset"}
    if "preset" not in table:
        return given
    preset = dict(PRESETS[table["preset"]])
    if "epochs" in given or "steps" in given:
        preset.pop("epochs", None)
        preset.pop("steps", None)
    return preset | given
