"""A study's `[run]` table → the networks to train, each as a record of everything that can change its outcome."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, overload

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace
from torch import Size

from audit.schema import DENSE, SCHEMA_VERSION
from audit.study import Study, own_code
from runners import architectures, datasets, digest
from runners.architectures import ArchitectureChoice
from runners.datasets import DatasetChoice
from runners.filters.dependencies import Dependencies
from runners.pruning import registry
from runners.pruning.method import DenseControl, Method, PruningMethod, ScratchControl
from runners.pruning.pattern import kept_by
from runners.pruning.prunable import kept_parameters, kept_weights, prunable_parameters
from runners.pruning.schedule import LENGTHENING, PRETRAINS, USES, Settings, rounds
from runners.recipe import Recipe
from runners.spec import Spec

CHECKPOINT_SEED = 0  # of the one network that all seeds are pruned from, where they share it

Pruned = PruningMethod | ScratchControl


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
    """One network: what it is pruned from, how, by how much, and how it is fine-tuned.

    `own_seed` is that of its mask and fine-tuning, where all seeds are pruned from one network.
    """

    pretraining: Pretraining
    method: Method
    ratio: float
    finetune: Recipe
    prune_classifier: bool = False
    schema_version: int = SCHEMA_VERSION
    own_seed: int | UnsetType = UNSET

    @property
    def seed(self) -> int:
        """The seed that the network is one of."""
        return self.pretraining.seed if isinstance(self.own_seed, UnsetType) else self.own_seed

    def elsewhere(self, seed: int, ratio: float) -> "Run":
        """The same method at another seed and ratio."""
        if isinstance(self.own_seed, UnsetType):
            return replace(self, ratio=ratio, pretraining=replace(self.pretraining, seed=seed))
        return replace(self, ratio=ratio, own_seed=seed)

    @property
    def digest(self) -> str:
        """The identity: 64 hexadecimal digits. The machine and the versions of libraries are no part of it."""
        return digest.of_record(self)

    @property
    def label(self) -> str:
        """What a person calls it."""
        of = self.pretraining
        return f"{self.ratio:g}x seed {self.seed} {self.method.name} · {of.architecture.name} · {of.dataset.name}"

    @property
    def recipe(self) -> Recipe:
        """How the network is trained after it is pruned."""
        method = self.method
        replays = not isinstance(method, ScratchControl) and method.schedule in PRETRAINS
        return self.pretraining.recipe if replays or method.starts_from != "trained" else self.finetune


@dataclass(frozen=True)
class Sizes:
    """Parameters of an architecture on a data set: all of them, and the shapes of the prunable layers' weights."""

    total: int
    layers: Mapping[str, Size]

    @property
    def prunable(self) -> int:
        """Parameters that pruning may remove."""
        return sum(shape.numel() for shape in self.layers.values())


def plan(spec: Spec, study: Study) -> tuple[Run, ...]:
    """The runs of a study, in the order of its data sets, architectures, seeds, methods and ratios.

    The dense control comes once per pair, seed and kind of starting weights, whether or not 1 is among the ratios, and
    once more for each number of rounds in which networks are trained on. Raises StudyError with the line of a name that
    is unknown, or of a ratio that cannot be reached.
    """
    methods = _methods(spec, study)
    starts = dict.fromkeys(method.starts_from for method in methods if isinstance(method, PruningMethod))
    controls = [_control(start, spec) for start in starts]
    return tuple(
        Run(
            pretraining=Pretraining(dataset=dataset, architecture=architecture, seed=seed, recipe=spec.pretrain),
            method=method,
            ratio=ratio,
            finetune=spec.finetune,
            prune_classifier=spec.prune_classifier,
            own_seed=own_seed,
        )
        for dataset, architecture, sizes in _pairs(spec, study, methods)
        for seed, own_seed in _seeds(spec)
        for method, ratio in _networks(controls, methods, spec, sizes)
        if not (isinstance(method, ScratchControl) and _shared(spec, architecture))
    )


def _shared(spec: Spec, architecture: ArchitectureChoice) -> bool:
    """Whether all seeds are pruned from one network: how long it was trained, or from what, is not theirs to repeat."""
    return architecture.weights is not None or spec.protocol == "shrinkbench"


