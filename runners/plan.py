"""A study's `[run]` table → the networks to train, each as a record of everything that can change its outcome."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any, Literal, overload

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace
from torch import Size

from audit.schema import DENSE, SCHEMA_VERSION
from audit.study import Study, own_code
from runners import architectures, datasets, digest
from runners.architectures import ArchitectureChoice
from runners.datasets import DatasetChoice
from runners.filters.dependencies import Dependencies
from runners.macs import count_macs
from runners.pruning import registry
from runners.pruning.method import DenseControl, Method, PruningMethod, ScratchControl
from runners.pruning.pattern import kept_by
from runners.pruning.prunable import kept_macs, kept_parameters, kept_weights, prunable_parameters
from runners.pruning.schedule import LENGTHENING, PRETRAINS, USES, Settings, rounds
from runners.recipe import Recipe
from runners.spec import Spec

CHECKPOINT_SEED = 0  # of the one network that all seeds are pruned from, where they share it

Pruned = PruningMethod | ScratchControl
_Size = tuple[float, Literal["speedup"] | UnsetType]  # a ratio or speedup, and which of the two


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

    `ratio` is original ÷ new: of parameters, or of MACs where a `target` says that it is a speedup. `own_seed` is that
    of its mask and fine-tuning, where all seeds are pruned from one network.
    """

    pretraining: Pretraining
    method: Method
    ratio: float
    finetune: Recipe
    prune_classifier: bool = False
    schema_version: int = SCHEMA_VERSION
    own_seed: int | UnsetType = UNSET
    target: Literal["speedup"] | UnsetType = UNSET

    @property
    def by_speedup(self) -> bool:
        """Whether a theoretical speedup is asked for, and no compression ratio."""
        return self.target == "speedup"

    @property
    def seed(self) -> int:
        """The seed that the network is one of."""
        return self.pretraining.seed if isinstance(self.own_seed, UnsetType) else self.own_seed

    def elsewhere(self, seed: int, ratio: float, *, by_speedup: bool = False) -> "Run":
        """The same method at another seed and ratio, or speedup."""
        sized = replace(self, ratio=ratio, target="speedup" if by_speedup else UNSET)
        if isinstance(self.own_seed, UnsetType):
            return replace(sized, pretraining=replace(self.pretraining, seed=seed))
        return replace(sized, own_seed=seed)

    @property
    def digest(self) -> str:
        """The identity: 64 hexadecimal digits. The machine and the versions of libraries are no part of it."""
        return digest.of_record(self)

    @property
    def label(self) -> str:
        """What a person calls it."""
        of = self.pretraining
        size = f"{'speedup ' if self.by_speedup else ''}{self.ratio:g}x"
        return f"{size} seed {self.seed} {self.method.name} · {of.architecture.name} · {of.dataset.name}"

    @property
    def recipe(self) -> Recipe:
        """How the network is trained after it is pruned."""
        method = self.method
        replays = not isinstance(method, ScratchControl) and method.schedule in PRETRAINS
        return self.pretraining.recipe if replays or method.starts_from != "trained" else self.finetune


@dataclass(frozen=True)
class Sizes:
    """Parameters of an architecture on a data set: all of them, and the shapes of the prunable layers' weights.

    `macs` are the network's, where a speedup is asked for.
    """

    total: int
    layers: Mapping[str, Size]
    macs: int

    @property
    def prunable(self) -> int:
        """Parameters that pruning may remove."""
        return sum(shape.numel() for shape in self.layers.values())


