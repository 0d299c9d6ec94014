"""The dense networks that pruning starts from: trained once for each data set, architecture and seed, then shared."""

from dataclasses import dataclass
from pathlib import Path

from msgspec import structs
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from runners import architectures
from runners.architectures.weights import load_weights
from runners.placement import numerics
from runners.plan import Pretraining
from runners.seeding import seed_globals
from runners.tensor_files import save_tensors
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
    """Train the dense network, or load the weights that the study gives it, and save it; nothing where that is done.

    Raises RunError where they cannot be saved, and whatever goes wrong in training.
    """
    path = weights_path(pretraining, workplace)
    if path.exists():
        return
    numerics(deterministic=workplace.deterministic)
    dataset = workplace.dataset(pretraining.dataset)
    model, architecture = fresh(pretraining, workplace), pretraining.architecture
    if architecture.weights is not None:
        load_weights(model, architecture.weights, architecture.name, workplace.study)
        save_tensors(model.state_dict(), path, {"steps": "0", "steps_kept": "0"})
        return
    training = train(model, dataset, pretraining.recipe, pretraining.seed, "pretrain", {})
    if not all(bool(weight.isfinite().all()) for weight in model.state_dict().values()):
        raise DivergedError("the pretraining diverged: weights are not finite; lower its learning rate")
    save_tensors(model.state_dict(), path, {"steps": str(training.steps), "steps_kept": str(training.steps_kept)})


def load_pretrained(pretraining: Pretraining, workplace: Workplace) -> Pretrained:
    """The dense network that `pretrain` saved; raises FileNotFoundError where it did not."""
    model = fresh(pretraining, workplace)
    with safe_open(weights_path(pretraining, workplace), framework="pt") as saved:
        metadata = saved.metadata()
        model.load_state_dict({name: saved.get_tensor(name) for name in saved.keys()})  # noqa: SIM118 - no mapping
    return Pretrained(model, int(metadata["steps"]), int(metadata["steps_kept"]))


def rewind_point(pretraining: Pretraining, step: int, workplace: Workplace) -> dict[str, Tensor]:
    """The weights and buffers that the pretraining has after `step` optimiser steps; trained again once, then saved."""
    path = weights_path(pretraining, workplace).with_suffix(f".step-{step}.safetensors")
    if not path.exists():
        model = fresh(pretraining, workplace)
        recipe = structs.replace(pretraining.recipe, patience=None)
        dataset = workplace.dataset(pretraining.dataset)
        train(model, dataset, recipe, pretraining.seed, "pretrain", {}, stop=step)
        save_tensors(model.state_dict(), path)
    return load_file(path)


def fresh(pretraining: Pretraining, workplace: Workplace) -> nn.Module:
    """The network with the initial weights of its seed, the same ones on every device."""
    dataset = workplace.dataset(pretraining.dataset)
    seed_globals(pretraining.seed, "init")
    model = architectures.build(pretraining.architecture, dataset.input_shape, dataset.classes, workplace.study)
    return model.to(workplace.device)


def weights_path(pretraining: Pretraining, workplace: Workplace) -> Path:
    """The file of the weights, named by the digest of everything that they depend on."""
    return workplace.pretrained / f"{pretraining.digest}.safetensors"
