"""`audit numbers`: every figure of a study as a LaTeX macro."""

from pathlib import Path

import click

from audit.cli.fragments import hand_over, output_option, templates_option
from audit.cli.notes import tell
from audit.cli.options import Reading, reading
from audit.cli.table import measure_of
from audit.render import latex_numbers


@click.command("numbers")
@reading
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="NAME",
    help="Only this measure, named as for `audit table`; repeatable; by default all.",
)
@templates_option
@output_option
def command(
    given: Reading,
    metrics: tuple[str, ...],
    templates: Path | None,
    output: Path | None,
) -> None:
    r"""Write every figure of a study as a LaTeX macro, so that text and tables cannot disagree.

    LOCATION is anything that `audit check` reads. `\paDigitsResnetEightGlobalGradientAtTwoTopOne` is the mean that
    `audit table` prints for `global_gradient` at 2× on `digits` and `resnet8`; `…Deviation`, `…Low`, `…High` and `…N`
    are its deviation, 95 % t-interval and n. Each line of the file says what its macro is.
    """
    report = given.check()
    measures = [measure_of(report, name) for name in metrics] or list(report.measures)
    tell(report)
    text = latex_numbers.render(report, measures, templates)
    hand_over(report, text, output, given.inputs, templates, tex=False)
