"""The report as one HTML page: a single file with its styles and drawings inside, which asks nothing of any network.

It is legible without scripts, light and dark, on paper, and on a screen of 320 px.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from audit.figures import Figure, tradeoffs
from audit.render import notation, palette
from audit.render.caption import NAMES, caption
from audit.render.cell_list import CellLine, cell_lines
from audit.render.filled_checklist import FilledChecklist
from audit.render.naming import Names
from audit.render.numbers_table import Table, numbers_tables
from audit.render.palette import Style
from audit.render.svg_plot import Plot, plot
from audit.report import MethodReport, PairReport, Report
from audit.rule import Severity, Verdict
from audit.schema import METHOD_FIELDS


@dataclass(frozen=True)
class DrawnFigure:
    """A trade-off figure in words, and its drawing; None where there is nothing to draw."""

    title: str
    caption: str
    plot: Plot | None


@dataclass(frozen=True)
class KeyEntry:
    """A line of a legend."""

    label: str
    style: Style


@dataclass(frozen=True)
class PairView:
    """All that the page shows of a pair; `number` sets its anchors apart."""

    number: int
    pair: PairReport
    title: str
    legend: tuple[KeyEntry, ...]
    figures: tuple[DrawnFigure, ...]
    table: Table
    cells: tuple[CellLine, ...]


def render(report: Report) -> str:
    """The page of a report."""
    styles = palette.styles(report)
    return (
        _environment()
        .get_template("page.html")
        .render(
            report=report,
        standing=_standing(report),
            checklist=FilledChecklist.of(report),
            pairs=_pairs(report, styles),
            method_fields=_fields_told(report.methods),
            colours=palette.COLOURS,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("audit", "templates/html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": notation.count,
        "listed": notation.listed,
        "quantity": notation.quantity,
        "unit": notation.unit,
    }
    return environment


def _pairs(report: Report, styles: Mapping[str, Style]) -> tuple[PairView, ...]:
    names = Names.of(report)
    drawn: dict[PairReport, list[DrawnFigure]] = {pair: [] for pair in report.pairs}
    tables = numbers_tables(report)
    usual = {table.pair: table.n for table in tables}
    for figure in tradeoffs(report):
        drawn[figure.pair].append(_drawn(figure, styles, usual[figure.pair]))
    return tuple(
        PairView(
            number=number,
            pair=table.pair,
            title=names.pair(table.pair.dataset, table.pair.architecture),
            legend=tuple(KeyEntry(row.method.label or row.method.name, styles[row.method.name]) for row in table.rows),
            figures=tuple(drawn[table.pair]),
            table=table,
            cells=cell_lines(report, table.pair),
        )
        for number, table in enumerate(tables, start=1)
    )


def _drawn(figure: Figure, styles: Mapping[str, Style], n: int) -> DrawnFigure:
    drawing = plot(figure, styles)
    return DrawnFigure(
        title=f"{figure.metric.label} against {NAMES[figure.axis]}",
        caption=caption(
            figure,
            n=n,
            side_by_side=drawing is not None and drawing.side_by_side,
            cut=drawing is not None and drawing.cut,
        ),
        plot=drawing,
    )


def _standing(report: Report) -> Verdict:
    """The colour of the answer: whether an error was found, or is open."""
    if report.counting(Severity.ERROR):
        return Verdict.FAIL
    return Verdict.UNDECIDABLE if report.counting(Severity.ERROR, undecidable=True) else Verdict.PASS


def _fields_told(methods: tuple[MethodReport, ...]) -> tuple[str, ...]:
    """The fields that at least one method has."""
    return tuple(name for name in METHOD_FIELDS if any(method.fields.get(name) for method in methods))
