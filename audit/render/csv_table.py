"""A measure as CSV: one line a cell, in the order of the tables, with all that their marks say and no rounding."""

import csv
import io
from collections.abc import Iterator, Sequence

from audit.render import notation
from audit.render.numbers_table import Table
from audit.report import CellReport, MetricReport

COLUMNS = (
    "dataset", "architecture", "method", "compression_ratio", "measure", "n", "mean", "deviation", "deviation_kind",
    "ci95_low", "ci95_high", "best", "told_from_best", "p", "test", "smallest_told", "at_chance", "failed_runs",
    "fails",
)  # fmt: skip


def render(tables: Sequence[Table]) -> str:
    """The cells of some tables of one measure; values are in the measure's unit, fractions where it is an accuracy.

    Text that a spreadsheet would read as a formula begins with an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for table in tables:
        for row in table.rows:
            for entry in row.entries:
                if entry is not None:
                    writer.writerow(map(_shown, _values(entry.cell, table.measure)))
    return out.getvalue()


def _values(cell: CellReport, measure: MetricReport) -> Iterator[object]:
    statistic, standing = cell.metrics[measure.name], cell.standings.get(measure.name)
    low, high = statistic.ci95 or (None, None)
    yield from (cell.dataset, cell.architecture, cell.method, cell.compression_ratio)
    yield from (measure.name, cell.networks(measure.name), statistic.mean, statistic.deviation)
    yield "std" if statistic.std is not None else statistic.stated_kind
    yield from (low, high)
    if standing is None:
        yield from (None,) * 5
    else:
        yield from (standing.best, standing.told, standing.p, standing.test, standing.smallest)
    yield from (cell.collapsed, cell.failed, " ".join(cell.failing))


def _shown(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return notation.unquoted(value) if isinstance(value, str) else value
