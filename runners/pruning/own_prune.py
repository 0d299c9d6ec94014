"""`[method.NAME] prune = "module:function"`: a method of the user's own that finds masks or a smaller model by itself.

What it is compared with has its schedule: it is called once, on the starting weights, and what it leaves of the
training follows.
"""

from audit.study import Study, own_code
from runners.pruning.method import PruningMethod

ALLOCATION = "own"  # unless the study says otherwise
GRANULARITIES = ("weight", "filter")
_SCHEDULES = {"trained": "one_shot", "init": "at_initialisation"}
_OF_SCORES = ("score", "matched_to", "pattern")


def declared(name: str, study: Study) -> PruningMethod:
    """The method `name` that a study declares so; raises StudyError where its function or another key is wrong."""
    method = study.methods[name]
    here, prune = ("method", name), method.prune or ""
    for key in _OF_SCORES:
        if getattr(method, key) is not None:
            raise study.error(
                (*here, key), f"`method.{name}.{key}` does not go with `prune`, which decides all of that"
            )
    if ":" not in prune:
        message = f"`method.{name}.prune`: a function of one's own is named `module:function`, found {prune!r}"
        raise study.error((*here, "prune"), message)
    directory = own_code.study_directory(study)
    try:
        own_code.load(prune, directory)
        code = own_code.content_digest(prune, directory)
    except own_code.OwnCodeError as error:
        raise study.error((*here, "prune"), f"`method.{name}.prune`: {error}") from error
    start = method.starts_from or "trained"
    schedule, granularity = _SCHEDULES.get(start, ""), method.granularity or "weight"
    for key, value, allowed in (
        ("starts_from", start, tuple(_SCHEDULES)),
        ("schedule", method.schedule or schedule, (schedule,)),
        ("granularity", granularity, GRANULARITIES),
    ):
        if value not in allowed:
            said = " or ".join(f"`{each}`" for each in allowed)
            raise study.error((*here, key), f"`method.{name}.{key}`: with `prune` it is {said}, not `{value}`")
    return PruningMethod(
        name=name,
        score=prune,
        allocation=method.allocation or ALLOCATION,
        schedule=schedule,
        granularity=granularity,
        starts_from=start,
        code=code,
        prune=prune,
    )
