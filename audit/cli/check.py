"""`audit check`: judge results against the checklist, and exit with what was found."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import click

from audit.cli import FINDINGS, put
from audit.cli.notes import tell
from audit.cli.options import EXPERIMENT
from audit.cli.patience import patience
from audit.cli.writing import refuse, write_all
from audit.pipeline import check
from audit.registry import asked, resolve
from audit.report import Report
from audit.rule import Severity
from audit.study.convert import suggest

WIDEST = 120  # columns of a terminal that are used
_NEVER = "never"


def _terminal(report: Report, *, on_screen: bool) -> str:
    from audit.render import terminal  # rich is not needed for the other formats

    if not on_screen:
        return terminal.render(report)
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return terminal.render(report, width=min(shutil.get_terminal_size().columns, WIDEST), colour=colour)


def _json(report: Report, *, on_screen: bool) -> str:
    from audit.render import json_document

    return json_document.render(report)


_FORMATS: dict[str, Callable[..., str]] = {"terminal": _terminal, "json": _json}


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
            raise click.BadParameter(f"no format `{name}`{suggest(name, list(_FORMATS))}")
        outputs.append((name, Path(file) if file else None))
    if sum(file is None for _, file in outputs) > 1:
        raise click.BadParameter("only one format can go to stdout; write the others as NAME=FILE")
    return outputs


@click.command()
@click.argument("locations", metavar="LOCATION...", nargs=-1, required=True)
@click.option("--config", type=click.Path(path_type=Path), help="Study file, where it is not audit.toml in LOCATION.")
@click.option("--source", metavar="NAME", help="Format of LOCATION, where it is not to be recognised.")
@click.option("--experiment", "experiments", multiple=True, metavar="NAME", help=EXPERIMENT)
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
    experiments: tuple[str, ...],
    select: frozenset[str],
    ignore: frozenset[str],
    outputs: list[tuple[str, Path | None]],
    fail_on: str,
    strict: bool,
) -> int:
    """Judge results against the evaluation checklist.

    LOCATION is a directory, a file or an address, in one of these formats, which it is recognised by: mlflow (a SQLite
    or file store, http://host:port of a tracking server, postgresql://host/database), shrinkbench, open_lth, lm-eval
    (lm-evaluation-harness), wandb (the export of a runs table), table (CSV, TSV, Parquet, JSON Lines).
    """
    if not asked(select or None, ignore):
        raise click.UsageError(f"no rule is left to judge by{_not_yet(select)}")
    for _, file in outputs:
        if file is not None and (why := refuse(file, [*locations, *([config] if config else [])])):
            raise click.UsageError(why)
    with patience(locations):
        report = check(
            locations, config=config, source=source, experiments=experiments, select=select or None, ignore=ignore
        )
    tell(report)
    texts = {file: _FORMATS[name](report, on_screen=file is None and sys.stdout.isatty()) for name, file in outputs}
    for file, text in texts.items():
        if file is not None:
            write_all(file.parent, {file.name: text})
    if None in texts:  # last, so that nothing stands on stdout where a file cannot be written
        put(texts[None])
    if fail_on == _NEVER:
        return 0
    return FINDINGS if report.counting(Severity.parse(fail_on), undecidable=strict) else 0


def _not_yet(select: frozenset[str]) -> str:
    waiting = sorted(select - asked(None, frozenset()))
    return f": {', '.join(waiting)} {'is' if len(waiting) == 1 else 'are'} not judged yet" if waiting else ""
