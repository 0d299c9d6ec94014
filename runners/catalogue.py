"""The architectures that can be asked for by name, with what each counts as it is published."""

from dataclasses import dataclass
from functools import partial

from runners.architectures import Architecture, find, from_torchvision, known
from runners.architectures.weightless import weightless
from runners.measure import DenseSize, dense_size


@dataclass(frozen=True)
class Entry:
    """An architecture, its size as it is published, and the names of its trained weights."""

    name: str
    architecture: Architecture
    size: DenseSize
    weights: tuple[str, ...]


def entry(name: str) -> Entry:
    """Count the architecture `name` without making its weights.

    Raises KeyError where there is none of that name, ValueError where it is not known which module is its classifier.
    """
    architecture = find(name)
    if architecture is None:
        raise KeyError(name)
    model = weightless(partial(architecture.build, architecture.input_shape, architecture.classes))
    size = dense_size(model, architecture.input_shape, architecture.classifier)
    return Entry(name, architecture, size, () if name in known() else from_torchvision.weight_names(name))
