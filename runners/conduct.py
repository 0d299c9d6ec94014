"""Runs a whole study: plans it, leaves out what is recorded, carries out the rest, and records it as it ends."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout
from msgspec.structs import replace

from audit.study import Study
from audit.study.own_code import study_directory
from runners.devices import CPU, CUDA
from runners.errors import RunError
from runners.execute import execute
from runners.executors import Executor, Failure
from runners.executors.processes import ProcessExecutor
from runners.executors.serial import SerialExecutor
from runners.outdated import outdated, outlived, refusal
from runners.placement import gpus
from runners.plan import Pretraining, Run, plan
from runners.pretraining import pretrain, weights_path
from runners.provenance import code_state
from runners.record import Value
from runners.spec import read_spec
from runners.store import STORE, home_of_study, recorded
from runners.tensor_files import remove_unfinished, whole
from runners.tracking import Tracking
from runners.workplace import Workplace

STUDY_FILE = "audit.toml"
OWN_FOLDERS = ("pretrained", "masks", "weights", "layer_counts")  # of the results directory, beside what is a person's


class Progress(Protocol):
    """Is told what is going on, in words for a person."""

    def phase(self, name: str, total: int) -> None:
        """`total` tasks of one kind begin."""

    def started(self, label: str) -> None:
        """A task begins."""

    def ended(self, label: str, failure: str | None) -> None:
        """A task ends, and why it failed if it did."""


@dataclass(frozen=True)
class Summary:
    """What came of a study: networks it has, recorded before, trained now, and failed with their reasons."""

    networks: int
    recorded: int
    trained: int
    failures: tuple[tuple[str, str], ...] = field(default=())


def conduct(
    study: Study,
    results: Path,
    progress: Progress,
    workers: int | None = None,
    *,
    replace: bool = False,
    device: str = CPU,
) -> Summary:
    """Run what the results directory does not hold yet, in `workers` processes: by default one for each core or GPU.

    `device` is one of `placement.gpus`.

    Networks that it holds of the same methods, but made with other code or settings, leave the study one by one as
    their successors are finished if `replace`; otherwise RunError is raised. StudyError is raised where the study file
    is wrong, and RunError where the results directory cannot be used; both before anything is written.
    """
    chosen = gpus(device)
    study = _at_home(study, results)
    spec = read_spec(study)
    runs = plan(spec, study)
    results = _usable(results)
    with _alone(results):
        held = recorded(results / STORE)
        old = outdated(runs, held)
        if old and not replace:
            raise RunError(refusal(results / STORE, old))
        for folder in ("", *OWN_FOLDERS):
            remove_unfinished(results / folder)
        _keep_study(study, results)
        due = [run for run in runs if run.digest not in held.finished]
        if not due and not old and not outlived(held, old):
            return Summary(len(runs), len(runs), 0)
        workplace = Workplace.of(spec, study, results, CUDA if chosen else CPU)
        executor = _executor(workers, len(due), chosen)
        speedups = any(run.by_speedup for run in runs)
        with Tracking(results, study.about.title, workplace.study, old, speedups=speedups) as tracking, executor:
            code = code_state(workplace.study, results)
            failures = dict(_carry_out(due, workplace, tracking, executor, progress, code))
    return Summary(len(runs), len(runs) - len(due), len(due) - len(failures), tuple(failures.items()))


def _at_home(study: Study, results: Path) -> Study:
    """The study with the directory of the file that it was begun with, where it is the copy in the results directory.

    It is the same study whichever of the two is run: its own code, its data and its commit are those of that directory,
    as long as it is there.
    """
    own = study_directory(study)
    begun = home_of_study(results / STORE) if own == results.resolve() else None
    if begun is None or begun == own or not begun.is_dir():
        return study
    if str(own) not in sys.path:
        sys.path.append(str(own))  # what was copied beside the results is found as well
    return replace(study, home=begun)


def _carry_out(
    due: Sequence[Run],
    workplace: Workplace,
    tracking: Tracking,
    executor: Executor,
    progress: Progress,
    code: Mapping[str, Value],
) -> Iterator[tuple[str, str]]:
    """Train and record the runs that are due; yields the labels of those that fail, with the reason."""
    unusable = _pretrain(due, workplace, executor, progress)
    progress.phase("networks", len(due))
    for run in due:
        if run.pretraining in unusable:
            failure = Failure(f"its pretraining failed: {unusable[run.pretraining].reason}")
            tracking.record_failure(run, failure)
            progress.ended(run.label, failure.reason)
            yield run.label, failure.reason
    ready = [run for run in due if run.pretraining not in unusable]
    for outcome in executor.outcomes(execute, ready, workplace, lambda run: progress.started(run.label)):
        run, result = outcome.task, outcome.result
        if isinstance(result, Failure):
            tracking.record_failure(run, result)
            yield run.label, result.reason
        else:
            tracking.record(run, result, code)
        progress.ended(run.label, result.reason if isinstance(result, Failure) else None)


def _pretrain(
    due: Sequence[Run], workplace: Workplace, executor: Executor, progress: Progress
) -> dict[Pretraining, Failure]:
    """Train the dense networks that are not saved yet; returns those that could not be."""
    distinct = dict.fromkeys(run.pretraining for run in due)
    missing = [pretraining for pretraining in distinct if not weights_path(pretraining, workplace).exists()]
    unusable = {}
    if missing:
        progress.phase("pretraining", len(missing))
    for outcome in executor.outcomes(pretrain, missing, workplace, lambda task: progress.started(task.label)):
        if isinstance(outcome.result, Failure):
            unusable[outcome.task] = outcome.result
        progress.ended(outcome.task.label, outcome.result.reason if outcome.task in unusable else None)
    return unusable


def _executor(workers: int | None, tasks: int, gpus: Sequence[str]) -> Executor:
    """Tasks one after another are carried out in this process, unless they need one that sees a single GPU."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    count = min(workers or len(gpus) or cores, tasks)
    return SerialExecutor() if count <= 1 and not gpus else ProcessExecutor(count, gpus)


def _usable(results: Path) -> Path:
    """The results directory, made if it is not there."""
    try:
        results.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise RunError(f"{results}: is a file; a results directory is needed") from None
    except OSError as error:
        raise RunError(f"{results}: cannot be made: {error.strerror}") from error
    return results.resolve()


@contextmanager
def _alone(results: Path) -> Iterator[None]:
    """Holds the results directory for one writer."""
    lock = FileLock(results / ".writing")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise RunError(f"{results}: another `audit run` is writing there; wait for it, or end it") from None
    except OSError as error:
        raise RunError(f"{results}: cannot be written to: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()


def _keep_study(study: Study, results: Path) -> None:
    """Copy the study file byte for byte, unless the results directory has one."""
    kept = results / STUDY_FILE
    if study.path is None or kept.exists():
        return
    try:
        with whole(kept) as unfinished:
            unfinished.write_bytes(study.path.read_bytes())
    except OSError as error:
        raise RunError(f"{kept}: cannot be written: {error.strerror}") from error
