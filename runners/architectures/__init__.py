"""Architectures. A module of this package offers some, by name, in a table `ARCHITECTURES`; torchvision has more."""

import pkgutil
from importlib import import_module
from pathlib import Path

from msgspec.structs import replace
from torch import nn

from audit.study import Study, meant, own_code
from runners.architectures import from_torchvision, weights
from runners.architectures.architecture import Architecture, ArchitectureChoice

__all__ = ["Architecture", "ArchitectureChoice", "build", "choose", "find", "known", "names"]


def known() -> dict[str, Architecture]:
    """The architectures that come with the project, by name."""
    modules = (import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return {
        name: architecture for module in modules for name, architecture in getattr(module, "ARCHITECTURES", {}).items()
    }


def names() -> tuple[str, ...]:
    """All names: those of the project's own architectures, then torchvision's."""
    return (*known(), *from_torchvision.names())


def find(name: str) -> Architecture | None:
    """The architecture of that name, ours or torchvision's, or None; torchvision is imported only where it is not ours.

    Raises ValueError for a model of torchvision's whose classifier is not known.
    """
    return known().get(name) or from_torchvision.find(name)


def choose(name: str, study: Study, where: tuple[str | int, ...]) -> ArchitectureChoice:
    """Identify the architecture `name`; raises StudyError where it is unknown, or its classifier or weights are."""
    declared = study.architectures.get(name)
    own = declared is not None and declared.factory is not None
    choice = _choose_own(name, study) if own else _choose_known(name, study, where)
    if declared is None or declared.weights is None:
        return choice
    try:
        digest = weights.content_digest(declared.weights, name, own_code.study_directory(study))
    except weights.WeightsError as error:
        raise study.error(("architecture", name, "weights"), f"`architecture.{name}.weights`: {error}") from error
    return replace(choice, weights=declared.weights, weights_digest=digest)


def _choose_known(name: str, study: Study, where: tuple[str | int, ...]) -> ArchitectureChoice:
    try:
        architecture = find(name)
    except ValueError as error:
        raise study.error(where, str(error)) from None
    if architecture is None:
        raise study.error(
            where,
            f"unknown architecture `{name}`; known are {', '.join(known())}, the classification models of torchvision, "
            f"and any [architecture.NAME] with a `factory`{meant(name, names())}",
        )
    return ArchitectureChoice(name=name, classifier=architecture.classifier)


def _choose_own(name: str, study: Study) -> ArchitectureChoice:
    declared = study.architectures[name]
    assert declared.factory is not None
    here = ("architecture", name, "factory")
    if declared.classifier is None:
        raise study.error(
            here,
            f"`architecture.{name}` needs `classifier`: the name of the module that precedes the softmax, which is not "
            "pruned",
        )
    try:
        own_code.load(declared.factory, own_code.study_directory(study))
        code = own_code.content_digest(declared.factory, own_code.study_directory(study))
    except own_code.OwnCodeError as error:
        raise study.error(here, f"`architecture.{name}.factory`: {error}") from error
    return ArchitectureChoice(name=name, classifier=declared.classifier, factory=declared.factory, code=code)


def build(choice: ArchitectureChoice, input_shape: tuple[int, ...], classes: int, directory: Path) -> nn.Module:
    """The network with fresh weights from torch's global generator; `input_shape` is that of one example.

    Raises OwnCodeError where a factory of the user's own cannot be imported, TypeError where it makes no module,
    ValueError where an architecture cannot take the shape.
    """
    if choice.factory is None:
        architecture = find(choice.name)
        if architecture is None:
            raise ValueError(f"unknown architecture `{choice.name}`")
        return weights.prepared(architecture.build(input_shape, classes), choice.weights)
    model = own_code.load(choice.factory, directory)(classes)
    if not isinstance(model, nn.Module):
        raise TypeError(f"`{choice.factory}` must return a torch.nn.Module, not {type(model).__name__}")
    return model
