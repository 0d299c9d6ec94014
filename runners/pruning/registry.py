"""The methods that come with the project, by name, and those that a study declares."""

from dataclasses import dataclass
from itertools import product

import msgspec

from audit.study import Study, own_code
from runners.pruning import scores
from runners.pruning.allocation import ALLOCATIONS, MATCHED
from runners.pruning.method import PruningMethod
from runners.pruning.schedule import SCHEDULES

GRANULARITIES = ("weight",)
STARTS = ("trained",)


@dataclass(frozen=True)
class Named:
    """A method with a name of its own, and the publication that its score is taken from."""

    method: PruningMethod
    year: int
    citation: str


_PREFIXES = {"global": "global", "layerwise": "uniform"}
_PUBLICATIONS = {
    "magnitude": (2015, "Han et al. 2015, Learning both Weights and Connections for Efficient Neural Networks"),
    "gradient": (2020, "Blalock et al. 2020, What is the State of Neural Network Pruning?, section 7.1"),
    "random": (2020, "Blalock et al. 2020, What is the State of Neural Network Pruning?, appendix B"),
}

NAMED: dict[str, Named] = {
    f"{prefix}_{score}": Named(
        PruningMethod(name=f"{prefix}_{score}", score=score, allocation=_PREFIXES[prefix]), *_PUBLICATIONS[score]
    )
    for prefix, score in product(_PREFIXES, _PUBLICATIONS)
}

# What appendix B of Blalock et al. 2020 demands beside a proposed method.
GLOBAL_BASELINES = ("global_magnitude", "global_random")
MATCHED_BASELINES = ("random_matched_{}", "magnitude_matched_{}")


def resolve(name: str, study: Study, where: tuple[str | int, ...]) -> PruningMethod:
    """The method `name`: one of the project's, one that the study declares, or `SCORE_matched_METHOD`.

    Raises StudyError with a line where there is none, or where its parts are unknown.
    """
    declared = study.methods.get(name)
    if declared is not None and (declared.score or declared.prune) and name not in NAMED:
        return _declared(name, study)
    if name in NAMED:
        _agrees(name, study)
        return NAMED[name].method
    score, separator, reference = name.partition("_matched_")
    if separator and score in scores.known():
        return PruningMethod(name=name, score=score, allocation=MATCHED, matched=_reference(reference, study, where))
    raise study.error(
        where,
        f"unknown method `{name}`; known are {', '.join(NAMED)}, SCORE_matched_METHOD and any [method.NAME] with a "
        "`score`",
    )


def _declared(name: str, study: Study) -> PruningMethod:
    declared = study.methods[name]
    here = ("method", name)
    if declared.prune:
        raise study.error((*here, "prune"), f"`method.{name}.prune`: only methods with a `score` can be run")
    score = declared.score or ""
    code = None
    if ":" in score:
        try:
            own_code.load(score, own_code.study_directory(study))
            code = own_code.content_digest(score, own_code.study_directory(study))
        except own_code.OwnCodeError as error:
            raise study.error((*here, "score"), f"`method.{name}.score`: {error}") from error
    else:
        if "." in score:
            message = f"`method.{name}.score`: a function of one's own is named `module:function`, found {score!r}"
            raise study.error((*here, "score"), message)
        _known(study, (*here, "score"), score, scores.known())
    allocation = declared.allocation or (MATCHED if declared.matched_to else "global")
    _known(study, (*here, "allocation"), allocation, (*ALLOCATIONS, MATCHED))
    if (allocation == MATCHED) != bool(declared.matched_to):
        raise study.error(here, f'`method.{name}`: `allocation = "matched"` and `matched_to` need each other')
    method = PruningMethod(
        name=name,
        score=score,
        allocation=allocation,
        schedule=declared.schedule or "one_shot",
        granularity=declared.granularity or "weight",
        starts_from=declared.starts_from or "trained",
        matched=_reference(declared.matched_to, study, (*here, "matched_to")) if declared.matched_to else None,
        code=code,
    )
    _known(study, (*here, "schedule"), method.schedule, tuple(SCHEDULES))
    _known(study, (*here, "granularity"), method.granularity, GRANULARITIES)
    _known(study, (*here, "starts_from"), method.starts_from, STARTS)
    return method


def _reference(name: str, study: Study, where: tuple[str | int, ...]) -> PruningMethod:
    reference = resolve(name, study, where)
    if reference.matched is not None:
        raise study.error(where, f"`{name}` is itself matched to `{reference.matched.name}`: match to that one")
    return reference


def _agrees(name: str, study: Study) -> None:
    """A study may describe a method of the project, but not say that it is something else."""
    declared = study.methods.get(name)
    built_in = msgspec.structs.asdict(NAMED[name].method)
    for key in ("score", "allocation", "schedule", "granularity", "starts_from"):
        stated = getattr(declared, key, None)
        if stated not in (None, built_in[key]):
            raise study.error(
                ("method", name, key),
                f"`{name}` comes with the project and has {key} `{built_in[key]}`, not `{stated}`: "
                "give yours another name",
            )


def _known(study: Study, where: tuple[str | int, ...], value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        path = ".".join(map(str, where))
        raise study.error(where, f"`{path}`: this version cannot run `{value}`; it can run {', '.join(known)}")
