"""MLflow's SQLite store, read directly and read-only: neither mlflow nor its server is needed.

A store may be read while a study is still writing to it. The runs are read first, and each table is scanned once after
that: a run that was finished then has all that belongs to it, and a writer never waits longer than for one scan.

Nothing is written beside the store. In write-ahead mode SQLite would leave two files there, so that a store that nobody
has open is read as one that does not change, and one that came with its -wal file alone is read from a copy.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import numpy as np

from audit.results import Results
from audit.sources.errors import SourceError
from audit.sources.mlflow_revisions import KNOWN, NEWEST
from audit.sources.mlflow_runs import Runs, Stepped, as_logged, results_of, wanted_keys
from audit.study import Study
from audit.study.source import Source

SUFFIXES = (".db", ".sqlite", ".sqlite3")
_MAGIC = b"SQLite format 3\0"
_LOCK_SECONDS = 5.0
_SCANNED = "+"  # keeps SQLite from the index on `key`, which finds rows all over the file: a scan is five times as fast
_CHUNK = 50_000  # rows fetched at a time
# What is read, by table. All of MLflow since 1.11 has it.
_LAYOUT = {
    "experiments": {"experiment_id", "lifecycle_stage"},
    "runs": {"run_uuid", "status", "start_time", "end_time", "lifecycle_stage", "experiment_id"},
    "params": {"run_uuid", "key", "value"},
    "tags": {"run_uuid", "key", "value"},
    "metrics": {"run_uuid", "key", "value", "timestamp", "step", "is_nan"},
    "latest_metrics": {"run_uuid", "key", "value", "is_nan"},
}
_RUNS = (
    "select r.run_uuid, r.status, r.start_time, r.end_time from runs r join experiments e using (experiment_id) "
    "where r.lifecycle_stage = 'active' and e.lifecycle_stage = 'active' order by r.start_time, r.run_uuid"
)


def starts_as_sqlite(path: Path) -> bool:
    """Whether the first bytes of a file are SQLite's; raises SourceError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error


def read_database(path: Path, study: Study, source: Source | None = None) -> Results:
    """Read a store; raises SourceError where it is none, or is damaged or locked."""
    if not starts_as_sqlite(path):
        kind = "is empty" if not path.stat().st_size else "is not a SQLite database"
        raise SourceError(f"{path}: {kind}; expected a store written by MLflow")

    def stepped(ids: list[str], keys: tuple[str, ...]) -> Stepped:
        with _open(path) as database:
            return _stepped(database, _Index(ids, keys))

    def tags(ids: list[str], prefix: str) -> Mapping[tuple[int, str], str]:
        rows = {run: row for row, run in enumerate(ids)}
        query = "select run_uuid, key, value from tags where key like ? order by run_uuid, key"
        with _open(path) as database:
            found = database.execute(query, (f"{prefix}%",))
            return {(rows[run], key): value for run, key, value in found if run in rows}

    def keys() -> list[str]:
        with _open(path) as database:
            return [
                key
                for table in ("params", "latest_metrics", "tags")
                for (key,) in database.execute(f"select distinct key from {table} order by key")
            ]

    with _open(path) as database:
        notes = _look_at_schema(database, path)
        runs = Runs(*_columns(database.execute(_RUNS).fetchall(), 4))
        index = _Index(runs.ids, wanted_keys(study, source))
        texts = _texts(database, index)
        metrics = _latest(database, index)
    results = results_of(str(path), runs, texts, metrics, stepped, tags, keys, study, source)
    return replace(results, notes=(*results.notes, *notes))


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection; whatever SQLite cannot do with the file becomes one line."""
    database = None
    try:
        with _readable(path) as address:
            database = sqlite3.connect(address, uri=True, timeout=_LOCK_SECONDS, isolation_level=None)
            yield database
            database.close()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise SourceError(_explain(path, error)) from error
    finally:
        if database is not None:
            database.close()


@contextmanager
def _readable(path: Path) -> Iterator[str]:
    """The address under which SQLite reads a store and leaves nothing beside it."""
    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    log, shared = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
    if not _in_write_ahead_mode(path):
        yield address
    elif not log.is_file() or not log.stat().st_size:
        yield f"{address}&immutable=1"
    elif shared.is_file():
        yield address
    else:
        with tempfile.TemporaryDirectory() as directory:
            copy = Path(directory) / path.name
            shutil.copyfile(path, copy)
            shutil.copyfile(log, copy.with_name(log.name))
            yield f"file:{quote(str(copy))}"


def _in_write_ahead_mode(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(20)[18:19] == b"\2"  # the write version in the header: 1 rollback journal, 2 write-ahead log


def _explain(path: Path, error: Exception) -> str:
    text = str(error)
    if "locked" in text:
        return f"{path}: is locked by another program; try again when it has finished writing"
    if "no such" in text:
        return f"{path}: was not written by MLflow, or by an unknown version of it ({text})"
    if "unable to open" in text or "readonly" in text:
        return (
            f"{path}: cannot be read as it is: the program that wrote it stopped halfway ({text}); copy it with the "
            "files beside it, and let MLflow open the copy once"
        )
    return f"{path}: is damaged: {text}; restore it from a copy"


def _look_at_schema(database: sqlite3.Connection, path: Path) -> list[str]:
    """Refuse what MLflow did not write; tell of an unknown version whose tables are as ever."""
    present = {row[0] for row in database.execute("select name from sqlite_master where type = 'table'")}
    missing = [table for table in _LAYOUT if table not in present]
    if missing:
        found = f"it has: {', '.join(sorted(present)[:8])}" if present else "it has no tables"
        raise SourceError(f"{path}: was not written by MLflow: no table `{missing[0]}`; {found}")
    revision = ""
    if "alembic_version" in present:
        revision = next((row[0] for row in database.execute("select version_num from alembic_version")), "")
    for table, needed in _LAYOUT.items():
        lacking = needed - {row[1] for row in database.execute(f"pragma table_info({table})")}
        if lacking:
            raise SourceError(
                f"{path}: was written by a version of MLflow that is not known (schema {revision or 'unmarked'}): "
                f"`{table}` has no `{min(lacking)}`; bring a copy of it up to date with `mlflow db upgrade "
                f"sqlite:///{path}`, or install a newer prune-audit"
            )
    if revision in KNOWN:
        return []
    version = revision or "unmarked"
    note = f"its schema version ({version}) is not known (known are those up to MLflow {NEWEST})"
    return [f"{path}: {note}; its tables are as expected and were read as such"]


class _Index:
    """Positions of runs and keys."""

    def __init__(self, ids: Sequence[str], keys: Sequence[str]) -> None:
        self.ids, self.keys = ids, keys
        self.row = {run: row for row, run in enumerate(ids)}
        self.key = {key: place for place, key in enumerate(keys)}
        self.condition = f"key in ({', '.join('?' * len(keys))})"

    def places(self, runs: Sequence[str], keys: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Rows (-1 where the run is not among them) and key numbers of fetched entries."""
        rows = np.fromiter((self.row.get(run, -1) for run in runs), np.int64, len(runs))
        return rows, np.fromiter(map(self.key.__getitem__, keys), np.int64, len(keys))


