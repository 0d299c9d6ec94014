"""`audit report`: write what an audit found as one HTML page and as LaTeX."""

from pathlib import Path

import click

from audit.cli.notes import tell
from audit.cli.writing import write_all
from audit.pipeline import check
from audit.render import html_page, latex
from audit.report import Report
from audit.sources.locate import locate

PAGE = "report.html"


@click.command("report")
@click.argument("locations", metavar="LOCATION...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Directory to write to; by default `report` in the first LOCATION.",
)
@click.option("--config", type=click.Path(path_type=Path), help="Study file, where it is not audit.toml in LOCATION.")
@click.option("--log", is_flag=True, help="Keep the report among the artifacts of the study's run in MLflow, too.")
def command(locations: tuple[Path, ...], output: Path | None, config: Path | None, log: bool) -> None:
    """Write the HTML page and the LaTeX tables of an audit, and print where they are.

    LOCATION is a results directory or a file, as for `audit check`. `report.html` opens from disk and needs nothing
    else; `report.tex` compiles alone, and the other .tex files go into a paper whose preamble reads `preamble.tex`.
    """
    report = check(locations, config=config)
    tell(report)
    first = locations[0]
    output = output or (first if first.is_dir() else first.parent) / "report"
    for path in _write(report, output, store=first if log else None):
        click.echo(path)


def write_report(location: Path, output: Path, *, config: Path | None = None, log: bool = False) -> list[Path]:
    """Audit a location and write its report into a directory; returns what was written, the page first.

    With `log`, the directory is kept among the artifacts of the study's run, too. Raises what `audit.pipeline.check`
    raises, RunError where there is no run to log to, and OSError where the directory cannot be written.
    """
    return _write(check(location, config=config), output, store=location if log else None)


def _write(report: Report, output: Path, *, store: Path | None) -> list[Path]:
    paths = write_all(output, {PAGE: html_page.render(report), **latex.render(report)})
    if store is not None:
        from runners.tracking import log_report  # imports MLflow

        log_report(locate(str(store)).path, output)
    return paths
