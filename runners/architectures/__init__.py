"""Architectures. Each module of this package offers some, by name, in a table `ARCHITECTURES`."""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from msgspec import Struct
from torch import nn

from audit.study import Study, own_code


@dataclass(frozen=True)
class Architecture:
    """`build(input_shape, classes)` makes the network; `classifier` names the module that precedes the softmax."""

    build: Callable[[tuple[int, ...], int], nn.Module]
    classifier: str


class ArchitectureChoice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An architecture: its name and classifier, and the user's `module:factory` with its file's digest, if any."""

    name: str
    classifier: str
    factory: str | None = None
    code: str | None = None


def known() -> dict[str, Architecture]:
    """The architectures that come with the project, by name."""
    modules = (import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return {name: architecture for module in modules for name, architecture in module.ARCHITECTURES.items()}


def choose(name: str, study: Study, where: tuple[str | int, ...]) -> ArchitectureChoice:
    """Identify the architecture `name`; raises StudyError where it is unknown, or its classifier is."""
    declared = study.architectures.get(name)
    if declared is None or declared.factory is None:
        if name not in known():
            raise study.error(
                where,
                f"unknown architecture `{name}`; known are {', '.join(known())} and any [architecture.NAME] with a "
                "`factory`",
            )
        return ArchitectureChoice(name=name, classifier=known()[name].classifier)
    here = ("architecture", name)
    if declared.classifier is None:
        raise study.error(
            (*here, "factory"),
            f"`architecture.{name}` needs `classifier`: the name of the module that precedes the softmax, which is not "
            "pruned",
        )
    try:
        own_code.load(declared.factory, own_code.study_directory(study))
        code = own_code.content_digest(declared.factory, own_code.study_directory(study))
    except own_code.OwnCodeError as error:
        raise study.error((*here, "factory"), f"`architecture.{name}.factory`: {error}") from error
    return ArchitectureChoice(name=name, classifier=declared.classifier, factory=declared.factory, code=code)


def build(choice: ArchitectureChoice, input_shape: tuple[int, ...], classes: int, directory: Path) -> nn.Module:
    """The network with fresh weights from torch's global generator; `input_shape` is that of one example.

    Raises OwnCodeError where a factory of the user's own cannot be imported, TypeError where it makes no module.
    """
    if choice.factory is None:
        return known()[choice.name].build(input_shape, classes)
    model = own_code.load(choice.factory, directory)(classes)
    if not isinstance(model, nn.Module):
        raise TypeError(f"`{choice.factory}` must return a torch.nn.Module, not {type(model).__name__}")
    return model
