"""What is told of each cell: every seed, mean, sample deviation, n and the 95 % t-interval of each metric."""

import numpy as np

from audit.case import Case
from audit.report import CellReport, Statistic
from audit.schema import CELL_METRICS
from audit.stats.intervals import t_halfwidth


def summarise_cells(case: Case) -> tuple[CellReport, ...]:
    """All cells, ordered by data set, architecture, method and ratio; within a cell, networks are ordered by seed.

    A cell that mixes collapsed and living runs gets no t-interval of the study's metric: the mean of two populations
    describes neither.
    """
    results, cells = case.results, case.results.cells
    names = [name for name in dict.fromkeys((*CELL_METRICS, case.study.metric_name)) if _recorded(case, name)]
    order = _by_seed(case)
    columns = {name: _statistics(case, name, order) for name in names}
    seeds = results.text("seed").texts()
    chance_known = np.isfinite(case.chance)
    failed = cells.count(~results.evaluated | np.isnan(case.quality) & ~results.present("top1_change"))
    stated_n = np.nan_to_num(cells.extreme(results.number("n"), largest=True), nan=1.0)
    collapsed = cells.count(case.collapsed)
    target = cells.mean(results.number("compression_target"))
    texts = {name: results.text(name).categories for name in ("dataset", "architecture", "method")}
    reports = []
    for cell in range(len(cells)):
        rows = order[cells.starts[cell] : cells.starts[cell + 1]]
        rows = rows[results.evaluated[rows]]
        reports.append(
            CellReport(
                dataset=texts["dataset"][cells.dataset[cell]],
                architecture=texts["architecture"][cells.architecture[cell]],
                method=texts["method"][cells.method[cell]],
                compression_ratio=_number(cells.ratio[cell]),
                compression_target=_number(target[cell]),
                dense=bool(cells.dense[cell]),
                n=int(stated_n[cell]) if stated_n[cell] > 1 else len(rows),
                seeds=tuple(_seed(seeds[row]) for row in rows),
                failed=int(failed[cell]),
                collapsed=int(collapsed[cell]) if chance_known[cells.rows(cell)].all() else None,
                metrics={name: column[cell] for name, column in columns.items() if column[cell].n},
            )
        )
    return tuple(
        sorted(reports, key=lambda each: (each.dataset, each.architecture, each.method, each.compression_ratio or 0))
    )


def _recorded(case: Case, name: str) -> bool:
    return bool(np.isfinite(_values(case, name)).any())


def _values(case: Case, name: str) -> np.ndarray:
    """(rows,) a metric, with what follows from recorded counts where it is not stated."""
    results = case.results
    if name == case.study.metric_name:
        return case.quality
    derived = {"compression_ratio": results.ratio, "theoretical_speedup": results.speedup}
    values = derived[name] if name in derived else results.number(name)
    return np.where(results.evaluated, values, np.nan)


def _by_seed(case: Case) -> np.ndarray:
    """(rows,) row numbers cell by cell, by seed within a cell: 2 before 10, and unseeded rows last."""
    seed = case.results.text("seed")
    ranks = np.empty(len(seed.categories) + 1, np.int64)
    for rank, code in enumerate(
        sorted(range(len(seed.categories)), key=lambda code: _seed_order(seed.categories[code]))
    ):
        ranks[code] = rank
    ranks[-1] = len(seed.categories)
    return np.lexsort((ranks[seed.codes], case.results.cells.of_row))


def _seed_order(seed: str) -> tuple[int, int, str]:
    return (0, int(seed), "") if seed.lstrip("-").isdigit() else (1, 0, seed)


def _seed(seed: str | None) -> int | str | None:
    return int(seed) if seed is not None and seed.lstrip("-").isdigit() else seed


def _statistics(case: Case, name: str, order: np.ndarray) -> list[Statistic]:
    results, cells = case.results, case.results.cells
    values = _values(case, name)
    finite = np.isfinite(values)
    n, mean, std = cells.count(finite), cells.mean(values), cells.deviation(values)
    low, high = cells.extreme(values, largest=False), cells.extreme(values, largest=True)
    half = t_halfwidth(std, n)
    if name == case.study.metric_name:
        half = np.where(case.mixed, np.nan, half)
    stated = cells.mean(results.number(f"{name}_deviation")) if f"{name}_deviation" in results.columns else None
    out = []
    for cell in range(len(cells)):
        rows = order[cells.starts[cell] : cells.starts[cell + 1]]
        rows = rows[results.evaluated[rows]]
        mine = values[rows]
        usable = mine[np.isfinite(mine)]
        out.append(
            Statistic(
                values=tuple(_number(value) for value in mine),
                n=int(n[cell]),
                mean=_number(mean[cell]),
                std=_number(std[cell]),
                ci95=(float(mean[cell] - half[cell]), float(mean[cell] + half[cell]))
                if np.isfinite(half[cell])
                else None,
                median=float(np.median(usable)) if len(usable) else None,
                low=_number(low[cell]),
                high=_number(high[cell]),
                stated_deviation=_number(stated[cell]) if stated is not None else None,
            )
        )
    return out


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
