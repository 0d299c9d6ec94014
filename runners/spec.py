"""The `[run]` table of a study: the grid to run and how its networks are trained."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, structs

from audit.study import Section, Study
from runners.recipe import PRESETS, Recipe, expand

Names = Annotated[tuple[str, ...], Meta(min_length=1)]
Ratios = Annotated[tuple[Annotated[float, Meta(ge=1)], ...], Meta(min_length=1)]
Seeds = Annotated[tuple[Annotated[int, Meta(ge=0)], ...], Meta(min_length=1)]


class Schedules(Section, frozen=True):
    """The numbers of the schedules that remove weights more than once.

    `fraction` of the remaining weights is removed in each round of `iterative` and of both kinds of rewinding. `rewind`
    is the moment of the pretraining that these go back to, in steps or epochs as its length is given; they cannot be
    run without it. `gradual` prunes every `interval` steps between the fractions `begin` and `end` of the fine-tuning.
    """

    fraction: Annotated[float, Meta(gt=0, le=1)] = 0.2
    rewind: Annotated[int, Meta(ge=1)] | None = None
    begin: Annotated[float, Meta(ge=0, lt=1)] = 0.0
    end: Annotated[float, Meta(gt=0, le=1)] = 0.5
    interval: Annotated[int, Meta(ge=1)] = 10


class Spec(Section, frozen=True):
    """The grid: every method at every compression ratio and seed, on every data set and architecture.

    Ratio 1 is the dense control and is always run. Where `iterative` or `learning_rate_rewinding` train on the same
    weights in several rounds, a dense network goes through as many: `dense_7_rounds`, `dense_7_replays`. `speedups` are
    theoretical speedups, dense ÷ remaining MACs, for the methods that remove filters by scores, which are run at each
    of them as well; where no `ratios` are given, at these alone. All other methods are run at `ratios`. `baselines =
    "checklist"` adds, for each proposed method, what the checklist of Blalock et al. 2020 (appendix B) demands. `save`
    says what is kept of each network beside its record: the mask, the mask and the final weights, or nothing.

    With `protocol = "held_out"` a validation split that nothing is trained on stops training and chooses epochs, and
    every seed has a pretrained network of its own. `"shrinkbench"` is the setup of the same paper: the test split does
    both, and all seeds are pruned from one network.

    `deterministic = false` is for networks with operations that torch has only in a form that depends on the order of
    additions, as some have on GPUs: their bits are then others each time.
    """

    datasets: Names
    architectures: Names
    methods: Names
    seeds: Seeds
    pretrain: Recipe
    finetune: Recipe
    ratios: Ratios = ()
    speedups: Ratios = ()
    baselines: Literal["none", "checklist"] = "none"
    prune_classifier: bool = False
    schedules: Schedules = Schedules()
    save: Literal["masks", "weights", "none"] = "masks"
    protocol: Literal["held_out", "shrinkbench"] = "held_out"
    deterministic: bool = True


def read_spec(study: Study) -> Spec:
    """Validate `[run]`; raises StudyError with the line of the first problem."""
    if study.run is None:
        raise study.error((), "there is no table [run], so there is nothing to run")
    table = {key: _recipe(study, key, value) if key in _RECIPES else value for key, value in study.run.items()}
    spec: Spec = study.section(Spec, ("run",), table)
    if not spec.ratios and not spec.speedups:
        message = "`run` says no sizes: give `ratios`, or `speedups` for methods that remove filters, or both"
        raise study.error(("run",), message)
    for key in ("datasets", "architectures", "methods", "ratios", "speedups", "seeds"):
        _distinct(study, key, getattr(spec, key))
    for key in _RECIPES:
        _check(study, key, getattr(spec, key))
    _check_schedules(study, spec)
    return spec if spec.protocol == "held_out" else structs.replace(spec, finetune=_best_epoch(spec.finetune))


def _best_epoch(recipe: Recipe) -> Recipe:
    """The recipe with the best epoch's weights kept: where it has no patience, training goes on to the end."""
    return structs.replace(recipe, patience=recipe.patience or recipe.epochs or recipe.steps)


_RECIPES = ("pretrain", "finetune")


def _recipe(study: Study, key: str, table: Any) -> Any:
    if not isinstance(table, Mapping):
        return table
    try:
        return expand(table)
    except (KeyError, TypeError):
        raise study.error(
            ("run", key, "preset"), f"unknown preset {table['preset']!r}; known are {', '.join(sorted(PRESETS))}"
        ) from None


def _distinct(study: Study, key: str, values: tuple) -> None:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise study.error(("run", key, index), f"`run.{key}` names {value!r} twice; each counts once")


def _check(study: Study, key: str, recipe: Recipe) -> None:
    if (recipe.epochs is None) == (recipe.steps is None):
        raise study.error(("run", key), f"`run.{key}` needs a length: either `epochs` or `steps`")
    if (recipe.learning_rate_schedule == "step") != bool(recipe.learning_rate_milestones):
        raise study.error(
            ("run", key),
            f'`run.{key}`: `learning_rate_schedule = "step"` and `learning_rate_milestones` need each other',
        )
    if recipe.optimizer != "sgd" and (recipe.momentum or recipe.nesterov):
        raise study.error(("run", key), f"`run.{key}`: `momentum` and `nesterov` belong to `sgd` alone")
    if recipe.nesterov and not recipe.momentum:
        raise study.error(("run", key, "nesterov"), f"`run.{key}`: `nesterov` needs a `momentum` above 0")


def _check_schedules(study: Study, spec: Spec) -> None:
    numbers, pretrain = spec.schedules, spec.pretrain
    if numbers.begin >= numbers.end:
        message = f"`run.schedules`: `begin` ({numbers.begin:g}) must lie before `end` ({numbers.end:g})"
        raise study.error(("run", "schedules"), message)
    length = pretrain.steps or pretrain.epochs or 0
    if numbers.rewind is not None and numbers.rewind >= length:
        raise study.error(
            ("run", "schedules", "rewind"),
            f"`run.schedules.rewind` ({numbers.rewind}) must lie before the end of the pretraining ({length})",
        )
