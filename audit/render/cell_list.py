"""Every cell of a pair on a line of its own, with every seed: what a reader checks the curves against."""

from pathlib import PurePath

from msgspec import Struct

from audit.figures import Axis
from audit.render import caption, notation
from audit.render.evidence import by_source
from audit.render.naming import Names
from audit.render.numbers_table import cells_of, known
from audit.report import CellReport, MetricReport, PairReport, Report, Statistic

RUN_LETTERS = 12  # of a run's identity, which tell any two runs of a study apart


class CellLine(Struct, frozen=True):
    """A cell as text; `values` stand in the order of `seeds`. What a stated mean does not tell is a dash."""

    method: str
    compression: str
    speedup: str
    n: int
    mean: str
    deviation: str
    interval: str
    failed: str
    collapsed: str
    seeds: str
    values: str
    origin: str


def cell_lines(report: Report, pair: PairReport) -> tuple[CellLine, ...]:
    """The cells of a pair that have the metric, in the order of the report."""
    names, metric = Names.of(report), report.metric
    return tuple(
        _line(cell, statistic, metric, names.methods.get(cell.method, cell.method))
        for cell in cells_of(report, pair)
        if (statistic := known(cell, metric.name)) is not None
    )


def _origin(cell: CellReport) -> str:
    """The runs of a store, or the rows of files, that a cell comes from; runs by the beginning of their identity."""
    told = []
    for source in by_source(cell.origins):
        runs = " ".join(run[:RUN_LETTERS] for run in source.runs)
        told.append(" ".join(filter(None, (PurePath(source.name).name, source.rows and f"rows {source.rows}", runs))))
    return "; ".join(told)


def _line(cell: CellReport, statistic: Statistic, metric: MetricReport, method: str) -> CellLine:
    speedup = cell.metrics.get(Axis.SPEEDUP.value)
    deviation = None if statistic.deviation is None else notation.scaled(statistic.deviation, metric)
    places = notation.decimals([deviation])

    def text(value: float | None) -> str:
        return notation.UNKNOWN if value is None else notation.fixed(notation.scaled(value, metric), places)

    def raw(value: float | None) -> str:
        shown = None if value is None else notation.scaled(value, metric)
        return notation.fixed(shown, notation.raw_decimals(places, metric))

    interval, mean_alone = statistic.ci95, cell.states_mean(metric.name)
    kind = f" ({caption.short(statistic.stated_kind)})" if statistic.std is None and deviation is not None else ""
    collapsed = "mean" if mean_alone and cell.collapsed else str(cell.collapsed)
    return CellLine(
        method=method,
        compression=notation.general(cell.compression_ratio),
        speedup=notation.general(None if speedup is None else speedup.mean),
        n=cell.networks(metric.name),
        mean=text(statistic.mean),
        deviation=text(statistic.deviation) + kind,
        interval=notation.UNKNOWN if interval is None else f"{text(interval[0])} to {text(interval[1])}",
        failed=notation.UNKNOWN if mean_alone and not cell.failed else str(cell.failed),
        collapsed=notation.UNKNOWN if cell.collapsed is None or (mean_alone and not cell.collapsed) else collapsed,
        seeds=", ".join(notation.UNKNOWN if seed is None else str(seed) for seed in cell.seeds),
        origin=_origin(cell),
        values=f"mean {raw(statistic.mean)}" if mean_alone else " ".join(raw(value) for value in statistic.values),
    )
