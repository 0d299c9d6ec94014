"""The only writer to MLflow: a SQLite store in the results directory, in the schema's names.

A study is one run of the experiment that bears its title, and each network a child of it. Identity and recipe are
parameters, what was measured are metrics, hashes and provenance are tags. Every network is written in one batch.
"""

import json
import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from filecmp import cmp
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from msgspec import UNSET

from audit.schema import BY_NAME, LAYER_COUNTS, LAYER_NAME, SCHEMA_VERSION, TARGETS, Group, Kind
from runners.errors import RunError
from runners.executors import Failure
from runners.outdated import outlived
from runners.record import Record, Value, identity, recipe, written, written_identity
from runners.store import (
    DIGEST_TAG,
    HOME_TAG,
    KIND_TAG,
    NETWORK_KIND,
    STORE,
    STUDY_KIND,
    Network,
    artifacts_of_study,
    recorded,
)
from runners.views import experiment_note, study_note, view_tags

if TYPE_CHECKING:  # a plan imports torch, which logging a report does not need
    from runners.plan import DatasetChoice, Run

# Numbers that were asked for, not measured.
_ASKED = frozenset({*TARGETS, "epochs", "batch_size", "learning_rate", "weight_decay", "eval_batch_size"})
# What MLflow's page shows of a run's origin, beside the version of the names that it is written in.
_SOURCE = {"mlflow.source.name": "audit run", "mlflow.source.type": "LOCAL", "schema_version": str(SCHEMA_VERSION)}
_MODEL_TRAINING = {"mlflow.experimentKind": "custom_model_development"}  # the page's mode for such runs
_NOTE = "mlflow.note.content"
_SHOWN_FIRST = "top1"  # MLflow compares runs by the metric that was logged first, until another one is chosen
REPORT = "report"  # where a study's run keeps its report, whatever directory it was written to
_TAG_LENGTH = 5000  # characters that every version of MLflow takes
_METRICS_IN_BATCH = 1000
_DIGEST_LENGTH = 8  # of a data set in MLflow, as its own digests are


