"""MLflow's file store, read directly: `mlruns/EXPERIMENT/RUN/` with meta.yaml, params/, metrics/ and tags/.

A parameter, a tag and a metric each is a file named after its key, in directories where that has a `/`; a metric's
lines are "timestamp value step". The store's meta.yaml holds plain `key: value` lines, which is all of YAML that is
read here.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from audit.results import Results
from audit.sources.errors import SourceError
from audit.sources.limits import content
from audit.sources.mlflow_experiments import choose
from audit.sources.mlflow_runs import Latest, Runs, Stepped, loss_key, results_of, wanted_keys
from audit.study import Study
from audit.study.source import Source

META = "meta.yaml"
_STATUS = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}  # mlflow's RunStatus
_ACTIVE = "active"


def is_store(directory: Path) -> bool:
    """Whether a directory is a file store: some experiment in it, or the experiment itself, has its meta.yaml."""
    return _is_experiment(directory) or any(_is_experiment(each) for each in _folders(directory))


def read_files(directory: Path, study: Study, source: Source | None = None) -> Results:
    """Read a file store, or one experiment of it."""
    experiments = [directory] if _is_experiment(directory) else [e for e in _folders(directory) if _is_experiment(e)]
    active = {
        meta.get("name", experiment.name): experiment
        for experiment in experiments
        if (meta := _meta(experiment)).get("lifecycle_stage", _ACTIVE) == _ACTIVE
    }
    chosen = choose(str(directory), active, source)
    found = [
        (run, meta)
        for experiment in (active.values() if chosen is None else chosen)
        for run in _folders(experiment)
        if (run / META).is_file() and (meta := _meta(run)).get("lifecycle_stage", _ACTIVE) == _ACTIVE
    ]
    found = [(run, meta) for run, meta in found if "run_id" in meta or "run_uuid" in meta]
    found.sort(key=lambda each: (_whole(each[1].get("start_time")) or 0, each[0].name))
    folder = {run.name: run for run, _ in found}
    runs = Runs(
        [run.name for run, _ in found],
        [_STATUS.get(meta.get("status", ""), meta.get("status")) for _, meta in found],
        [_whole(meta.get("start_time")) for _, meta in found],
        [_whole(meta.get("end_time")) for _, meta in found],
    )
    wanted, loss = wanted_keys(study, source), loss_key(source)
    texts: dict[str, np.ndarray] = {}
    metrics: dict[str, np.ndarray] = {}
    undefined: dict[str, list[int]] = {}
    for row, (run, _) in enumerate(found):
        for kind in ("tags", "params"):
            for key in _logged(run / kind, wanted):
                texts.setdefault(key, np.full(len(found), None, object))[row] = _content(run / kind / key)
        for key in _logged(run / "metrics", wanted):
            value = _latest(run / "metrics" / key)
            if np.isnan(value):
                undefined.setdefault(key, []).append(row)
            diverged = key == loss and np.isnan(value)
            metrics.setdefault(key, np.full(len(found), np.nan))[row] = np.inf if diverged else value

    def stepped(ids: list[str], keys: tuple[str, ...]) -> Stepped:
        entries = [
            (row, place, step, value)
            for row, run in enumerate(ids)
            for place, key in enumerate(keys)
            if (file := folder[run] / "metrics" / key).is_file()
            for _, value, step in _points(file)
        ]
        row, place, step = (np.array([entry[part] for entry in entries], np.int64) for part in range(3))
        return Stepped.latest(row, place, step, np.array([entry[3] for entry in entries], float))

    def tags(ids: list[str], prefix: str) -> Mapping[tuple[int, str], str]:
        return {
            (row, key): _content(folder[run] / "tags" / key)
            for row, run in enumerate(ids)
            for key in sorted(_keys(folder[run] / "tags"))
            if key.startswith(prefix)
        }

    def keys() -> list[str]:
        kinds = [[_keys(run / kind) for run, _ in found] for kind in ("params", "metrics", "tags")]
        return [key for kind in kinds for key in sorted({key for keys in kind for key in keys})]

    latest = Latest(metrics, {key: np.array(rows) for key, rows in undefined.items()})
    return results_of(str(directory), runs, texts, latest, stepped, tags, keys, study, source)


def _folders(directory: Path) -> list[Path]:
    return sorted(each for each in directory.iterdir() if not each.name.startswith(".") and each.is_dir())


def _is_experiment(directory: Path) -> bool:
    return (directory / META).is_file() and {"experiment_id", "artifact_location"} <= set(_meta(directory))


def _meta(directory: Path) -> dict[str, str]:
    """The plain `key: value` lines of a meta.yaml."""
    lines = (line.partition(":") for line in _content(directory / META).splitlines() if line[:1].isalpha())
    return {key.strip(): value.strip().strip("'\"") for key, _, value in lines}


def _content(file: Path) -> str:
    try:
        return content(file).decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(f"{file}: is not UTF-8 text; the store is damaged: restore it from a copy") from error


def _logged(directory: Path, keys: Sequence[str]) -> list[str]:
    present = set(_keys(directory))
    return [key for key in keys if key in present]


def _keys(directory: Path, above: str = "") -> Iterator[str]:
    """The keys that were logged into a directory: `test/acc` is a file in a directory of its own."""
    if not directory.is_dir():
        return
    with os.scandir(directory) as entries:
        for each in entries:
            if each.is_dir(follow_symlinks=False):
                yield from _keys(Path(each.path), f"{above}{each.name}/")
            elif each.is_file():
                yield above + each.name


def _points(file: Path) -> Iterator[tuple[int, float, int]]:
    """The points of a metric: timestamp, value and step, in the order of logging; a line being written is left out."""
    for number, line in enumerate(_content(file).split("\n")[:-1], start=1):
        fields = line.split(" ")
        try:
            yield int(fields[0]), float(fields[1]), int(fields[2]) if len(fields) > 2 else 0
        except (ValueError, IndexError):
            raise SourceError(
                f"{file}, line {number}: found {line[:40]!r}, expected a timestamp, a value and a step; the store is "
                "damaged: restore it from a copy"
            ) from None


def _latest(file: Path) -> float:
    """The value that mlflow calls the latest: of the largest step, then timestamp, then value."""
    points = [(step, timestamp, value) for timestamp, value, step in _points(file)]
    return (
        max(points, key=lambda point: (point[0], point[1], np.nan_to_num(point[2], nan=-np.inf)))[2]
        if points
        else np.nan
    )


def _whole(text: str | None) -> int | None:
    try:
        return int(float(text)) if text else None
    except ValueError:
        return None
