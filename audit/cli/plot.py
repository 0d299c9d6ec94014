"""`audit plot`: the figures of appendix D of a study, for a paper."""

from pathlib import Path

import click

from audit.cli.figure_files import figure_files
from audit.cli.fragments import preamble_in, templates_option
from audit.cli.notes import tell
from audit.cli.options import Reading, reading
from audit.cli.report import beside
from audit.cli.writing import write_all
from audit.render.venues import VENUES, venue
from audit.sources.address import place_of
from audit.sources.errors import SourceError

FORMATS = ("pdf", "svg", "png", "tex")


@click.command("plot")
@reading
@click.option(
    "--style",
    type=click.Choice(VENUES),
    default=VENUES[0],
    show_default=True,
    help="Whose widths and letter sizes the figures have.",
)
@click.option(
    "--format",
    "forms",
    type=click.Choice(FORMATS),
    multiple=True,
    help="Repeatable; by default all. tex is pgfplots source with its data, which needs preamble.tex.",
)
@templates_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Directory to write to; by default `report` in the first LOCATION, or here if that is an address.",
)
def command(
    given: Reading,
    style: str,
    forms: tuple[str, ...],
    templates: Path | None,
    output: Path | None,
) -> None:
    """Draw the trade-off curves of every pair, and print where they are.

    LOCATION is anything that `audit check` reads. `figure_PAIR` holds both diagrams over the width of the text,
    `figure_PAIR_compression` and `figure_PAIR_speedup` one each, as wide as a column. `figure_PAIR.csv` has the
    numbers. Pictures need the extra `plot`; tex does not.
    """
    forms = forms or FORMATS
    page = venue(style) if set(forms) != {"tex"} else None  # before anything is read: it may not be installed
    report = given.check()
    tell(report)
    files = dict(figure_files(report, page, forms, templates))
    if not files:
        raise SourceError(f"nothing to draw: no pruned network has a size and `{report.metric.name}`")
    directory = output or beside(place_of(given.locations[0])) / "report"
    if "tex" in forms:
        files |= preamble_in(directory, report, templates)
    for path in write_all(directory, files):
        click.echo(path)
