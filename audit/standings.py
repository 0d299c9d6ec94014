"""Which mean is best at each operating point, and which others the runs do not tell from it.

At a point of a pair every method with enough runs is tested against the one with the best mean, by the test that claims
use, with Holm's correction over the point. The best is chosen by the data that test it, so that this describes a table
and decides no claim.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial

import numpy as np

from audit.case import Case
from audit.comparing import Runs, Sample, contrast
from audit.measures import SIZES, definition
from audit.points import side_by_side
from audit.report import TEST_LEAST_RUNS, TEST_LEVEL, Standing
from audit.schema import DROP
from audit.stats.differences import Difference
from audit.stats.multiplicity import holm
from audit.study.claim import COSTS

ROUNDING = 1e-12  # of a value: means this near are one


class Standings:
    """The standing of every cell in each measure, worked out when it is first asked for."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._known: dict[str, list[Standing | None]] = {}

    def of_cell(self, cell: int) -> Mapping[str, Standing]:
        """The standings of one cell by measure."""
        return _OfCell(self, cell)

    def get(self, measure: str, cell: int) -> Standing | None:
        """How a cell stands in a measure; None where it stands beside no other, or neither direction is better."""
        if measure not in self._known:
            self._known[measure] = self._work_out(measure)
        return self._known[measure][cell]

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """The measures in which cells can stand better or worse."""
        study = self._case.study
        names = dict.fromkeys((study.metric_name, *study.metrics, DROP, *COSTS, "top5", "loss"))
        return tuple(names)

    def _work_out(self, measure: str) -> list[Standing | None]:
        cells, metric = self._case.results.cells, definition(self._case.study, measure)
        out: list[Standing | None] = [None] * len(cells)
        if metric is None or measure in SIZES:
            return out
        direction = 1.0 if metric.direction == "higher" else -1.0
        runs = Runs.of(self._case, measure, metric)
        means = cells.mean(runs.told)
        for there in side_by_side(cells, np.isfinite(means)):
            if (cells.method[there] != cells.method[there[0]]).any():
                samples = [partial(runs.sample, cell) for cell in there.tolist()]
                heights = direction * means[there]
                found = stand(heights, samples, measure, direction, tested=measure not in COSTS)
                for cell, standing in zip(there.tolist(), found, strict=True):
                    out[cell] = standing
        return out


class _OfCell(Mapping[str, Standing]):
    """The standings of a cell, each looked up when it is asked for."""

    def __init__(self, standings: Standings, cell: int) -> None:
        self._standings, self._cell = standings, cell

    def __getitem__(self, measure: str) -> Standing:
        found = self._standings.get(measure, self._cell)
        if found is None:
            raise KeyError(measure)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._standings.measures if self._standings.get(name, self._cell) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def stand(
    heights: np.ndarray, samples: Sequence[Callable[[], Sample]], measure: str, direction: float, *, tested: bool
) -> Sequence[Standing]:
    """The standings of methods that are read beside each other: `heights` (methods,) are means, higher is better.

    `samples` give their runs; nothing is tested of a measure that is counted. What a difference must reach to be told
    is that of Holm's first step, which it passes whatever the other methods are.
    """
    top = int(np.argmax(heights))
    best = np.isclose(heights, heights[top], rtol=ROUNDING, atol=0)
    if not tested:
        return [Standing(best=bool(each)) for each in best]
    first = samples[top]()
    others = {number: samples[number]() for number in range(len(heights)) if number != top}
    barriers = {number: _barrier(first, other) for number, other in others.items()}
    found = {
        number: contrast(first, other, measure, direction) for number, other in others.items() if not barriers[number]
    }
    for number, each in found.items():
        barriers[number] = each.obstacle.why if each.obstacle else ""
    differences = {
        number: each.difference
        for number, each in found.items()
        if isinstance(each.difference, Difference) and each.difference.testable
    }
    adjusted = dict(zip(differences, holm(np.array([d.p_two_sided() for d in differences.values()])), strict=True))
    standings = []
    for number in range(len(heights)):
        if number not in differences:
            standings.append(Standing(best=bool(best[number]), why=barriers.get(number, "")))
            continue
        low, high = differences[number].interval(1 - TEST_LEVEL / len(differences))
        standings.append(
            Standing(
                best=bool(best[number]),
                p=float(adjusted[number]),
                told=bool(adjusted[number] <= TEST_LEVEL),
                test=found[number].test,
                smallest=(high - low) / 2,
            )
        )
    return standings


def _barrier(first: Sample, second: Sample) -> str:
    """Why two methods at a point are not tested; "" where they are."""
    for each in (first, second):
        if len(each.values) < TEST_LEAST_RUNS:
            return f"fewer than {TEST_LEAST_RUNS} runs"
        if each.collapsed.any():
            return "a run at chance level"
    return ""
