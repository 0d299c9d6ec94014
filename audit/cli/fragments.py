"""Pieces of a paper: to stdout or to a file, with the LaTeX preamble that they need beside it."""

from collections.abc import Sequence
from pathlib import Path

import click

from audit.cli import put
from audit.cli.complaint import complain
from audit.cli.formats import refuse_inputs
from audit.cli.writing import write_all
from audit.render import latex
from audit.report import Report

PREAMBLE = "preamble.tex"
_OURS = "% What the fragments written by prune-audit "

output_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="File to write; by default stdout."
)
templates_option = click.option(
    "--templates",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Templates of your own, in DIR/latex and DIR/html, that stand for those of the same name.",
)


def hand_over(
    report: Report, text: str, output: Path | None, inputs: Sequence[str | Path | None], own: Path | None, *, tex: bool
) -> None:
    """Print a fragment, or write it and print where; LaTeX has its preamble beside it.

    A `preamble.tex` that is somebody else's is left as it is. Raises UsageError where the file is an input.
    """
    if output is None:
        put(text)
        return
    refuse_inputs([output], inputs)
    beside = preamble_in(output.parent, report, own) if tex and output.name != PREAMBLE else {}
    for path in write_all(output.parent, {output.name: text, **beside}):
        click.echo(path)


def preamble_in(directory: Path, report: Report, own: Path | None) -> dict[str, str | bytes]:
    """The preamble by name, to be written into a directory; nothing where somebody else's is there, which is said."""
    file = directory / PREAMBLE
    if _may_replace(file):
        return {PREAMBLE: latex.preamble(report, own)}
    complain(f"{file} is not ours and stays as it is; `audit report` writes the one that the LaTeX needs")
    return {}


def _may_replace(file: Path) -> bool:
    if not file.exists():
        return True
    try:
        with file.open(encoding="utf-8") as text:
            return text.readline().startswith(_OURS)
    except (OSError, UnicodeError):
        return False