class Tracking:
    """Writes the networks of one study. The store, the experiment and the study's run are made when it is entered.

    `home` is the directory of the study file. `outdated` holds finished networks that leave the study once their
    successor, named by its digest, is finished. `speedups` is whether some networks are asked for one.
    """

    def __init__(
        self,
        results: Path,
        title: str,
        home: Path,
        outdated: Mapping[str, Sequence[Network]] | None = None,
        *,
        speedups: bool = False,
    ) -> None:
        self._results, self._home = results.resolve(), home
        self._title = title or self._results.name
        self._held = recorded(results / STORE)
        self._unfinished = [network for network in self._held.networks if not network.finished]
        self._outdated = dict(outdated or {})
        self._speedups = speedups
        self._failed = False
        self._datasets: set[str] = set()  # digests of those that are inputs of the study's run

    def __enter__(self) -> "Tracking":
        with _writing(self._results):
            make_store(self._results)
            self._client = _client(self._results)
            self._experiment = self._find_experiment()
            self._parent = self._find_parent()
            self._client.update_run(self._parent, status="RUNNING")
            for network, attempts in outlived(self._held, self._outdated):
                self._supersede(attempts, network.run)
                self._unfinished = [each for each in self._unfinished if each not in attempts]
            for network in self._held.networks:
                if network.finished:
                    self._supersede(self._outdated.pop(network.digest, []), network.run)
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """Say how the study's run ended."""
        interrupted = kind is not None and issubclass(kind, KeyboardInterrupt)
        status = "KILLED" if interrupted else "FAILED" if kind or self._failed else "FINISHED"
        with _writing(self._results):
            self._client.set_terminated(self._parent, status)

    def record(self, run: "Run", record: Record, code: Mapping[str, Value]) -> None:
        """Write a network that was trained; `code` holds the columns on the code that ran."""
        params, metrics, tags = _sorted_columns({**record.columns, **code})
        first = sorted(metrics.items(), key=lambda metric: metric[0] != _SHOWN_FIRST)
        steps: list[tuple[str, float, int]] = [(name, value, 0) for name, value in first]
        for index, layer in enumerate(record.layers):
            counts = (layer.parameters, layer.nonzero, layer.macs)
            steps += [(name, count, index) for name, count in zip(LAYER_COUNTS, counts, strict=True)]
        steps += [(name, value, epoch) for name, curve in record.curves.items() for epoch, value in curve]
        tags |= _split_tag(f"{LAYER_NAME}s", json.dumps([layer.name for layer in record.layers]))
        started = datetime.fromisoformat(str(record.columns["started"])).timestamp()
        ended = started + float(record.columns["duration"])
        self._write(run, {**params, **_pretraining(run)}, steps, tags, "FINISHED", (started, ended))

    def record_failure(self, run: "Run", failure: Failure) -> None:
        """Write a network that could not be trained, with the reason in the tag `failure`."""
        self._failed = True
        params, _, tags = _sorted_columns({**identity(run), **recipe(run)})
        tags["failure"] = failure.reason[:_TAG_LENGTH]
        if failure.traceback:
            tags["traceback"] = failure.traceback[-_TAG_LENGTH:]
        self._write(run, {**params, **_pretraining(run)}, [], tags, "FAILED", (time.time(), time.time()))

    def _write(
        self,
        run: "Run",
        params: Mapping[str, str],
        metrics: list[tuple[str, float, int]],
        tags: Mapping[str, str],
        status: str,
        span: tuple[float, float],
    ) -> None:
        """One run of MLflow; `span` is when the network's training began and ended, in seconds since the epoch."""
        from mlflow.entities import Metric, Param

        own = {DIGEST_TAG: run.digest, KIND_TAG: NETWORK_KIND, "mlflow.parentRunId": self._parent, **_SOURCE}
        started, ended = (int(moment * 1000) for moment in span)
        points = [Metric(name, float(value), ended, step) for name, value, step in metrics]
        with _writing(self._results):
            created = self._client.create_run(self._experiment, started, {**tags, **own}, run.label)
            own_run = created.info.run_id
            self._client.log_batch(
                own_run, points[:_METRICS_IN_BATCH], [Param(name, value) for name, value in params.items()]
            )
            for start in range(_METRICS_IN_BATCH, len(points), _METRICS_IN_BATCH):
                self._client.log_batch(own_run, points[start : start + _METRICS_IN_BATCH])
            self._log_dataset(run, own_run)
            self._client.set_terminated(own_run, status, ended)
            self._supersede(self._attempts(run), own_run)
            if status == "FINISHED":
                self._supersede(self._outdated.pop(run.digest, []), own_run)

    def _log_dataset(self, run: "Run", own_run: str) -> None:
        """The data set as an input of a network, and of its study."""
        choice = run.pretraining.dataset
        self._client.log_inputs(own_run, [_dataset_input(choice)])
        if choice.digest not in self._datasets:
            self._client.log_inputs(self._parent, [_dataset_input(choice)])
            self._datasets.add(choice.digest)

    def _attempts(self, run: "Run") -> list[Network]:
        """Earlier unfinished attempts at a network, with whatever code or settings they were made; named once."""
        own = written_identity(run)
        earlier = [network for network in self._unfinished if network.digest == run.digest or network.identity == own]
        self._unfinished = [network for network in self._unfinished if network not in earlier]
        return earlier

    def _supersede(self, earlier: Sequence[Network], successor: str) -> None:
        """Take networks out of the study; MLflow keeps them among its deleted runs."""
        for network in earlier:
            self._client.set_tag(network.run, "prune_audit.superseded_by", successor)
            self._client.delete_run(network.run)

    def _find_experiment(self) -> str:
        found = self._client.get_experiment_by_name(self._title)
        if found is None:
            location = (self._results / "artifacts").as_uri()
            tags = {**_MODEL_TRAINING, **view_tags(int(time.time() * 1000), speedups=self._speedups)}
            return str(self._client.create_experiment(self._title, location, tags))
        if found.lifecycle_stage != "active":
            raise RunError(
                f"{self._results / STORE}: the experiment `{self._title}` was deleted in MLflow; restore it, or "
                "choose another results directory"
            )
        return str(found.experiment_id)

    def _find_parent(self) -> str:
        found = _studies(self._client, [self._experiment])
        if found:
            return str(found[0].info.run_id)
        kind = {KIND_TAG: STUDY_KIND, HOME_TAG: str(self._home)}
        tags = {**kind, **_SOURCE, **_own_version()}
        run = str(self._client.create_run(self._experiment, run_name=self._title, tags=tags).info.run_id)
        self._client.set_tag(run, _NOTE, study_note(self._experiment, run))
        if _NOTE not in self._client.get_experiment(self._experiment).tags:
            self._client.set_experiment_tag(self._experiment, _NOTE, experiment_note(self._experiment, run))
        return run


def log_report(store: Path, directory: Path) -> None:
    """Log a report directory as artifacts of the study's run; `store` is a results directory or its `mlflow.db`.

    Where the artifacts are the same files already, nothing is done.

    Raises RunError where there is no study, where the store was moved, or where it cannot be written.
    """
    results = (store if store.is_dir() else store.parent).resolve()
    if not (results / STORE).exists():
        raise RunError(f"{results}: has no {STORE}, so there is no run to log the report to")
    artifacts = artifacts_of_study(results / STORE)
    if artifacts is not None and _same_files(directory, artifacts):
        return
    with _writing(results):
        client = _client(results)
        studies = _studies(client, [experiment.experiment_id for experiment in client.search_experiments()])
        if not studies:
            raise RunError(f"{results / STORE}: holds no study that `audit run` wrote, so there is no run to log to")
        if not studies[0].info.artifact_uri.startswith(results.as_uri() + "/"):
            raise RunError(
                f"{results / STORE}: was moved, and MLflow keeps its artifacts at {studies[0].info.artifact_uri}: "
                "the report is not logged"
            )
        client.log_artifacts(studies[0].info.run_id, str(directory), REPORT)


