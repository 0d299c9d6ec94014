"""A study's `[run]` table → the networks to train, each as a record of everything that can change its outcome."""

from itertools import product
from typing import Any

from msgspec import Struct

from audit.schema import SCHEMA_VERSION
from audit.study import Study, own_code
from runners import architectures, datasets, digest
from runners.architectures import ArchitectureChoice
from runners.datasets import DatasetChoice
from runners.pruning import registry
from runners.pruning.method import DenseControl, PruningMethod
from runners.pruning.prunable import kept_weights, prunable_parameters
from runners.recipe import Recipe
from runners.spec import Spec


class Pretraining(Struct, frozen=True, kw_only=True):
    """The dense network of a data set, architecture and seed, trained once and shared by every method."""

    dataset: DatasetChoice
    architecture: ArchitectureChoice
    seed: int
    recipe: Recipe
    schema_version: int = SCHEMA_VERSION

    @property
    def digest(self) -> str:
        """The identity of the weights: 64 hexadecimal digits."""
        return digest.of_record(self)

    @property
    def label(self) -> str:
        """What a person calls it."""
        return f"pretraining seed {self.seed} · {self.architecture.name} · {self.dataset.name}"


class Run(Struct, frozen=True, kw_only=True):
    """One network: what it is pruned from, how, by how much, and how it is fine-tuned."""

    pretraining: Pretraining
    method: PruningMethod | DenseControl
    ratio: float
    finetune: Recipe
    prune_classifier: bool = False
    schema_version: int = SCHEMA_VERSION

    @property
    def digest(self) -> str:
        """The identity: 64 hexadecimal digits. The machine and the versions of libraries are no part of it."""
        return digest.of_record(self)

    @property
    def label(self) -> str:
        """What a person calls it."""
        of = self.pretraining
        return f"{self.ratio:g}x seed {of.seed} {self.method.name} · {of.architecture.name} · {of.dataset.name}"


def plan(spec: Spec, study: Study) -> tuple[Run, ...]:
    """The runs of a study, in the order of its data sets, architectures, seeds, methods and ratios.

    The dense control comes once per pair, seed and kind of starting weights, whether or not 1 is among the ratios.
    Raises StudyError with the line of a name that is unknown, or of a ratio that cannot be reached.
    """
    methods = _methods(spec, study)
    controls = [DenseControl(starts_from=start) for start in dict.fromkeys(method.starts_from for method in methods)]
    networks: list[tuple[PruningMethod | DenseControl, float]] = [(control, 1.0) for control in controls]
    networks += [(method, ratio) for method in methods for ratio in spec.ratios if ratio > 1]
    return tuple(
        Run(
            pretraining=Pretraining(dataset=dataset, architecture=architecture, seed=seed, recipe=spec.pretrain),
            method=method,
            ratio=ratio,
            finetune=spec.finetune,
            prune_classifier=spec.prune_classifier,
        )
        for dataset, architecture in _pairs(spec, study)
        for seed in spec.seeds
        for method, ratio in networks
    )


def _pairs(spec: Spec, study: Study) -> list[tuple[DatasetChoice, ArchitectureChoice]]:
    chosen_datasets = [
        datasets.choose(name, study, ("run", "datasets", index)) for index, name in enumerate(spec.datasets)
    ]
    chosen_architectures = [
        architectures.choose(name, study, ("run", "architectures", index))
        for index, name in enumerate(spec.architectures)
    ]
    pairs = list(product(chosen_datasets, chosen_architectures))
    for dataset, architecture in pairs:
        _check_ratios(spec, study, dataset, architecture)
    return pairs


def _check_ratios(spec: Spec, study: Study, dataset: DatasetChoice, architecture: ArchitectureChoice) -> None:
    directory = own_code.study_directory(study)
    data = datasets.load_choice(dataset, datasets.root(dataset.name, study), directory)
    try:
        model = architectures.build(architecture, data.input_shape, data.classes, directory)
        prunable = prunable_parameters(model, architecture.classifier, include_classifier=spec.prune_classifier)
    except Exception as error:
        place = ("architecture", architecture.name) if architecture.factory else ("run", "architectures")
        raise study.error(place, f"architecture `{architecture.name}` on {dataset.name}: {error}") from error
    total = sum(weight.numel() for weight in model.parameters())
    for index, ratio in enumerate(spec.ratios):
        try:
            kept_weights(total, sum(weight.numel() for weight in prunable.values()), ratio)
        except ValueError as error:
            raise study.error(
                ("run", "ratios", index), f"`run.ratios`: {architecture.name} on {dataset.name}: {error}"
            ) from None


def _methods(spec: Spec, study: Study) -> list[PruningMethod]:
    """The methods asked for, then the baselines that they call for, each once."""
    wanted: dict[str, tuple[Any, ...]] = {name: ("run", "methods", index) for index, name in enumerate(spec.methods)}
    for name, where in wanted.items():
        if name != DenseControl().name:
            registry.resolve(name, study, where)
    if spec.baselines == "checklist":
        proposed = [name for name in spec.methods if name in study.methods and study.methods[name].proposed]
        if not proposed:
            raise study.error(
                ("run", "baselines"),
                '`baselines = "checklist"` serves proposed methods, and none of `run.methods` is one: '
                "add `proposed = true` to its [method.NAME]",
            )
        matched = [baseline.format(name) for name in proposed for baseline in registry.MATCHED_BASELINES]
        for name in (*registry.GLOBAL_BASELINES, *matched):
            wanted.setdefault(name, ("run", "baselines"))
    return [registry.resolve(name, study, where) for name, where in wanted.items() if name != DenseControl().name]
