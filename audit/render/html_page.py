"""The report as one HTML page: a single file with its styles and drawings inside, which asks nothing of any network.

It is whole and legible without scripts, light and dark, on paper, and on a screen of 320 px. Where scripts run, that of
`page.js` sorts, filters and shows values; the policy in the head lets that text run and no other.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from audit.figures import Figure, tradeoffs
from audit.render import caption, frame, heat_map, palette
from audit.render.cell_list import CellLine, cell_lines
from audit.render.claim_list import claim_lines
from audit.render.filled_checklist import FilledChecklist
from audit.render.frame import Frame
from audit.render.heat_map import HeatMap, heat_maps
from audit.render.html_environment import fill
from audit.render.matrix_table import Matrix, matrices
from audit.render.naming import Names
from audit.render.numbers_table import Table, pair_tables
from audit.render.palette import Style
from audit.render.svg_plot import Plot, plot
from audit.report import MethodReport, PairReport, Report
from audit.rule import Severity, Verdict
from audit.schema import METHOD_FIELDS

MANY = 4000  # networks, above which a page has no close-ups and no values behind marks, and layers of proposals alone


class DrawnFigure(Struct, frozen=True):
    """A trade-off figure in words, and its drawing; None where there is nothing to draw."""

    title: str
    remarks: tuple[str, ...]
    plot: Plot | None


class KeyEntry(Struct, frozen=True):
    """A line of a legend."""

    method: str
    label: str
    style: Style


class PairView(Struct, frozen=True):
    """All that the page shows of a pair; `number` sets its anchors apart."""

    number: int
    pair: PairReport
    title: str
    legend: tuple[KeyEntry, ...]
    reading: str
    figures: tuple[DrawnFigure, ...]
    table: Table | None
    cells: tuple[CellLine, ...]
    condition: str
    order: tuple[str, ...]
    matrices: tuple[Matrix, ...]
    heat_maps: tuple[HeatMap, ...]


def render(report: Report, own: Path | None = None) -> str:
    """The page of a report; templates in `own` stand for ours. Raises OwnTemplateError."""
    styles = palette.styles(report)
    compact = sum(cell.n for cell in report.cells) > MANY
    return fill(
        "page.html",
        own,
        report=report,
        compact=compact,
        standing=_standing(report),
        checklist=FilledChecklist.of(report),
        claims=claim_lines(report),
        pairs=_pairs(report, styles, compact=compact),
        method_fields=_fields_told(report.methods),
        colours=palette.COLOURS,
        at_chance=caption.AT_CHANCE,
        heat_scale=heat_map.scale(),
        recorded=_recorded(report),
    )


def checklist(report: Report, own: Path | None = None) -> str:
    """Appendix B filled in, as a page of its own; raises OwnTemplateError."""
    return fill(
        "checklist_page.html",
        own,
        report=report,
        standing=_standing(report),
        checklist=FilledChecklist.of(report),
        colours=palette.COLOURS,
    )


def notebook(report: Report) -> str:
    """The answer and what is open, as a cell of a notebook shows it."""
    statements = list(FilledChecklist.of(report).statements)
    tables = [
        (called, [each for each in statements if each[1].verdict is verdict])
        for verdict, called in (
            (Verdict.FAIL, "fails"),
            (Verdict.UNDECIDABLE, "undecidable"),
            (Verdict.WAIVED, "waived"),
        )
    ]
    return fill("notebook.html", None, report=report, tables=tables)


def _pairs(report: Report, styles: Mapping[str, Style], *, compact: bool) -> tuple[PairView, ...]:
    names = Names.of(report)
    figures: dict[PairReport, list[Figure]] = {pair: [] for pair in report.pairs}
    for figure in tradeoffs(report):
        figures[figure.pair].append(figure)
    return tuple(
        PairView(
            number=number,
            pair=pair,
            title=names.pair(pair.dataset, pair.architecture),
            legend=_legend(figures[pair], styles),
            reading=caption.reading(figures[pair], table.n if table else 0),
            figures=tuple(drawn for figure in figures[pair] for drawn in _drawn(figure, styles, compact=compact)),
            table=table,
            cells=cell_lines(report, pair),
            condition=caption.conditions(pair.condition) if pair.condition else "",
            order=caption.order(figures[pair]),
            matrices=matrices(report, pair),
            heat_maps=tuple(each for each in heat_maps(report, pair) if each.proposed or not compact),
        )
        for number, (pair, table) in enumerate(zip(report.pairs, pair_tables(report), strict=True), start=1)
    )


def _legend(figures: Iterable[Figure], styles: Mapping[str, Style]) -> tuple[KeyEntry, ...]:
    """The methods that some figure draws, in the order of their styles: proposed ones first."""
    drawn = {curve.method.name: curve.method for figure in figures for curve in figure.curves}
    return tuple(KeyEntry(name, drawn[name].label or name, style) for name, style in styles.items() if name in drawn)


def _drawn(figure: Figure, styles: Mapping[str, Style], *, compact: bool) -> Iterator[DrawnFigure]:
    """The whole figure, and a close-up where much lies near the dense control; where it is compact, the first alone."""
    title = caption.title(figure)
    if not figure.curves:
        yield DrawnFigure(title, (), None)
        return
    yield _in_frame(title, figure, frame.whole(figure), styles, hover=not compact)
    if not compact and (near := frame.close_up(figure)):
        yield _in_frame(f"{title}, near the dense control", figure, near, styles, hover=True)


def _in_frame(title: str, figure: Figure, shown: Frame, styles: Mapping[str, Style], *, hover: bool) -> DrawnFigure:
    return DrawnFigure(title, caption.remarks(figure, shown), plot(figure, shown, styles, hover=hover))


def _standing(report: Report) -> Verdict:
    """The colour of the answer: whether an error was found, or is open."""
    if report.counting(Severity.ERROR):
        return Verdict.FAIL
    return Verdict.UNDECIDABLE if report.counting(Severity.ERROR, undecidable=True) else Verdict.PASS


class Recorded(Struct, frozen=True):
    """What the networks of some pairs record of where they come from."""

    title: str
    columns: tuple[tuple[str, tuple[str, ...]], ...]


def _recorded(report: Report) -> tuple[Recorded, ...]:
    """What is recorded pair by pair, or once where all pairs record the same."""
    names = Names.of(report)
    told = [
        Recorded(names.pair(pair.dataset, pair.architecture), pair.recorded) for pair in report.pairs if pair.recorded
    ]
    same = len(told) == len(report.pairs) and all(each.columns == told[0].columns for each in told)
    return (Recorded("", told[0].columns),) if told and same else tuple(told)


def _fields_told(methods: tuple[MethodReport, ...]) -> tuple[str, ...]:
    """The fields that at least one method has."""
    return tuple(name for name in METHOD_FIELDS if any(method.fields.get(name) for method in methods))
