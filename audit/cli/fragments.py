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
    files = {output.name: text}
    beside = output.parent / PREAMBLE
    if tex and output.name != PREAMBLE:
        if _may_replace(beside):
            files[PREAMBLE] = latex.preamble(report, own)
        else:
            complain(f"{beside} is not ours and stays as it is; `audit report` writes one that the fragment needs")
    for path in write_all(output.parent, files):
        click.echo(path)


def _may_replace(file: Path) -> bool:
    if not file.exists():
        return True
    try:
        with file.open(encoding="utf-8") as text:
            return text.readline().startswith(_OURS)
    except (OSError, UnicodeError):
        return False
