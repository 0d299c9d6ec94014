"""`audit demo`: the study that comes with the package, run, audited and reported."""

import sys
from importlib.resources import as_file, files
from pathlib import Path

import click

from audit.cli.run import REPLACE, STUDY_FILE, run_study


@click.command("demo")
@click.option(
    "--results",
    type=click.Path(path_type=Path),
    default=Path("results/demo"),
    show_default=True,
    help="Where the results go.",
)
@click.option("--workers", type=click.IntRange(min=1), help="Networks trained at once; by default one for each core.")
@click.option("--replace", is_flag=True, help=REPLACE)
def command(results: Path, workers: int | None, replace: bool) -> None:
    """Run the embedded study, audit it, and write its report.

    Three seeds of seven pruning methods at six compression ratios on handwritten digits: minutes on two cores. A second
    call trains nothing again. A study file that is in RESULTS already is used as it stands.
    """
    from audit.cli.figure_files import shown_figures
    from audit.cli.report import PAGE, write_report
    from audit.cli.writing import write_all
    from audit.pipeline import check
    from runners.errors import RunError
    from runners.tracking import log_report

    kept = results / STUDY_FILE
    if kept.exists():
        run_study(kept, results, workers, replace=replace)
    else:
        with as_file(files("runners") / "demo.toml") as embedded:
            run_study(embedded, results, workers, replace=replace)
    report = check(results)
    directory = results / "report"
    write_report(report, directory)
    write_all(directory, shown_figures(report))
    try:
        log_report(results, directory)
    except RunError as error:  # the report itself is written: that MLflow does not show it ends nothing
        click.echo(f"audit: {error}", err=True)
    click.echo(report.answer)
    click.echo(f"report: {directory / PAGE}")
    click.echo(f"MLflow's page on the runs: {_called()} ui {results}")


def _called() -> str:
    """How this program was called, so that what is printed can be typed as it stands."""
    program = Path(sys.argv[0])
    return str(program) if program.name == "audit" else "audit"