def _seeds(spec: Spec) -> list[tuple[int, int | UnsetType]]:
    """Of each seed, that of its pretraining, and its own where this is another."""
    if spec.protocol == "shrinkbench":
        return [(CHECKPOINT_SEED, seed) for seed in spec.seeds]
    return [(seed, UNSET) for seed in spec.seeds]


def _networks(
    controls: list[DenseControl], methods: list[Pruned], spec: Spec, sizes: Sizes
) -> list[tuple[Method, float]]:
    """Every control, then every method at every ratio."""
    longer = dict.fromkeys(_longer_controls(methods, spec, sizes))
    networks: list[tuple[Method, float]] = [(control, 1.0) for control in (*controls, *longer)]
    return networks + [(method, ratio) for method in methods for ratio in _ratios(method, spec, sizes)]


def _control(start: str, spec: Spec) -> DenseControl:
    settings = Settings(rewind=spec.schedules.rewind) if start == "rewind" else None
    return DenseControl(starts_from=start, settings=settings)


def _longer_controls(methods: list[Pruned], spec: Spec, sizes: Sizes) -> Iterator[DenseControl]:
    """The controls of networks whose weights are trained on in rounds: as often as those of each method and ratio."""
    for method in methods:
        if not isinstance(method, PruningMethod) or method.schedule not in LENGTHENING:
            continue
        prunable = sizes.total if method.removes_channels else sizes.prunable
        for ratio in _ratios(method, spec, sizes):
            kept = kept_weights(sizes.total, prunable, ratio)
            number = len(rounds(prunable, kept, spec.schedules.fraction))
            if number == 1 and method.schedule not in PRETRAINS:  # trained as the control of its starting weights is
                continue
            yield DenseControl(
                name=f"{DENSE}_{number}_{LENGTHENING[method.schedule]}",
                settings=Settings(rewind=spec.schedules.rewind) if "rewind" in USES[method.schedule] else None,
                schedule=method.schedule,
                rounds=number,
            )


def _ratios(method: Pruned, spec: Spec, sizes: Sizes) -> tuple[float, ...]:
    """The ratios that a method is run at: a pattern has its own alone."""
    if isinstance(method, ScratchControl) or method.pattern is None:
        return tuple(ratio for ratio in spec.ratios if ratio > 1)
    kept = kept_by(sizes.layers, method.pattern)
    return (sizes.total / (sizes.total - sizes.prunable + kept),)


def _pairs(spec: Spec, study: Study, methods: list[Pruned]) -> list[tuple[DatasetChoice, ArchitectureChoice, Sizes]]:
    chosen_datasets = [
        datasets.choose(name, study, ("run", "datasets", index), official_splits=spec.protocol == "shrinkbench")
        for index, name in enumerate(spec.datasets)
    ]
    chosen_architectures = [
        architectures.choose(name, study, ("run", "architectures", index))
        for index, name in enumerate(spec.architectures)
    ]
    pairs = list(product(chosen_datasets, chosen_architectures))
    for dataset, architecture in pairs:
        _check_weights(spec, study, methods, dataset, architecture)
    filters = any(isinstance(method, ScratchControl) or method.removes_channels for method in methods)
    weights = any(isinstance(method, PruningMethod) and not method.removes_channels for method in methods)
    return [
        (dataset, architecture, _sizes(spec, study, dataset, architecture, weights=weights, filters=filters))
        for dataset, architecture in pairs
    ]


def _check_weights(
    spec: Spec, study: Study, methods: list[Pruned], dataset: DatasetChoice, architecture: ArchitectureChoice
) -> None:
    """Weights from elsewhere have seen all training images, and what they were trained from is not known."""
    if spec.protocol == "shrinkbench":
        _check_start(spec, study, methods)
    if architecture.weights is None:
        return
    for method in methods:
        if method.starts_from != "trained" and method.name in spec.methods:  # its baselines start as it does
            raise study.error(
                ("run", "methods", spec.methods.index(method.name)),
                f"`{method.name}` starts from what the pretraining starts from, which is not known of the weights of "
                f"`{architecture.name}` (`{architecture.weights}`); leave one of the two out",
            )
    if dataset.factory is None and spec.finetune.patience is not None and not dataset.official_splits:
        raise study.error(
            ("run", "finetune", "patience"),
            f"`run.finetune.patience`: `{architecture.weights}` was trained on the images that `{dataset.name}` holds "
            "out for validation; leave `patience` out, and the last epoch is reported",
        )


