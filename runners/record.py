"""What one run leaves behind, in the schema's names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.schema import TARGETS
from runners.pruning.method import DenseControl, PruningMethod, ScratchControl

if TYPE_CHECKING:  # a plan imports torch, and records are also read by those who need none of it
    from runners.plan import Run

Value = str | int | float | bool
# What tells the networks of a study apart: two of the same are the same network, made once or made anew.
IDENTITY = ("dataset", "architecture", "method", "starts_from", "seed")  # and one of the targets
COMPRESSION_TARGET, SPEEDUP_TARGET = TARGETS


@dataclass(frozen=True)
class LayerCounts:
    """A prunable layer after pruning: its parameter's name, weights, weights kept, and dense MACs for one example."""

    name: str
    parameters: int
    nonzero: int
    macs: int


@dataclass(frozen=True)
class Record:
    """A trained network: values by column of the schema, its prunable layers in forward order, curves by epoch."""

    columns: Mapping[str, Value]
    layers: tuple[LayerCounts, ...] = ()
    curves: Mapping[str, list[tuple[int, float]]] = field(default_factory=dict)


def identity(run: "Run") -> dict[str, Value]:
    """What a run was asked to be: known before it is carried out."""
    method = run.method
    columns: dict[str, Value] = {
        "dataset": run.pretraining.dataset.name,
        "architecture": run.pretraining.architecture.name,
        "method": method.name,
        "starts_from": method.starts_from,
        "seed": run.seed,
        SPEEDUP_TARGET if run.by_speedup else COMPRESSION_TARGET: run.ratio,
    }
    if isinstance(method, PruningMethod):
        columns |= {key: getattr(method, key) for key in ("score", "allocation", "schedule", "granularity")}
        optional = {
            "schedule_settings": str(method.settings or ""),
            "pattern": method.pattern,
            "matched_to": method.matched.name if method.matched else None,
        }
        columns |= {key: value for key, value in optional.items() if value}
    if isinstance(method, DenseControl) and method.schedule:
        columns |= {"score": "none", "schedule": method.schedule}
    if isinstance(method, ScratchControl):
        like = method.like
        columns |= {"score": "none", "allocation": "matched", "granularity": like.granularity, "matched_to": like.name}
    return columns


def written(value: Value) -> str:
    """A value as the text that is recorded."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def written_identity(run: "Run") -> tuple[str, ...]:
    """What tells a run apart, as it is recorded: see `identity_of`."""
    found = identity_of({name: written(value) for name, value in identity(run).items()})
    assert found is not None
    return found


def identity_of(held: Mapping[str, str]) -> tuple[str, ...] | None:
    """The values of IDENTITY, which target there is, and its value; None where not all of that is `held`."""
    target = next((name for name in TARGETS if name in held), None)
    if target is None or not held.keys() >= set(IDENTITY):
        return None
    return *(held[name] for name in IDENTITY), target, held[target]


def recipe(run: "Run") -> dict[str, Value]:
    """How a run was asked to be trained after it was pruned."""
    stated = ("batch_size", "optimizer", "learning_rate", "learning_rate_schedule", "weight_decay", "augmentation")
    return {name: getattr(run.recipe, name) for name in stated}
