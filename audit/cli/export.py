"""`audit export`: write results as one normalised table."""

import os
from pathlib import Path

import click

from audit.cli.options import Reading, reading
from audit.sources.child_tables import KINDS, beside
from audit.sources.errors import SourceError
from audit.sources.normalised import write

FORMATS = (".csv", ".parquet", ".jsonl")


def _output(context: click.Context, parameter: click.Parameter, value: Path) -> Path:
    if value.suffix not in FORMATS:
        raise click.BadParameter(f"{value}: the name must end in {', '.join(FORMATS)}, which says the format")
    return value


@click.command("export")
@reading
@click.option(
    "-o",
    "--output",
    required=True,
    callback=_output,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File to write, ending in .csv, .parquet or .jsonl.",
)
def command(
    given: Reading,
    output: Path,
) -> None:
    """Write results as one table with the schema's columns and units.

    LOCATION is anything that `audit check` reads. Layers and curves, where there are any, are written beside the table:
    `table.layers.csv` and `table.curves.csv` beside `table.csv`. `audit check` reads the table back with the same
    findings.
    """
    study, results = given.read()
    inputs = {Path(text).resolve() for text in results.origin.source.categories}
    if output.resolve() in inputs:
        raise click.UsageError(f"{output} is one of the files that are read; choose another name")
    written: list[tuple[Path, Path]] = []
    try:
        try:
            written = write(results, study, output, _temporary)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(output)) from error
        _refuse_leftovers(output, {final for _, final in written})
        for temporary, final in written:
            temporary.replace(final)
    finally:
        for kind in ("", *KINDS):
            _temporary(beside(output, kind) if kind else output).unlink(missing_ok=True)
    for _, final in reversed(written):
        click.echo(final)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{os.getpid()}.{path.name}")


def _refuse_leftovers(output: Path, written: set[Path]) -> None:
    """A table of layers or curves that an earlier export left would be taken for this one's."""
    for kind in KINDS:
        left = beside(output, kind)
        if left.exists() and left not in written:
            raise SourceError(
                f"{left}: would be read as part of {output}, and is not; remove it, or choose another name"
            )
