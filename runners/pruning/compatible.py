"""Which parts of a method go together."""

from pathlib import Path

from runners.pruning import scores
from runners.pruning.allocation import MATCHED
from runners.pruning.method import PruningMethod

FILTER_ALLOCATIONS = ("global", "uniform", MATCHED)
NOT_FOR_FILTERS = ("gradual",)  # schedules that prune while an optimiser holds the weights


def conflict(method: PruningMethod, directory: Path) -> tuple[str, str] | None:
    """The part of a method that does not go with its granularity, and what does; None where all do.

    `directory` is where scores of the user's own are looked for. What prunes by code of its own has no such parts.
    """
    if method.prune is not None:
        return None
    score = scores.load(method.score, directory)
    if method.granularity != "filter":
        return None if score.weights else ("score", f"`{method.score}` ranks filters alone: say `granularity` `filter`")
    if not score.ranks_filters:
        return "score", f"`{method.score}` ranks weights layer by layer or in many steps, and no filters"
    if method.allocation not in FILTER_ALLOCATIONS:
        return "allocation", f"filters are shared {', '.join(FILTER_ALLOCATIONS)}, not by `{method.allocation}`"
    if method.schedule in NOT_FOR_FILTERS:
        return "schedule", f"`{method.schedule}` prunes between two steps of an optimiser, and filters cannot go there"
    return None
