"""How many seeds it would take to tell two methods apart: planned for a declared effect, never for the observed one."""

from collections.abc import Sequence

import numpy as np

from audit.answer import Seeds
from audit.comparing import Runs
from audit.stats.differences import varies
from audit.stats.power import seeds_needed, upper_deviation


def living(runs: Runs, cell: int) -> list[np.ndarray]:
    """The values of every living pruned cell on the pair of a cell."""
    cells = runs.case.results.cells
    here = np.flatnonzero((cells.pair == cells.pair[cell]) & ~cells.dense)
    samples = [runs.sample(int(each)) for each in here]
    return [each.values for each in samples if len(each.values) > 1 and not each.collapsed.any()]


def planned(
    effect: float, within: Sequence[np.ndarray], *, pairs: bool, level: float, equivalence: bool = False
) -> Seeds | None:
    """Seeds a cell needs to find `effect`, for the deviation pooled over groups of values and its upper 80 % limit."""
    std, degrees = pooled(within)
    if not std > 0:
        return None
    stds = (std, upper_deviation(std, degrees))
    return Seeds(*(seeds_needed(effect, each, pairs=pairs, level=level, equivalence=equivalence) for each in stds))


def most_seeds(plans: Sequence[Seeds | None]) -> Seeds | None:
    """The plan that is enough for all of several."""
    known = [plan for plan in plans if plan]
    if not known:
        return None
    least, most = ([getattr(plan, side) for plan in known] for side in ("least", "most"))
    return Seeds(*(None if None in side else max(side) for side in (least, most)))


def pooled(groups: Sequence[np.ndarray]) -> tuple[float, float]:
    """The deviation pooled over groups of values, and its degrees of freedom; NaN where there are none."""
    usable = [group for group in groups if len(group) > 1]
    degrees = sum(len(group) - 1 for group in usable)
    if not degrees:
        return np.nan, 0.0
    squares = sum(
        float(np.var(group, ddof=1)) * (len(group) - 1) for group in usable if varies(group, np.abs(group).max())
    )
    return float(np.sqrt(squares / degrees)), float(degrees)
