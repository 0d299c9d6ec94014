"""`audit report`: write what an audit found as one HTML page and as LaTeX."""

from pathlib import Path

import click

from audit.cli.figure_files import shown_figures
from audit.cli.fragments import templates_option
from audit.cli.notes import tell
from audit.cli.options import Reading, reading
from audit.cli.writing import write_all
from audit.render import html_page, latex
from audit.report import Report
from audit.sources.address import Address, Place, place_of
from audit.sources.locate import locate

PAGE = "report.html"


@click.command("report")
@reading
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Directory to write to; by default `report` in the first LOCATION, or here if that is an address.",
)
@templates_option
@click.option(
    "--log",
    is_flag=True,
    help="Keep the report among the artifacts of the study's run in MLflow, too, with its figures as pictures.",
)
def command(
    given: Reading,
    output: Path | None,
    templates: Path | None,
    log: bool,
) -> None:
    """Write the HTML page and the LaTeX tables of an audit, and print where they are.

    LOCATION is anything that `audit check` reads. `report.html` opens from disk and needs nothing
    else; `report.tex` compiles alone, and the other .tex files go into a paper whose preamble reads `preamble.tex`.
    """
    first = place_of(given.locations[0])
    if log and isinstance(first, Address):
        raise click.UsageError("--log writes to a results directory, not to an address")
    report = given.check()
    tell(report)
    directory = output or beside(first) / "report"
    written = write_report(report, directory, templates)
    if log:
        written += write_all(directory, shown_figures(report))
    for path in written:
        click.echo(path)
    if log:
        from runners.tracking import log_report  # imports MLflow

        place = locate(given.locations[0]).path
        assert isinstance(place, Path)
        log_report(place, directory)


def beside(place: Place) -> Path:
    """The directory that results lie in; this one where they come from an address."""
    if isinstance(place, Address):
        return Path()
    return place if place.is_dir() else place.parent


def write_report(report: Report, directory: Path, own: Path | None = None) -> list[Path]:
    """Write the page and the LaTeX of a report into a directory; returns what was written, the page first.

    Templates in `own` stand for ours. Raises OwnTemplateError, and OSError where it cannot be written.
    """
    return write_all(directory, {PAGE: html_page.render(report, own), **latex.render(report, own)})
