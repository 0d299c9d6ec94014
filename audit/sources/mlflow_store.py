"""MLflow's SQLite store, read directly and read-only: neither mlflow nor its server is needed.

One run that has a `method` is one network; its parameters, tags and latest metrics are looked up under the schema's
names. Per-layer and per-epoch metrics are read on first use.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import numpy as np

from audit.results import NO_LAYERS, Coded, Curves, Layers, Origin, Results
from audit.schema import CURVES, LAYER_COUNTS, LAYER_NAME, Kind
from audit.sources.errors import SourceError
from audit.sources.validate import validate
from audit.sources.values import Where, convert, known_columns
from audit.study import Study

NAME = "mlflow"
SUFFIXES = (".db", ".sqlite", ".sqlite3")
STORE = "mlflow.db"  # what mlflow itself and the runners call it
_MAGIC = b"SQLite format 3\0"
_LOCK_SECONDS = 5.0
_LARGEST_STORED = 1.7976931348623157e308  # mlflow stores infinities as the largest double
_STATUS = {"FINISHED": "finished", "FAILED": "failed", "KILLED": "killed", "RUNNING": "running", "SCHEDULED": "running"}
_TABLES = ("experiments", "runs", "params", "tags", "metrics", "latest_metrics")


def recognise(path: Path) -> bool:
    """Whether a file is SQLite by its first bytes or its name, or a directory holds one."""
    if path.is_dir():
        return bool(_stores(path))
    return path.suffix.lower() in SUFFIXES or _starts_as_sqlite(path)


def read(path: Path, study: Study) -> Results:
    """Read a store, or the one store directly inside a directory."""
    if path.is_dir():
        stores = _stores(path)
        if len(stores) > 1:
            raise SourceError(
                f"{path}: holds {len(stores)} stores ({', '.join(each.name for each in stores)}); name one of them"
            )
        path = stores[0]
    with _open(path) as database:
        return _read(database, path, study)


def _stores(directory: Path) -> list[Path]:
    found = [
        each
        for each in directory.iterdir()
        if each.is_file() and each.suffix.lower() in SUFFIXES and each.name[0] != "."
    ]
    return (
        sorted(found, key=lambda each: (each.name != STORE, each.name))[:1]
        if any(each.name == STORE for each in found)
        else sorted(found)
    )


def _starts_as_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection; whatever SQLite cannot do with the file becomes one line."""
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    if start != _MAGIC:
        kind = "is empty" if not start else "is not a SQLite database"
        raise SourceError(f"{path}: {kind}; expected a store written by MLflow")
    database = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True, timeout=_LOCK_SECONDS)
    try:
        yield database
    except sqlite3.Error as error:
        raise SourceError(_explain(path, error)) from error
    finally:
        database.close()


def _explain(path: Path, error: sqlite3.Error) -> str:
    if "locked" in str(error):
        return f"{path}: is locked by another program; try again when it has finished writing"
    if "no such" in str(error):
        return f"{path}: was not written by MLflow, or by an unknown version of it ({error})"
    return f"{path}: is damaged: {error}; restore it from a copy"


def _read(database: sqlite3.Connection, path: Path, study: Study) -> Results:
    name = str(path)
    present = {row[0] for row in database.execute("select name from sqlite_master where type = 'table'")}
    missing = [table for table in _TABLES if table not in present]
    if missing:
        found = f"it has: {', '.join(sorted(present)[:8])}" if present else "it has no tables"
        raise SourceError(f"{path}: was not written by MLflow: no table `{missing[0]}`; {found}")
    runs = database.execute(
        "select r.run_uuid, r.status, r.start_time, r.end_time from runs r join experiments e using (experiment_id) "
        "where r.lifecycle_stage = 'active' and e.lifecycle_stage = 'active' order by r.start_time, r.run_uuid"
    ).fetchall()
    columns = known_columns(study)
    texts, numbers = _values(database, [run[0] for run in runs], list(columns))
    method = texts.get("method", np.full(len(runs), None, object))
    rows = np.flatnonzero([bool(each) for each in method])
    if not len(rows):
        found = f"its {len(runs)} runs have no parameter `method`" if runs else "it has no runs"
        raise SourceError(
            f"{path}: holds no pruning results: {found}; expected one run for each network, as `audit run` writes them"
        )
    ids = np.array([runs[row][0] for row in rows], object)
    where = Where(name, "run", ids)
    table = {key: convert(columns[key], values[rows], where) for key, values in texts.items() if key != "run_id"}
    for key, values in numbers.items():
        if columns[key].kind in (Kind.INTEGER, Kind.NUMBER, Kind.FLAG):
            stated = table.get(key)
            mine = values[rows]
            table[key] = mine if stated is None else np.where(np.isnan(mine), stated, mine)  # type: ignore[arg-type]
    table |= _from_run(runs, rows, table)
    results = Results(
        columns=table,
        origin=Origin(Coded(np.zeros(len(rows), np.int64), (name,)), run_id=Coded.of(list(ids))),
        load_layers=lambda: _layers(path, list(ids)),
        load_curves=lambda: _curves(path, list(ids)),
    )
    return validate(results, study, name)


