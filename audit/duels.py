"""Every two methods at each point of a pair: their difference and its interval, which describe and decide nothing.

No correction is made for how many there are; the interval is that of the test that claims use. In a large study only
the proposed methods are held against the others.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from audit.case import Case
from audit.comparing import Runs, contrast
from audit.points import side_by_side
from audit.report import Duel

MOST = 3000  # of a study, above which only proposed methods are compared


def duels(case: Case) -> tuple[Duel, ...]:
    """Both directions of every comparison, by pair, first method, second method and ratio."""
    cells = case.results.cells
    runs = Runs.of(case, case.study.metric_name, case.study.metric)
    groups = [each.tolist() for each in side_by_side(cells, np.isfinite(cells.mean(runs.told))) if len(each) > 1]
    proposed = {name for name, role in case.roles.by_name.items() if role.kind == "proposed"}
    everything = sum(len(group) * (len(group) - 1) // 2 for group in groups) <= MOST
    found = [each for group in groups for each in _at_point(case, runs, group, None if everything else proposed)]
    return tuple(
        sorted(found, key=lambda duel: (duel.dataset, duel.architecture, duel.method, duel.against, duel.ratio or 0))
    )


def _at_point(case: Case, runs: Runs, group: Sequence[int], proposed: set[str] | None) -> Iterator[Duel]:
    results, cells = case.results, case.results.cells
    names = {cell: results.text("method").categories[cells.method[cell]] for cell in group}
    samples = {cell: runs.sample(cell) for cell in group}
    dataset = results.text("dataset").categories[cells.dataset[group[0]]]
    architecture = results.text("architecture").categories[cells.architecture[group[0]]]
    for one, other in combinations(group, 2):
        if names[one] == names[other] or (proposed is not None and not {names[one], names[other]} & proposed):
            continue
        found = contrast(samples[one], samples[other], case.study.metric_name, case.direction)
        estimate = None if found.difference is None else found.estimate
        interval = found.interval(0.95)
        why = found.obstacle.why if found.obstacle else ""
        ratio, speedup = _ratio(case, (one, other)), _speedup(case, (one, other))
        for first, second, sign in ((one, other, 1), (other, one, -1)):
            if proposed is not None and names[first] not in proposed:
                continue
            yield Duel(
                dataset,
                architecture,
                names[first],
                names[second],
                ratio,
                None if estimate is None else sign * estimate,
                None
                if interval is None
                else (min(sign * end for end in interval), max(sign * end for end in interval)),
                found.test,
                found.n if sign > 0 else found.n[::-1],
                why,
                speedup,
            )


def _ratio(case: Case, chosen: Sequence[int]) -> float | None:
    """What was asked for, else what is achieved on average."""
    cells = case.results.cells
    for sizes in (cells.target[list(chosen)], cells.ratio[list(chosen)]):
        if np.isfinite(sizes).all():
            return float(np.mean(sizes))
    return None


def _speedup(case: Case, chosen: Sequence[int]) -> float | None:
    """The speedup that was asked for."""
    asked = case.results.cells.speedup_target[list(chosen)]
    return float(np.mean(asked)) if np.isfinite(asked).all() else None
