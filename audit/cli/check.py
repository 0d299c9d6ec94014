"""`audit check`: judge results against the checklist, and exit with what was found."""

import click
from msgspec.structs import replace

from audit.cli import FINDINGS
from audit.cli.formats import Outputs, format_option, refuse_inputs, write
from audit.cli.notes import tell
from audit.cli.options import Reading, reading
from audit.report import Bar
from audit.rule import Severity

_NEVER = "never"


def _words(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.strip() for each in value for word in each.split(",") if word.strip())


@click.command()
@reading
@click.option(
    "--select", multiple=True, callback=_words, metavar="RULE,...", help="Only these rules: codes, names or families."
)
@click.option("--ignore", multiple=True, callback=_words, metavar="RULE,...", help="Not these rules.")
@format_option
@click.option(
    "--fail-on", type=click.Choice(["error", "warning", "note", _NEVER]), default="error", show_default=True,
    help="Severity of a fail from which the exit code is 1.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Count what is undecidable as a fail.")
def command(
    given: Reading,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    formats: Outputs,
    fail_on: str,
    strict: bool,
) -> int:
    """Judge results against the evaluation checklist.

    LOCATION is a directory, a file or an address, in one of these formats, which it is recognised by: mlflow (a SQLite
    or file store, http://host:port of a tracking server, postgresql://host/database), shrinkbench, open_lth, lm-eval
    (lm-evaluation-harness), wandb (the export of a runs table), table (CSV, TSV, Parquet, JSON Lines).

    Left out, LOCATION and options are those of `[tool.prune-audit]` in pyproject.toml here.
    """
    refuse_inputs([file for _, file in formats], given.inputs)
    try:
        report = given.check(select=select or None, ignore=ignore)
    except KeyError as error:
        raise click.UsageError(error.args[0]) from error
    bar = Bar(None if fail_on == _NEVER else Severity.parse(fail_on), undecidable=strict)
    report = replace(report, bar=bar)
    tell(report)
    write(report, formats)
    return FINDINGS if report.counted else 0
