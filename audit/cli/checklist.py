"""`audit checklist`: appendix B filled in, for a paper's appendix or a submission form."""

from pathlib import Path

import click

from audit.cli.fragments import hand_over, output_option, templates_option
from audit.cli.notes import tell
from audit.cli.options import Reading, reading
from audit.render import html_page, latex, markdown_checklist
from audit.report import Report

FORMATS = ("latex", "markdown", "html")
BY_ENDING = {".tex": "latex", ".md": "markdown", ".html": "html"}


@click.command("checklist")
@reading
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="By default what the ending of FILE says (.tex, .md, .html), else markdown.",
)
@templates_option
@output_option
def command(
    given: Reading,
    form: str | None,
    templates: Path | None,
    output: Path | None,
) -> None:
    """Fill in the checklist of appendix B with verdicts and what they rest on.

    LOCATION is anything that `audit check` reads. The LaTeX is a fragment that needs `preamble.tex`, which is written
    beside FILE. What was found does not change the exit code: that is `audit check`.
    """
    report = given.check()
    tell(report)
    form = form or BY_ENDING.get(output.suffix if output else "", "markdown")
    hand_over(report, _render(form, report, templates), output, given.inputs, templates, tex=form == "latex")


def _render(form: str, report: Report, own: Path | None) -> str:
    if form == "html":
        return html_page.checklist(report, own)
    return latex.checklist(report, own) if form == "latex" else markdown_checklist.render(report)