def _values(
    database: sqlite3.Connection, ids: list[str], keys: list[str]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Texts (parameters over tags) and numbers (latest metrics) by key, each (runs,), from one scan of each table."""
    index = {run: row for row, run in enumerate(ids)}
    marks = ", ".join("?" * len(keys))
    texts: dict[str, np.ndarray] = {}
    for table in ("tags", "params"):
        for run, key, value in database.execute(
            f"select run_uuid, key, value from {table} where key in ({marks})", keys
        ):
            if run in index:
                texts.setdefault(key, np.full(len(ids), None, object))[index[run]] = value
    numbers: dict[str, np.ndarray] = {}
    query = f"select run_uuid, key, value, is_nan from latest_metrics where key in ({marks})"
    for run, key, value, is_nan in database.execute(query, keys):
        if run in index:
            numbers.setdefault(key, np.full(len(ids), np.nan))[index[run]] = np.nan if is_nan else _finite(value)
    return texts, numbers


def _finite(value: float) -> float:
    return value if abs(value) < _LARGEST_STORED else float(np.copysign(np.inf, value))


def _from_run(runs: list[tuple], rows: np.ndarray, table: dict) -> dict[str, Coded | np.ndarray]:
    """What MLflow itself records of a run: its id, status, start and duration."""
    chosen = [runs[row] for row in rows]
    own: dict[str, Coded | np.ndarray] = {"run_id": Coded.of([run[0] for run in chosen])}
    own["status"] = Coded.of([_STATUS.get(run[1], "running") for run in chosen])
    if "started" not in table:
        own["started"] = Coded.of([_moment(run[2]) for run in chosen])
    if "duration" not in table:
        own["duration"] = np.array([(run[3] - run[2]) / 1000 if run[2] and run[3] else np.nan for run in chosen])
    return own


def _moment(milliseconds: int | None) -> str | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds") if milliseconds else None


def _layers(path: Path, ids: list[str]) -> Layers:
    """Per-layer counts: metrics stepped by layer index, with the names in tags."""
    index = {run: row for row, run in enumerate(ids)}
    with _open(path) as database:
        stepped = _stepped(database, index, LAYER_COUNTS)
        tags = database.execute(
            "select run_uuid, key, value from tags where key like ? order by key", (f"{LAYER_NAME}s%",)
        )
        parts: dict[int, list[tuple[int, str]]] = {}
        for run, key, value in tags:
            if run in index:
                number = key.removeprefix(f"{LAYER_NAME}s").lstrip(".")
                parts.setdefault(index[run], []).append((int(number) if number.isdigit() else 0, value))
    if not len(stepped[0]):
        return NO_LAYERS
    names = {row: _names(path, ids[row], "".join(text for _, text in sorted(pieces))) for row, pieces in parts.items()}
    row, key, step, value = stepped
    entries, position = np.unique(np.stack([row, step]), axis=1, return_inverse=True)
    counts = np.full((len(LAYER_COUNTS), entries.shape[1]), np.nan)
    counts[key, position.reshape(-1)] = value
    labels = [_layer_name(names.get(int(run), []), int(layer)) for run, layer in entries.T]
    return Layers(entries[0], Coded.of(labels), *counts)


def _names(path: Path, run: str, text: str) -> list[str]:
    try:
        names = json.loads(text)
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise SourceError(
            f"{path}, run {run}, tag `{LAYER_NAME}s`: expected a JSON list of layer names, found {text[:40]!r}"
        )
    return names


def _layer_name(names: list[str], layer: int) -> str:
    return names[layer] if layer < len(names) else f"layer {layer}"


def _curves(path: Path, ids: list[str]) -> Curves:
    """Per-epoch values: metrics stepped by epoch."""
    index = {run: row for row, run in enumerate(ids)}
    with _open(path) as database:
        row, key, step, value = _stepped(database, index, CURVES)
    order = np.lexsort((step, key, row))
    return Curves(row[order], Coded(key[order], CURVES), step[order], value[order])


def _stepped(
    database: sqlite3.Connection, index: dict[str, int], keys: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Row, number of the key, step and value of what was logged of these metrics; of a step logged twice the last."""
    marks = ", ".join("?" * len(keys))
    query = f"select run_uuid, key, step, value, is_nan from metrics where key in ({marks}) order by timestamp"
    number = {key: position for position, key in enumerate(keys)}
    last = {
        (index[run], number[key], step): np.nan if is_nan else _finite(value)
        for run, key, step, value, is_nan in database.execute(query, keys)
        if run in index
    }
    places = np.array(list(last), np.int64).reshape(-1, 3)
    return places[:, 0], places[:, 1], places[:, 2], np.fromiter(last.values(), float, len(last))
