"""The dense networks that pruning starts from: trained once for each data set, architecture and seed, then shared."""

import os
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from runners import architectures
from runners.errors import RunError
from runners.plan import Pretraining
from runners.provenance import numerics
from runners.seeding import seed_globals
from runners.training import train
from runners.workplace import Workplace


class DivergedError(Exception):
    """A dense network whose weights are not finite: nothing can be pruned from it."""


@dataclass(frozen=True)
class Pretrained:
    """A dense network with its weights, and the optimiser steps behind them and spent on them in all."""

    model: nn.Module
    steps: int
    steps_kept: int


def pretrain(pretraining: Pretraining, workplace: Workplace) -> None:
    """Train the dense network and save its weights; returns at once where they are saved already.

    Raises RunError where they cannot be saved, and whatever goes wrong in training.
    """
    path = weights_path(pretraining, workplace)
    if path.exists():
        return
    numerics()
    dataset = workplace.dataset(pretraining.dataset)
    model = fresh(pretraining, workplace)
    training = train(model, dataset, pretraining.recipe, pretraining.seed, "pretrain", {})
    if not all(bool(weight.isfinite().all()) for weight in model.state_dict().values()):
        raise DivergedError("the pretraining diverged: weights are not finite; lower its learning rate")
    tensors = {name: tensor.detach().clone().contiguous() for name, tensor in model.state_dict().items()}
    _save(tensors, {"steps": str(training.steps), "steps_kept": str(training.steps_kept)}, path)


def load_pretrained(pretraining: Pretraining, workplace: Workplace) -> Pretrained:
    """The dense network that `pretrain` saved; raises FileNotFoundError where it did not."""
    model = fresh(pretraining, workplace)
    with safe_open(weights_path(pretraining, workplace), framework="pt") as saved:
        metadata = saved.metadata()
        model.load_state_dict({name: saved.get_tensor(name) for name in saved.keys()})  # noqa: SIM118 - no mapping
    return Pretrained(model, int(metadata["steps"]), int(metadata["steps_kept"]))


def fresh(pretraining: Pretraining, workplace: Workplace) -> nn.Module:
    """The network with the initial weights of its seed."""
    dataset = workplace.dataset(pretraining.dataset)
    seed_globals(pretraining.seed, "init")
    return architectures.build(pretraining.architecture, dataset.input_shape, dataset.classes, workplace.study)


def weights_path(pretraining: Pretraining, workplace: Workplace) -> Path:
    """The file of the weights, named by the digest of everything that they depend on."""
    return workplace.pretrained / f"{pretraining.digest}.safetensors"


def _save(tensors: dict[str, Tensor], metadata: dict[str, str], path: Path) -> None:
    unfinished = path.with_suffix(f".{os.getpid()}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, unfinished, metadata)
        unfinished.replace(path)
    except (OSError, SafetensorError) as error:
        raise RunError(f"{path}: cannot be written: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