def _same_files(directory: Path, artifacts: str) -> bool:
    """Whether every file of a directory is among the local artifacts of a report, with the same bytes."""
    if not artifacts.startswith("file:"):
        return False
    kept = Path(url2pathname(urlsplit(artifacts).path)) / REPORT
    files = [path.relative_to(directory) for path in directory.rglob("*") if path.is_file()]
    return all((kept / file).is_file() and cmp(directory / file, kept / file, shallow=False) for file in files)


def make_store(results: Path) -> None:
    """Make an empty store where there is none, under another name until it is whole: MLflow cannot mend half of one."""
    store, unfinished = results / STORE, results / f".{STORE}.unfinished"
    if store.exists():
        return
    _quieten()
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    for left in (unfinished, *results.glob(f"{unfinished.name}-*")):  # SQLite's journals bear its name
        left.unlink(missing_ok=True)
    try:
        made = SqlAlchemyStore(f"sqlite:///{unfinished}", (results / "artifacts").as_uri())
        made.engine.dispose()
        unfinished.replace(store)
    finally:
        for left in results.glob(f"{unfinished.name}*"):
            left.unlink(missing_ok=True)


def _client(results: Path) -> Any:
    _quieten()
    from mlflow import MlflowClient

    return MlflowClient(f"sqlite:///{results / STORE}")


def _quieten() -> None:
    """Import MLflow, which takes seconds, without its telemetry and its logging."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    import mlflow  # noqa: F401

    # It announces every table that it makes, and logs the traceback of every error that it raises as well.
    logging.getLogger("mlflow").setLevel(logging.CRITICAL)
    logging.getLogger("alembic").setLevel(logging.CRITICAL)


@contextmanager
def _writing(results: Path) -> Iterator[None]:
    """One clear line for whatever keeps MLflow from writing."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as error:
        cause: BaseException = error
        while cause.__cause__ is not None:  # MLflow wraps what SQLAlchemy wraps of what SQLite said
            cause = cause.__cause__
        raise RunError(f"{results / STORE}: cannot be written: {cause}".strip().splitlines()[0]) from error


def _studies(client: Any, experiments: list[str]) -> list[Any]:
    return list(client.search_runs(experiments, f"tags.`{KIND_TAG}` = '{STUDY_KIND}'", order_by=["start_time DESC"]))


def _sorted_columns(
    columns: Mapping[str, Value],
) -> tuple[dict[str, str], dict[str, float], dict[str, str]]:
    """Parameters, metrics and tags: what was asked for, what was measured, and where it came from."""
    params: dict[str, str] = {}
    metrics: dict[str, float] = {}
    tags: dict[str, str] = {}
    for name, value in columns.items():
        column = BY_NAME[name]
        number = column.kind in (Kind.INTEGER, Kind.NUMBER)
        if name in _ASKED or (not number and column.group in (Group.IDENTITY, Group.BUDGET)):
            params[name] = written(value)
        elif number and (column.group is not Group.PROVENANCE or name == "duration"):
            metrics[name] = float(value)
        else:
            tags[name] = written(value)
    return params, metrics, tags


def _pretraining(run: "Run") -> dict[str, str]:
    """How the weights that pruning starts from were trained; beside the schema's columns, for people."""
    recipe = run.pretraining.recipe
    stated = {name: getattr(recipe, name) for name in recipe.__struct_fields__}
    shared = {} if run.own_seed is UNSET else {"pretrain.seed": written(run.pretraining.seed)}
    return shared | {
        f"pretrain.{name}": written(value) for name, value in stated.items() if value not in (None, (), False)
    }


def _split_tag(name: str, text: str) -> dict[str, str]:
    """`text` under `name`, and what is longer than a tag may be under `name.1`, `name.2` and so on."""
    parts = [text[start : start + _TAG_LENGTH] for start in range(0, len(text), _TAG_LENGTH)]
    return {name if index == 0 else f"{name}.{index}": part for index, part in enumerate(parts)}


def _dataset_input(choice: "DatasetChoice") -> Any:
    from mlflow.entities import Dataset, DatasetInput, InputTag

    source = json.dumps({"tags": {"mlflow.source.name": choice.factory or f"runners.datasets.{choice.name}"}})
    dataset = Dataset(choice.name, choice.digest[:_DIGEST_LENGTH], "code", source)
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "train, validation, test")])


def _own_version() -> dict[str, str]:
    try:
        return {"prune_audit.version": version("prune-audit")}
    except PackageNotFoundError:
        return {}