def _check_start(spec: Spec, study: Study, methods: list[Pruned]) -> None:
    """One network is shared by all seeds after it is trained, not before."""
    for method in methods:
        added = isinstance(method, ScratchControl) and method.name not in spec.methods  # and then left out
        if method.starts_from != "trained" and not added:
            place = spec.methods.index(method.name) if method.name in spec.methods else 0
            raise study.error(
                ("run", "methods", place),
                f'`{method.name}` does not start from trained weights: `protocol = "shrinkbench"` prunes one '
                "pretrained network, and its seeds vary masks and fine-tuning alone",
            )


def _sizes(
    spec: Spec,
    study: Study,
    dataset: DatasetChoice,
    architecture: ArchitectureChoice,
    *,
    weights: bool,
    filters: bool,
) -> Sizes:
    """Sizes of a pair, on which `weights` or `filters` are removed, or both, and every ratio can be reached."""
    directory = own_code.study_directory(study)
    data = datasets.load_choice(dataset, datasets.root(dataset.name, study), directory)
    try:
        model = architectures.build(architecture, data.input_shape, data.classes, directory)
        prunable = prunable_parameters(model, architecture.classifier, include_classifier=spec.prune_classifier)
        least = Dependencies(model, data.input_shape, architecture.classifier).fewest if filters else 0
    except (Exception, SystemExit) as error:
        place = ("architecture", architecture.name) if architecture.factory else ("run", "architectures")
        raise study.error(place, f"architecture `{architecture.name}` on {dataset.name}: {error}") from error
    sizes = Sizes(
        sum(weight.numel() for weight in model.parameters()),
        {name: weight.shape for name, weight in prunable.items()},
    )
    for index, ratio in enumerate(spec.ratios):
        try:
            if weights:
                kept_weights(sizes.total, sizes.prunable, ratio)
            if filters:
                kept_parameters(sizes.total, least, ratio)
        except ValueError as error:
            raise study.error(
                ("run", "ratios", index), f"`run.ratios`: {architecture.name} on {dataset.name}: {error}"
            ) from None
    return sizes


def _methods(spec: Spec, study: Study) -> list[Pruned]:
    """The methods asked for, then the baselines that they call for, each once."""
    here: tuple[Any, ...] = ("run", "baselines")
    wanted: dict[str, tuple[Any, ...]] = {name: ("run", "methods", index) for index, name in enumerate(spec.methods)}
    wanted.pop(DenseControl().name, None)
    methods: dict[str, Pruned] = {name: _method(name, study, where) for name, where in wanted.items()}
    if spec.baselines == "checklist":
        proposed = [name for name in spec.methods if name in study.methods and study.methods[name].proposed]
        if not proposed:
            raise study.error(
                here,
                '`baselines = "checklist"` serves proposed methods, and none of `run.methods` is one: '
                "add `proposed = true` to its [method.NAME]",
            )
        for baseline in dict.fromkeys(each for name in proposed for each in _baselines(methods[name])):
            if baseline not in methods:
                methods[baseline] = _method(baseline, study, here)
    return [_with_settings(method, spec, study, wanted.get(name, here)) for name, method in methods.items()]


def _method(name: str, study: Study, where: tuple[Any, ...]) -> Pruned:
    return registry.scratch(name, study, where) or registry.resolve(name, study, where)


def _baselines(proposed: Pruned) -> tuple[str, ...]:
    return registry.baselines(proposed) if isinstance(proposed, PruningMethod) else ()


@overload
def _with_settings(method: PruningMethod, spec: Spec, study: Study, where: tuple[Any, ...]) -> PruningMethod: ...
@overload
def _with_settings(method: ScratchControl, spec: Spec, study: Study, where: tuple[Any, ...]) -> ScratchControl: ...
def _with_settings(method: Pruned, spec: Spec, study: Study, where: tuple[Any, ...]) -> Pruned:
    """The method with the numbers that its schedule uses; raises StudyError where one has to be given."""
    if isinstance(method, ScratchControl):
        return replace(method, like=_with_settings(method.like, spec, study, where))
    used = USES[method.schedule]
    if "rewind" in used and spec.schedules.rewind is None:
        raise study.error(
            where, f"`{method.name}` rewinds the pretraining: say to when with `rewind` under [run.schedules]"
        )
    settings = Settings(**{name: getattr(spec.schedules, name) for name in used}) if used else None
    matched = method.matched and _with_settings(method.matched, spec, study, where)
    return replace(method, settings=settings, matched=matched)