def _fetched(cursor: sqlite3.Cursor, width: int) -> Iterator[list[tuple]]:
    """The columns of a query, a chunk of its rows at a time."""
    while chunk := cursor.fetchmany(_CHUNK):
        yield _columns(chunk, width)


def _columns(rows: list[tuple], width: int) -> list[tuple]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _texts(database: sqlite3.Connection, index: _Index) -> dict[str, np.ndarray]:
    """Texts by key, each (runs,): parameters over tags, from one scan of each table."""
    found: dict[int, np.ndarray] = {}
    for table in ("tags", "params"):
        query = f"select run_uuid, key, value from {table} where {_SCANNED}{index.condition}"
        for runs, keys, values in _fetched(database.execute(query, index.keys), 3):
            rows, places = index.places(runs, keys)
            held = np.array(values, object)
            for place in np.unique(places).tolist():
                mine = (places == place) & (rows >= 0)
                if place not in found:
                    found[place] = np.full(len(index.ids), None, object)
                found[place][rows[mine]] = held[mine]
    return {index.keys[place]: found[place] for place in sorted(found)}


def _latest(database: sqlite3.Connection, index: _Index) -> dict[str, np.ndarray]:
    """Latest metrics by key, each (runs,)."""
    found: dict[int, np.ndarray] = {}
    query = f"select run_uuid, key, value, is_nan from latest_metrics where {_SCANNED}{index.condition}"
    for runs, keys, values, is_nan in _fetched(database.execute(query, index.keys), 4):
        rows, places = index.places(runs, keys)
        held = _logged(values, is_nan)
        for place in np.unique(places).tolist():
            mine = (places == place) & (rows >= 0)
            if place not in found:
                found[place] = np.full(len(index.ids), np.nan)
            found[place][rows[mine]] = held[mine]
    return {index.keys[place]: found[place] for place in sorted(found)}


def _logged(values: Sequence[float], is_nan: Sequence[int]) -> np.ndarray:
    held = np.array(values, float)
    held[np.array(is_nan, bool)] = np.nan
    large = np.flatnonzero(np.abs(held) >= 1e308)
    held[large] = [as_logged(value) for value in held[large]]
    return held


def _stepped(database: sqlite3.Connection, index: _Index) -> Stepped:
    """What was logged of these metrics at each step."""
    query = f"select run_uuid, key, step, value, is_nan from metrics where {index.condition} order by timestamp"
    parts: list[tuple[np.ndarray, ...]] = []
    for runs, keys, steps, values, is_nan in _fetched(database.execute(query, index.keys), 5):
        rows, places = index.places(runs, keys)
        mine = rows >= 0
        parts.append((rows[mine], places[mine], np.array(steps, np.int64)[mine], _logged(values, is_nan)[mine]))
    if not parts:
        empty = np.empty(0, np.int64)
        return Stepped(empty, empty, empty, np.empty(0))
    return Stepped.latest(*(np.concatenate(each) for each in zip(*parts, strict=True)))
