"""`audit table`: a measure of all methods as a table, for a paper, a page, a comment or a program."""

from collections.abc import Sequence
from pathlib import Path

import click

from audit.cli.fragments import hand_over, output_option, templates_option
from audit.cli.notes import tell
from audit.cli.options import Reading, reading
from audit.render import csv_table, html_table, latex_table, markdown_table
from audit.render.arrangement import Arrangement, Facet
from audit.render.latex_environment import stems
from audit.render.numbers_table import Table, numbers_tables
from audit.report import MetricReport, Report
from audit.schema import AREA
from audit.sources.errors import SourceError
from audit.study.convert import suggest

FORMATS = ("latex", "html", "markdown", "csv")
BY_ENDING = {".tex": "latex", ".html": "html", ".md": "markdown", ".csv": "csv"}
SHORT = {
    "speedup": "theoretical_speedup",
    "parameters": "parameters_nonzero",
    "macs": "macs_nonzero",
    "latency": "latency_pruned",
    "compression": "compression_ratio",
}
_FACETS = [facet.value for facet in Facet]


@click.command("table")
@reading
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="By default what the ending of FILE says (.tex, .html, .md, .csv), else latex.",
)
@click.option("--rows", type=click.Choice(_FACETS), help="What the rows are; by default method.")
@click.option(
    "--columns",
    type=click.Choice(_FACETS),
    help="What the columns are; by default compression, of an area pair.",
)
@click.option(
    "--metric",
    metavar="NAME",
    help="What is told: by default the study's metric; another one that is recorded, drop (from dense), speedup, "
    "parameters, macs, latency, or area (under the curve).",
)
@click.option(
    "--ratio",
    "ratios",
    type=click.FloatRange(min=1),
    metavar="R",
    multiple=True,
    help="Compression ratio to show; repeatable; by default all.",
)
@click.option("--together", is_flag=True, help="One table over all, in groups of rows.")
@templates_option
@output_option
def command(
    given: Reading,
    form: str | None,
    rows: str | None,
    columns: str | None,
    metric: str | None,
    ratios: tuple[float, ...],
    together: bool,
    templates: Path | None,
    output: Path | None,
) -> None:
    """Write a table of results: mean ± deviation of every method at every ratio.

    LOCATION is anything that `audit check` reads. There is a table for each value of what is neither rows nor columns.
    The best mean is bold; a dagger marks those that the runs do not tell from it. LaTeX needs booktabs, siunitx and
    what else `preamble.tex` loads, which is written beside FILE.
    """
    by_area = metric == AREA
    facets = _facets(rows, columns, Facet.PAIR if by_area else Facet.COMPRESSION)
    report = given.check()
    measure = measure_of(report, metric)
    tables = numbers_tables(report, measure, Arrangement(*facets, together=together, ratios=ratios))
    if not tables:
        raise SourceError(_nothing(report, measure, ratios))
    tell(report)
    form = form or BY_ENDING.get(output.suffix if output else "", "latex")
    text = _render(form, report, tables, templates)
    hand_over(report, text, output, given.inputs, templates, tex=form == "latex")


def _facets(rows: str | None, columns: str | None, usual: Facet) -> tuple[Facet, Facet]:
    """Rows and columns; where one is given and takes the other's usual place, the other makes room."""
    row = Facet(rows) if rows else Facet.METHOD
    column = Facet(columns) if columns else usual
    if row is column:
        if rows and columns:
            raise click.UsageError(f"rows and columns are both {row.value}; name two of {', '.join(_FACETS)}")
        if rows:
            column = Facet.METHOD
        else:
            row = usual
    return row, column


def measure_of(report: Report, name: str | None) -> MetricReport:
    """A measure by its name or a short one, the study's metric where there is none; raises UsageError."""
    known = {measure.name: measure for measure in report.measures}
    if name is None:
        return report.metric
    wanted = SHORT.get(name, name) if name not in known else name
    if wanted not in known:
        spoken = sorted({*known, *(short for short, column in SHORT.items() if column in known)})
        raise click.UsageError(
            f"no measure `{name}` in these results{suggest(name, spoken)}; there are {', '.join(spoken)}"
        )
    return known[wanted]


def _nothing(report: Report, measure: MetricReport, ratios: Sequence[float]) -> str:
    if measure.name == AREA:
        return "no area under a curve: that takes at least 4 ratios that all methods of a pair have with all seeds"
    at = f" at {', '.join(f'{ratio:g}×' for ratio in ratios)}" if ratios else ""
    return f"no pruned network{at} has both a compression ratio and `{measure.name}`"


def _render(form: str, report: Report, tables: Sequence[Table], own: Path | None) -> str:
    if form == "html":
        return html_table.render(report, tables, own)
    if form == "markdown":
        return markdown_table.render(tables)
    if form == "csv":
        return csv_table.render(tables)
    return "\n".join(
        latex_table.render(table, stem, own) for table, stem in zip(tables, _stems(report, tables), strict=True)
    )


def _stems(report: Report, tables: Sequence[Table]) -> list[str]:
    """A label for each table, which says its measure and arrangement where they are not the usual ones."""
    words = []
    for table in tables:
        pair = table.pair
        subject = (pair.dataset, pair.architecture) if pair else ((table.title,) if table.title else ("all",))
        measure = () if table.measure.name == report.metric.name else (table.measure.name,)
        laid = table.arrangement
        usual = (laid.rows, laid.columns) == (Facet.METHOD, Facet.COMPRESSION)
        words.append((*subject, *measure, *(() if usual else (f"{laid.rows.value} by {laid.columns.value}",))))
    return list(stems(words))
