"""The formats of a report, by name, and where each is written."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from audit.cli import put
from audit.cli.writing import refuse, write_all
from audit.report import Report
from audit.study.convert import suggest

WIDEST = 120  # columns of a terminal that are used
Outputs = list[tuple[str, Path | None]]


def _terminal(report: Report, *, on_screen: bool) -> str:
    from audit.render import terminal  # rich is not needed for the other formats

    if not on_screen:
        return terminal.render(report)
    from shutil import get_terminal_size  # of no use to the rest

    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return terminal.render(report, width=min(get_terminal_size().columns, WIDEST), colour=colour)


def _json(report: Report, *, on_screen: bool) -> str:
    from audit.render import json_document

    return json_document.render(report)


def _sarif(report: Report, *, on_screen: bool) -> str:
    from audit.anchors import anchors
    from audit.render import sarif

    return sarif.render(report, anchors(report))


def _junit(report: Report, *, on_screen: bool) -> str:
    from audit.render import junit

    return junit.render(report)


def _github(report: Report, *, on_screen: bool) -> str:
    from audit.anchors import anchors
    from audit.render import github

    return github.render(report, anchors(report))


def _markdown(report: Report, *, on_screen: bool) -> str:
    from audit.render import markdown

    return markdown.render(report)


FORMATS: dict[str, Callable[..., str]] = {
    "terminal": _terminal,
    "json": _json,
    "sarif": _sarif,
    "junit": _junit,
    "github": _github,
    "markdown": _markdown,
}


def _parse(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> Outputs:
    outputs: Outputs = []
    for each in value or ("terminal",):
        name, _, file = each.partition("=")
        if name not in FORMATS:
            raise click.BadParameter(f"no format `{name}`{suggest(name, list(FORMATS))}")
        outputs.append((name, Path(file) if file else None))
    if sum(file is None for _, file in outputs) > 1:
        raise click.BadParameter("only one format can go to stdout; write the others as NAME=FILE")
    return outputs


format_option = click.option(
    "--format",
    "formats",
    multiple=True,
    callback=_parse,
    metavar="NAME[=FILE]",
    help=f"One of {', '.join(FORMATS)}; by default terminal; repeatable.",
)


def refuse_inputs(files: Sequence[Path | None], inputs: Sequence[str | Path | None]) -> None:
    """Raises UsageError where a file that is written would replace an input."""
    for file in files:
        if file is not None and (why := refuse(file, [each for each in inputs if each is not None])):
            raise click.UsageError(why)


def write(report: Report, outputs: Outputs) -> None:
    """Write a report in several formats: to files first, so that nothing stands on stdout where one cannot be."""
    texts = {file: FORMATS[name](report, on_screen=file is None and sys.stdout.isatty()) for name, file in outputs}
    for file, text in texts.items():
        if file is not None:
            write_all(file.parent, {file.name: text})
    if None in texts:
        put(texts[None])
