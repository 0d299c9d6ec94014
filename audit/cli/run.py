"""`audit run`: the networks of a study, into MLflow."""

import gc
from collections import defaultdict
from pathlib import Path

import click

from audit.cli.termination import terminable
from audit.study import Study

STUDY_FILE = "audit.toml"
SOME_FAILED, INTERRUPTED = 3, 130
REPLACE = (
    "Train anew what RESULTS holds from other code or settings; each such network leaves the study when its successor "
    "is finished, and stays among MLflow's deleted runs."
)


def _device(context: click.Context, parameter: click.Parameter, value: str) -> str:
    from runners.devices import WORDS, is_device

    if not is_device(value):
        raise click.BadParameter(f"`{value}` is none; use {WORDS}")
    return value


@click.command("run")
@click.argument("study", type=click.Path(path_type=Path))
@click.option(
    "--results", type=click.Path(path_type=Path), help="Where the results go; for an audit.toml, its directory."
)
@click.option(
    "--workers", type=click.IntRange(min=1), help="Networks trained at once; by default one for each core or GPU."
)
@click.option(
    "--device",
    metavar="DEVICE",
    default="cpu",
    show_default=True,
    callback=_device,
    help="cpu, cuda (all GPUs, one for each worker) or cuda:N.",
)
@click.option("--replace", is_flag=True, help=REPLACE)
def command(study: Path, results: Path | None, workers: int | None, device: str, replace: bool) -> None:
    """Train every network that STUDY asks for and RESULTS does not hold yet.

    Each network is one MLflow run in RESULTS/mlflow.db. Ctrl-C stops; the next call goes on from there and tries again
    what failed. Networks that RESULTS holds of the same methods, but from other code or settings, are never mixed with
    new ones: nothing is trained then, unless --replace is given. Exits with 3 in that case, and if some networks could
    not be trained.
    """
    if results is None:
        if study.name != STUDY_FILE:
            raise click.UsageError("where do the results go? Give --results DIR")
        results = study.parent
    run_study(study, results, workers, replace=replace, device=device)


def run_study(study: Path, results: Path, workers: int | None, *, replace: bool = False, device: str = "cpu") -> None:
    """Run a study file into a results directory, with progress and a summary on stderr.

    Raises StudyError and RunError, and click's Exit where it was interrupted or where networks failed.
    """
    from audit.cli.progress import progress
    from runners.conduct import conduct

    gc.enable()
    declared = Study.read(study)
    kept = results / STUDY_FILE
    try:
        with terminable(), progress() as shown:
            summary = conduct(declared, results, shown, workers, replace=replace, device=device)
    except KeyboardInterrupt:
        click.echo("audit: interrupted; what was finished is kept, and the same command goes on from there", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    if kept.is_file() and kept.read_bytes() != study.read_bytes():
        click.echo(f"audit: {kept} differs from {study} and is left as it is; audits will go by {kept}", err=True)
    click.echo(
        f"{summary.networks} networks: {summary.recorded} were recorded before, {summary.trained} trained now, "
        f"{len(summary.failures)} failed",
        err=True,
    )
    if summary.failures:
        _explain(summary.failures)
        raise click.exceptions.Exit(SOME_FAILED)


def _explain(failures: tuple[tuple[str, str], ...]) -> None:
    """Each reason once, with the networks that it stopped."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for label, reason in failures:
        by_reason[reason].append(label)
    for reason, labels in by_reason.items():
        others = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
        click.echo(f"audit: {labels[0]}{others}: {reason}", err=True)
    click.echo("audit: the same command tries them again", err=True)
