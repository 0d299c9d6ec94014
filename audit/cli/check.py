"""`audit check`: judge results against the checklist, and exit with what was found."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import click

from audit.cli import FINDINGS
from audit.cli.notes import tell
from audit.pipeline import check
from audit.registry import resolve
from audit.render import json_document, terminal
from audit.report import Report
from audit.rule import Severity

_NEVER = "never"


def _terminal(report: Report, *, to_terminal: bool) -> str:
    colour = to_terminal and "NO_COLOR" not in os.environ
    return terminal.render(
        report, width=min(shutil.get_terminal_size().columns, 120) if to_terminal else 80, colour=colour
    )


_FORMATS: dict[str, Callable[..., str]] = {
    "terminal": _terminal,
    "json": lambda report, to_terminal: json_document.render(report),
}


def _codes(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> frozenset[str]:
    words = [word.strip() for each in value for word in each.split(",") if word.strip()]
    try:
        return resolve(words)
    except KeyError as error:
        raise click.BadParameter(error.args[0]) from None


def _outputs(
    context: click.Context, parameter: click.Parameter, value: tuple[str, ...]
) -> list[tuple[str, Path | None]]:
    outputs = []
    for each in value or ("terminal",):
        name, _, file = each.partition("=")
        if name not in _FORMATS:
            raise click.BadParameter(f"no format `{name}`; known are {', '.join(_FORMATS)}")
        outputs.append((name, Path(file) if file else None))
    if sum(file is None for _, file in outputs) > 1:
        raise click.BadParameter("only one format can go to stdout; write the others as NAME=FILE")
    return outputs


@click.command()
@click.argument("locations", metavar="LOCATION...", nargs=-1, required=True)
@click.option("--config", type=click.Path(path_type=Path), help="Study file, where it is not audit.toml in LOCATION.")
@click.option("--source", metavar="NAME", help="Format of LOCATION, where it is not to be recognised.")
@click.option(
    "--select", multiple=True, callback=_codes, metavar="RULE,...", help="Only these rules: codes, names or families."
)
@click.option("--ignore", multiple=True, callback=_codes, metavar="RULE,...", help="Not these rules.")
@click.option(
    "--format",
    "outputs",
    multiple=True,
    callback=_outputs,
    metavar="NAME[=FILE]",
    help="terminal (default) or json; repeatable.",
)
@click.option(
    "--fail-on", type=click.Choice(["error", "warning", "note", _NEVER]), default="error", show_default=True,
    help="Severity of a fail from which the exit code is 1.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Count what is undecidable as a fail.")
def command(
    locations: tuple[str, ...],
    config: Path | None,
    source: str | None,
    select: frozenset[str],
    ignore: frozenset[str],
    outputs: list[tuple[str, Path | None]],
    fail_on: str,
    strict: bool,
) -> int:
    """Judge results against the evaluation checklist.

    LOCATION is a results directory or a file: MLflow's SQLite store, or CSV with the schema's column names.
    """
    report = check(locations, config=config, source=source, select=select or None, ignore=ignore)
    tell(report)
    for name, file in outputs:
        text = _FORMATS[name](report, to_terminal=file is None and sys.stdout.isatty())
        if file is None:
            sys.stdout.write(text)
        else:
            write(file, text)
    if fail_on == _NEVER:
        return 0
    return FINDINGS if report.counting(Severity.parse(fail_on), undecidable=strict) else 0


def write(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(file)) from error
