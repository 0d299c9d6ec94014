"""`audit gate`: let a method in, or not, by the rules that its study file names."""

import os
from pathlib import Path

import click

from audit.cli import FINDINGS
from audit.cli.formats import Outputs, format_option, refuse_inputs, write
from audit.cli.notes import tell
from audit.cli.options import Reading, reading

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


@click.command()
@reading
@format_option
@click.option(
    "--summary",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"Add the job summary, in Markdown, to FILE; by default to what ${STEP_SUMMARY} names, where it is set.",
)
def command(
    given: Reading,
    formats: Outputs,
    summary: Path | None,
) -> int:
    r"""Judge results by `[gate]` of the study file: exit with 1 where a method should not be let in.

    `[gate] rules` are those that fail the build (all errors, where none is named), and `severities` what each weighs
    there. The gate is strict: what is undecidable counts as a fail. To refuse a method that does not beat random and
    magnitude pruning with its own layerwise proportions:

    \b
        [gate.severities]
        CLM003 = "error"

    LOCATION is anything that `audit check` reads; left out, it is that of `[tool.prune-audit]` in pyproject.toml here.
    """
    named = os.environ.get(STEP_SUMMARY)
    into = summary or (Path(named) if named else None)
    refuse_inputs([*(file for _, file in formats), into], given.inputs)
    report = given.check(gate=True)
    tell(report)
    if into is not None:
        from audit.render import markdown

        with into.open("a", encoding="utf-8") as file:
            file.write(markdown.render(report))
    write(report, formats)
    return FINDINGS if report.counted else 0