def plan(spec: Spec, study: Study) -> tuple[Run, ...]:
    """The runs of a study, in the order of its data sets, architectures, seeds, methods and ratios.

    The dense control comes once per pair, seed and kind of starting weights, whether or not 1 is among the ratios, and
    once more for each number of rounds in which networks are trained on. Speedups come after ratios.

    Raises StudyError with the line of a name that is unknown, of a ratio or speedup that cannot be reached, or of a
    method that can be run at none.
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
            target=target,
        )
        for dataset, architecture, sizes in _pairs(spec, study, methods)
        for seed, own_seed in _seeds(spec)
        for method, (ratio, target) in _networks(controls, methods, spec, sizes)
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
) -> list[tuple[Method, _Size]]:
    """Every control, then every method at every ratio and speedup."""
    longer = dict.fromkeys(_longer_controls(methods, spec, sizes))
    networks: list[tuple[Method, _Size]] = [(control, (1.0, UNSET)) for control in (*controls, *longer)]
    for method in methods:
        networks += [(method, (ratio, UNSET)) for ratio in _ratios(method, spec, sizes)]
        networks += [(method, (speedup, "speedup")) for speedup in _speedups(method, spec)]
    return networks


def _counts_macs(method: Pruned) -> bool:
    """Whether a method can be asked for a speedup: it, or what it is matched to, removes filters by scores."""
    reference = method.like if isinstance(method, ScratchControl) else method.matched or method
    return reference.removes_channels


def _control(start: str, spec: Spec) -> DenseControl:
    settings = Settings(rewind=spec.schedules.rewind) if start == "rewind" else None
    return DenseControl(starts_from=start, settings=settings)


def _longer_controls(methods: list[Pruned], spec: Spec, sizes: Sizes) -> Iterator[DenseControl]:
    """The controls of networks whose weights are trained on in rounds: as often as those of each method and size."""
    for method in methods:
        if not isinstance(method, PruningMethod) or method.schedule not in LENGTHENING:
            continue
        whole = sizes.total if method.removes_channels else sizes.prunable
        left = [(whole, kept_weights(sizes.total, whole, ratio)) for ratio in _ratios(method, spec, sizes)]
        left += [(sizes.macs, kept_macs(sizes.macs, 1, speedup)) for speedup in _speedups(method, spec)]
        for number in (len(rounds(prunable, kept, spec.schedules.fraction)) for prunable, kept in left):
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


def _speedups(method: Pruned, spec: Spec) -> tuple[float, ...]:
    """The theoretical speedups that a method is run at."""
    return tuple(speedup for speedup in spec.speedups if speedup > 1) if _counts_macs(method) else ()


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
    """Sizes of a pair, on which `weights` or `filters` are removed, or both, and every size can be reached."""
    directory = own_code.study_directory(study)
    data = datasets.load_choice(dataset, datasets.root(dataset.name, study), directory)
    try:
        model = architectures.build(architecture, data.input_shape, data.classes, directory)
        prunable = prunable_parameters(model, architecture.classifier, include_classifier=spec.prune_classifier)
        dependencies = Dependencies(model, data.input_shape, architecture.classifier) if filters else None
        least = dependencies.fewest(dependencies.parameters) if dependencies else 0
        macs = count_macs(model, data.input_shape, ()).total if dependencies and spec.speedups else 0
        least_macs = dependencies.fewest(dependencies.macs) if dependencies and spec.speedups else 0
    except (Exception, SystemExit) as error:
        place = ("architecture", architecture.name) if architecture.factory else ("run", "architectures")
        raise study.error(place, f"architecture `{architecture.name}` on {dataset.name}: {error}") from error
    sizes = Sizes(
        sum(weight.numel() for weight in model.parameters()),
        {name: weight.shape for name, weight in prunable.items()},
        macs,
    )
    on = f"{architecture.name} on {dataset.name}"
    if weights:
        _check_reach(spec.ratios, study, "ratios", on, partial(kept_weights, sizes.total, sizes.prunable))
    if filters:
        _check_reach(spec.ratios, study, "ratios", on, partial(kept_parameters, sizes.total, least))
        _check_reach(spec.speedups, study, "speedups", on, partial(kept_macs, macs, least_macs))
    return sizes


def _check_reach(asked: tuple[float, ...], study: Study, key: str, on: str, kept: Callable[[float], int]) -> None:
    """Raises StudyError with the line of a ratio or speedup that leaves less than can be left."""
    for index, each in enumerate(asked):
        try:
            kept(each)
        except ValueError as error:
            raise study.error(("run", key, index), f"`run.{key}`: {on}: {error}") from None


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
    _check_targets(spec, study, {name: (method, wanted.get(name, here)) for name, method in methods.items()})
    return [_with_settings(method, spec, study, wanted.get(name, here)) for name, method in methods.items()]


def _check_targets(spec: Spec, study: Study, methods: Mapping[str, tuple[Pruned, tuple[Any, ...]]]) -> None:
    """Every method has a size that it can be asked for, and every kind of size a method."""
    if spec.speedups and not any(_counts_macs(method) for method, _ in methods.values()):
        raise study.error(
            ("run", "speedups"),
            "`run.speedups`: none of the methods removes filters by scores, and no other can be asked for a speedup: "
            "give `ratios` in their place, and speedups are recorded",
        )
    ratios = not spec.speedups or any(ratio > 1 for ratio in spec.ratios)
    for name, (method, where) in methods.items():
        if isinstance(method, PruningMethod) and not (ratios or _counts_macs(method) or method.pattern):
            what = "prunes by code of its own" if method.prune else "removes single weights"
            raise study.error(
                where,
                f"`{name}` {what}, and cannot be asked for a speedup: give `ratios` beside `speedups`, or leave it out",
            )


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
