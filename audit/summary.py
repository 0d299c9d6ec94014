"""What is told of each cell: every seed, mean, sample deviation, n and the 95 % t-interval of each metric."""

from collections.abc import Iterator, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np
from msgspec import Struct

from audit.case import Case
from audit.later import Later
from audit.report import CellReport, Statistic
from audit.results import Results, seed_value
from audit.rule import Evidence
from audit.schema import CELL_METRICS, DROP
from audit.standings import Standings
from audit.stats.intervals import t_halfwidth


def summarise_cells(
    case: Case, failing: Mapping[int, tuple[str, ...]] = MappingProxyType({})
) -> tuple[CellReport, ...]:
    """All cells, ordered by data set, architecture, method and ratio; within a cell, networks are ordered by seed.

    A cell that mixes collapsed and living runs gets no t-interval: the mean of two populations describes neither. One
    that holds a seed twice gets none either: its networks are not independent. `failing` are the codes of rules that
    fail a cell, by its number.
    """
    results, cells = case.results, case.results.cells
    ended = cells.order[results.evaluated[cells.order]]
    counts = cells.count(results.evaluated)
    starts = np.concatenate([[0], np.cumsum(counts)])
    columns = {
        name: column
        for name in dict.fromkeys((*CELL_METRICS, case.study.metric_name, DROP))
        if (column := _column(case, name, ended)) is not None
    }
    seed = results.text("seed")
    numbers = [*map(seed_value, seed.categories), None]
    seeds = [numbers[code] for code in seed.codes[ended]]
    failed = cells.count(~case.measured)
    stated = cells.extreme(np.where(results.evaluated, results.number("n"), np.nan), largest=True)
    collapsed, known = cells.count(case.collapsed), cells.count(np.isfinite(case.chance)) > 0
    texts = [results.text(name).categories for name in ("dataset", "architecture", "method")]
    labels = [
        [words[code] for code in codes]
        for words, codes in zip(texts, (cells.dataset, cells.architecture, cells.method), strict=True)
    ]
    standings = Standings(case)
    ratio, target, faster = map(_numbers, (cells.ratio, cells.target, cells.speedup_target))
    reports = [
        CellReport(
            dataset=labels[0][cell],
            architecture=labels[1][cell],
            method=labels[2][cell],
            compression_ratio=ratio[cell],
            compression_target=target[cell],
            dense=bool(cells.dense[cell]),
            n=int(stated[cell]) if stated[cell] > 1 else int(counts[cell]),
            seeds=tuple(seeds[starts[cell] : starts[cell + 1]]),
            failed=int(failed[cell]),
            collapsed=int(collapsed[cell]) if known[cell] else None,
            metrics=_Metrics(columns, cell, int(starts[cell]), int(starts[cell + 1])),
            condition=conditional(int(case.checkpoints[cell])),
            starts_from=_start(case, cell) if cells.dense[cell] else "",
            standings=standings.of_cell(cell),
            failing=failing.get(cell, ()),
            origins=Later(partial(_origins, results, ended, int(starts[cell]), int(starts[cell + 1]))),
            speedup_target=faster[cell],
        )
        for cell in range(len(cells))
    ]
    return tuple(
        sorted(reports, key=lambda each: (each.dataset, each.architecture, each.method, each.compression_ratio or 0))
    )


def _origins(results: Results, ended: np.ndarray, first: int, last: int) -> tuple[Evidence, ...]:
    """Where the networks of a cell came from, whose rows lie between two places."""
    return tuple(place_of(results, row) for row in ended[first:last].tolist())


def place_of(results: Results, row: int) -> Evidence:
    """Where a row came from."""
    origin = results.origin
    return Evidence(
        origin.source.text(row) or "",
        int(origin.row[row]) or None if origin.row is not None else None,
        None if origin.run_id is None else origin.run_id.text(row),
    )


def _start(case: Case, cell: int) -> str:
    """The weights that the networks of a cell start from, where they are recorded and the same."""
    starts = {case.starts_from.text(row) for row in case.results.cells.rows(cell).tolist()}
    return next(iter(starts)) or "" if len(starts) == 1 else ""


