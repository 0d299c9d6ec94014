"""Methods by name: the project's, those that a study declares, and those that a name puts together."""

import re

import msgspec

from audit.study import Study, meant, own_code
from runners.pruning import own_prune, pattern, scores
from runners.pruning.allocation import ALLOCATIONS, MATCHED
from runners.pruning.compatible import conflict
from runners.pruning.method import PruningMethod, ScratchControl
from runners.pruning.named import NAMED
from runners.pruning.schedule import SCHEDULES, STARTS

GRANULARITIES = ("weight", "n_m", "filter")
_DEFAULT_SCHEDULE = {"init": "at_initialisation", "rewind": "weight_rewinding", "trained": "one_shot", None: "one_shot"}
_SCHEDULED = re.compile(f"(.+)_({'|'.join(sorted(SCHEDULES, key=len, reverse=True))})")
_PATTERNED = re.compile(r"(.+)_(\d+)_(\d+)")

# What appendix B of Blalock et al. 2020 demands beside a proposed method.
GLOBAL_BASELINES = ("global_magnitude", "global_random", "random_erk")
MATCHED_BASELINES = ("random_matched_{}", "magnitude_matched_{}")
FILTER_BASELINES = ("global_filter_magnitude", "global_filter_random")
SCRATCH = "scratch_matched_"


def resolve(name: str, study: Study, where: tuple[str | int, ...]) -> PruningMethod:
    """The method `name`: one of the project's, one that the study declares, or one made of these by its name.

    Raises StudyError with a line where there is none, or where its parts are unknown or do not go together.
    """
    method = _resolve(name, study, where)
    found = conflict(method, own_code.study_directory(study))
    if found is not None:
        part, why = found
        declared = name in study.methods and getattr(study.methods[name], part) is not None
        raise study.error(("method", name, part) if declared else where, f"method `{name}`: {why}")
    return method


def scratch(name: str, study: Study, where: tuple[str | int, ...]) -> ScratchControl | None:
    """The small dense control of that name, or None where it is no name of one; raises StudyError as `resolve` does."""
    if not name.startswith(SCRATCH) or (name in study.methods and study.methods[name].score):
        return None
    like = resolve(name.removeprefix(SCRATCH), study, where)
    if like.granularity != "filter" or like.matched is not None:
        why = "does not remove filters by itself, so it leaves no small network of its own"
        raise study.error(where, f"`{name}`: `{like.name}` {why}")
    return ScratchControl(name=name, like=like)


def _resolve(name: str, study: Study, where: tuple[str | int, ...]) -> PruningMethod:
    declared = study.methods.get(name)
    if declared is not None and (declared.score or declared.prune) and name not in NAMED:
        return _declared(name, study)
    if name in NAMED:
        _agrees(name, study)
        return NAMED[name].method
    score, separator, reference = name.partition("_matched_")
    if separator and score in scores.known():
        return _matched(name, score, _reference(reference, study, where))
    if (scheduled := _SCHEDULED.fullmatch(name)) and _one_shot(scheduled[1], study):
        return _scheduled(resolve(scheduled[1], study, where), scheduled[2])
    if (patterned := _PATTERNED.fullmatch(name)) and patterned[1] in scores.known():
        return _patterned(name, patterned, study, where)
    nearest = "" if name in study.methods else meant(name, (*NAMED, *study.methods))
    raise study.error(
        where,
        f"unknown method `{name}`{nearest}; known are those that `audit methods` lists, SCORE_matched_METHOD, "
        "METHOD_SCHEDULE, SCORE_N_M, scratch_matched_METHOD and any [method.NAME] with a `score`",
    )


def baselines(proposed: PruningMethod) -> tuple[str, ...]:
    """What appendix B of Blalock et al. 2020 demands beside a proposed method, by name.

    The same granularity, schedule and starting weights; a pattern leaves no choice of layers, so that all its baselines
    are matched. Beside one that removes filters stands the small dense network that it leaves, trained from scratch.
    """
    matched = tuple(baseline.format(proposed.name) for baseline in MATCHED_BASELINES)
    if proposed.granularity == "filter":
        own = f"{proposed.score}_matched_{proposed.name}"  # would be the method itself
        return (
            *_scheduled_names(FILTER_BASELINES, proposed),
            *(name for name in matched if name != own),
            SCRATCH + proposed.name,
        )
    if proposed.granularity != "weight":
        return matched
    return *_scheduled_names(GLOBAL_BASELINES, proposed), *matched


def _scheduled_names(names: tuple[str, ...], like: PruningMethod) -> tuple[str, ...]:
    suffix = "" if like.schedule == "one_shot" else f"_{like.schedule}"
    return tuple(f"{name}{suffix}" for name in names)


def _matched(name: str, score: str, reference: PruningMethod) -> PruningMethod:
    """A score on the counts of a reference, with its schedule, granularity and starting weights."""
    return msgspec.structs.replace(
        reference, name=name, score=score, allocation=MATCHED, matched=reference, code=None, prune=None
    )


def _one_shot(name: str, study: Study) -> bool:
    """Whether a method can be carried out by another schedule: it is known, and pruned at once as it stands."""
    if name in NAMED:
        return NAMED[name].method.schedule == "one_shot"
    declared = study.methods.get(name)
    return (
        declared is not None
        and not declared.prune
        and declared.schedule in (None, "one_shot")
        and declared.starts_from in (None, "trained")
    )


def _scheduled(method: PruningMethod, schedule: str) -> PruningMethod:
    name = f"{method.name}_{schedule}"
    return msgspec.structs.replace(method, name=name, schedule=schedule, starts_from=STARTS[schedule])


def _patterned(name: str, parts: re.Match[str], study: Study, where: tuple[str | int, ...]) -> PruningMethod:
    score, n, m = parts.groups()
    try:
        pattern.parse(f"{n}:{m}")
    except ValueError as error:
        raise study.error(where, f"method `{name}`: {error}") from None
    return PruningMethod(name=name, score=score, allocation="uniform", granularity="n_m", pattern=f"{n}:{m}")


def _declared(name: str, study: Study) -> PruningMethod:
    declared = study.methods[name]
    here = ("method", name)
    if declared.prune:
        return own_prune.declared(name, study)
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
    schedule = declared.schedule or _DEFAULT_SCHEDULE[declared.starts_from]
    _known(study, (*here, "schedule"), schedule, tuple(SCHEDULES))
    method = PruningMethod(
        name=name,
        score=score,
        allocation=allocation,
        schedule=schedule,
        granularity=declared.granularity or ("n_m" if declared.pattern else "weight"),
        starts_from=declared.starts_from or STARTS[schedule],
        pattern=declared.pattern,
        matched=_reference(declared.matched_to, study, (*here, "matched_to")) if declared.matched_to else None,
        code=code,
    )
    _known(study, (*here, "granularity"), method.granularity, GRANULARITIES)
    if method.starts_from != STARTS[schedule]:
        raise study.error(
            (*here, "starts_from"),
            f"`method.{name}.starts_from`: the schedule `{schedule}` starts from `{STARTS[schedule]}`, "
            f"not `{method.starts_from}`",
        )
    if (method.granularity == "n_m") != bool(method.pattern):
        raise study.error(here, f'`method.{name}`: `granularity = "n_m"` and `pattern` need each other')
    if method.pattern:
        try:
            pattern.parse(method.pattern)
        except ValueError as error:
            raise study.error((*here, "pattern"), f"`method.{name}.pattern`: {error}") from None
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