def conditional(checkpoints: int) -> str:
    """What intervals over seeds that share so many checkpoints are bound to; "" where they share none."""
    if not checkpoints:
        return ""
    return f"conditional on {'this checkpoint' if checkpoints == 1 else 'these checkpoints'}"


class _Column(Struct, frozen=True):
    """One metric: `values` of the evaluated networks cell by cell, None where missing; the rest (cells,)."""

    values: list[float | None]
    n: list[int]
    mean: list[float]
    std: list[float | None]
    half: list[float | None]
    median: list[float | None]
    low: list[float | None]
    high: list[float | None]
    stated: list[float | None]
    kind: tuple[str, ...]

    def statistic(self, cell: int, start: int, end: int) -> Statistic:
        """The metric over the networks of one cell, whose values lie between two places."""
        mean, half = self.mean[cell], self.half[cell]
        return Statistic(
            values=tuple(self.values[start:end]),
            n=self.n[cell],
            mean=mean,
            std=self.std[cell],
            ci95=None if half is None else (mean - half, mean + half),
            median=self.median[cell],
            low=self.low[cell],
            high=self.high[cell],
            stated_deviation=self.stated[cell],
            stated_kind=self.kind[cell],
        )


class _Metrics(Mapping[str, Statistic]):
    """The metrics that a cell has values of, each worked out when it is looked at."""

    def __init__(self, columns: Mapping[str, _Column], cell: int, start: int, end: int) -> None:
        self._columns, self._place = columns, (cell, start, end)
        self._known: dict[str, Statistic] = {}

    def __getitem__(self, name: str) -> Statistic:
        if name not in self._known:
            if not self._columns[name].n[self._place[0]]:
                raise KeyError(name)
            self._known[name] = self._columns[name].statistic(*self._place)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name, column in self._columns.items() if column.n[self._place[0]])

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _column(case: Case, name: str, ended: np.ndarray) -> _Column | None:
    """One metric of all cells; None where no network has it. `ended` are the evaluated rows, cell by cell."""
    results, cells = case.results, case.results.cells
    values = _values(case, name)
    finite = np.isfinite(values)
    if not finite.any():
        return None
    n, std = cells.count(finite), cells.deviation(values)
    stated = np.where(results.evaluated, results.number(f"{name}_deviation"), np.nan)
    return _Column(
        values=_numbers(values[ended]),
        n=n.tolist(),
        mean=cells.mean(values).tolist(),
        std=_numbers(std),
        half=_numbers(np.where(case.mixed | case.repeated, np.nan, t_halfwidth(std, n))),
        median=_numbers(cells.median(values)),
        low=_numbers(cells.extreme(values, largest=False)),
        high=_numbers(cells.extreme(values, largest=True)),
        stated=_numbers(cells.mean(stated)),
        kind=_kinds(case, np.isfinite(stated)),
    )


def _kinds(case: Case, stated: np.ndarray) -> tuple[str, ...]:
    """What each cell calls the deviations that it states; empty where it does not say, or says several things."""
    cells, kind = case.results.cells, case.results.text("deviation_kind")
    words = sorted({word.casefold() for word in kind.categories})
    number = [*(float(words.index(word.casefold())) for word in kind.categories), -1.0]
    of_row = np.where(stated, np.array(number)[kind.codes], np.nan)
    low, high = cells.extreme(of_row, largest=False), cells.extreme(of_row, largest=True)
    return tuple(words[int(most)] if least == most >= 0 else "" for least, most in zip(low, high, strict=True))


def _values(case: Case, name: str) -> np.ndarray:
    """(rows,) a metric, with what follows from recorded counts where it is not stated; NaN where a run did not end."""
    results = case.results
    if name == case.study.metric_name:
        return case.quality
    if name == DROP:
        return np.where(results.dense, np.nan, case.drop)
    derived = {"compression_ratio": results.ratio, "theoretical_speedup": results.speedup}
    return np.where(results.evaluated, derived[name] if name in derived else results.number(name), np.nan)


def _numbers(values: np.ndarray) -> list[float | None]:
    """Finite values as they are, others as None."""
    return [value if known else None for value, known in zip(values.tolist(), np.isfinite(values), strict=True)]
