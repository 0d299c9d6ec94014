"""MLflow's database, read directly: what is asked of it, whichever database program keeps it.

A store may be read while a study is still writing to it. The runs are read first, and each table is scanned once after
that: a run that was finished then has all that belongs to it, and a writer never waits longer than for one scan.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import repeat
from typing import Any, Protocol

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from audit.results import Results
from audit.sources.errors import SourceError
from audit.sources.mlflow_experiments import choose
from audit.sources.mlflow_revisions import KNOWN, NEWEST
from audit.sources.mlflow_runs import Latest, Runs, Stepped, as_logged, loss_key, results_of, wanted_keys
from audit.study import Study
from audit.study.source import Source

# What is read, by table. All of MLflow since 1.11 has it.
_LAYOUT = {
    "experiments": {"experiment_id", "name", "lifecycle_stage"},
    "runs": {"run_uuid", "status", "start_time", "end_time", "lifecycle_stage", "experiment_id"},
    "params": {"run_uuid", "key", "value"},
    "tags": {"run_uuid", "key", "value"},
    "metrics": {"run_uuid", "key", "value", "timestamp", "step", "is_nan"},
    "latest_metrics": {"run_uuid", "key", "value", "is_nan"},
}
_ACTIVE = "select {} from experiments where lifecycle_stage = 'active'"
_RUNS = (
    "select r.run_uuid, r.status, r.start_time, r.end_time from runs r where r.lifecycle_stage = 'active' "
    "and r.experiment_id in ({}) order by coalesce(r.start_time, 0), r.run_uuid"
)


class Database(Protocol):
    """A store that is open, and what differs between the programs that keep one.

    `mark` stands for a parameter in a query; `scanned`, before a column, keeps an index from being used where a scan of
    the table takes less time; `address` is how `mlflow db upgrade` calls the store.
    """

    mark: str
    scanned: str
    address: str

    def layout(self) -> Mapping[str, set[str]]:
        """The columns of each table."""

    def fetch(self, query: str, parameters: Sequence[Any] = ()) -> Iterator[list[tuple]]:
        """The rows that a query finds, some at a time."""

    def texts(self, table: str, wanted: "Wanted") -> Iterator["Texts"]:
        """The entries of `params` or `tags` that are wanted, some at a time, in any order."""


class Wanted(Struct, frozen=True):
    """Which entries are asked for: those of some keys, and of the runs of some experiments (None for all)."""

    keys: Sequence[str]
    experiments: Sequence[Any] | None

    def condition(self, database: Database, scanned: str = "") -> tuple[str, list[Any]]:
        """As a condition of a query, and its parameters."""
        text, parameters = f"{scanned}key in ({_marks(database, self.keys)})", list(self.keys)
        if self.experiments is None:
            return text, parameters
        return f"{text} and {self.of_experiments(database, scanned)}", [*parameters, *self.experiments]

    def of_experiments(self, database: Database, scanned: str = "") -> str:
        """The condition on the experiments alone."""
        among = "true" if self.experiments is None else f"experiment_id in ({_marks(database, self.experiments)})"
        return f"{scanned}run_uuid in (select run_uuid from runs where {among})"


class Texts(Struct, frozen=True):
    """Texts (entries,) and the places of their keys among those wanted; `lengths` of them are of each of `runs`."""

    runs: Sequence[str]
    lengths: np.ndarray
    places: np.ndarray
    values: np.ndarray


def texts_by_row(database: Database, table: str, wanted: Wanted) -> Iterator[Texts]:
    """The entries that are wanted, one row of a query each."""
    place = {key: place for place, key in enumerate(wanted.keys)}
    condition, parameters = wanted.condition(database, database.scanned)
    for chunk in database.fetch(f"select run_uuid, key, value from {table} where {condition}", parameters):
        runs, keys, values = _columns(chunk, 3)
        places = np.fromiter(map(place.__getitem__, keys), np.int64, len(keys))
        yield Texts(runs, np.ones(len(runs), np.int64), places, np.array(values, object))


Open = Callable[[], AbstractContextManager[Database]]


def read_database(name: str, opened: Open, study: Study, source: Source | None = None) -> Results:
    """Read a store; `opened` opens it, for this and again when a child table is asked for.

    Raises SourceError where it is no store of MLflow, lacks an experiment that `source` names, or holds no networks.
    """

    def stepped(ids: list[str], keys: tuple[str, ...]) -> Stepped:
        with opened() as database:
            return _stepped(database, _Index(ids, Wanted(keys, chosen)))

    def tags(ids: list[str], prefix: str) -> Mapping[tuple[int, str], str]:
        rows = {run: row for row, run in enumerate(ids)}
        with opened() as database:
            query = f"select run_uuid, key, value from tags where key like {database.mark} order by run_uuid, key"
            found = (row for chunk in database.fetch(query, [f"{prefix}%"]) for row in chunk)
            return {(rows[run], key): value for run, key, value in found if run in rows}

    def keys() -> list[str]:
        with opened() as database:
            return [
                key
                for table in ("params", "latest_metrics", "tags")
                for key in sorted(_all(database, f"select distinct key from {table}"))
            ]

    with opened() as database:
        notes = _look_at_schema(database, name)
        present = dict(_all_rows(database, _ACTIVE.format("name, experiment_id")))
        chosen = choose(name, present, source)
        query = _RUNS.format(_ACTIVE.format("experiment_id") if chosen is None else _marks(database, chosen))
        runs = Runs(*_columns(_all_rows(database, query, chosen or ()), 4))
        index = _Index(runs.ids, Wanted(wanted_keys(study, source), chosen))
        texts = _texts(database, index)
        metrics = _latest(database, index, loss_key(source))
    results = results_of(name, runs, texts, metrics, stepped, tags, keys, study, source)
    return replace(results, notes=(*results.notes, *notes))


def _all_rows(database: Database, query: str, parameters: Sequence[Any] = ()) -> list[tuple]:
    return [row for chunk in database.fetch(query, parameters) for row in chunk]


def _all(database: Database, query: str) -> list[Any]:
    return [row[0] for row in _all_rows(database, query)]


def _look_at_schema(database: Database, name: str) -> list[str]:
    """Refuse what MLflow did not write; tell of an unknown version whose tables are as ever."""
    present = database.layout()
    missing = [table for table in _LAYOUT if table not in present]
    if missing:
        found = f"it has: {', '.join(sorted(present)[:8])}" if present else "it has no tables"
        raise SourceError(f"{name}: was not written by MLflow: no table `{missing[0]}`; {found}")
    revision = ""
    if "alembic_version" in present:
        revision = next(iter(_all(database, "select version_num from alembic_version")), "")
    for table, needed in _LAYOUT.items():
        lacking = needed - present[table]
        if lacking:
            raise SourceError(
                f"{name}: was written by a version of MLflow that is not known (schema {revision or 'unmarked'}): "
                f"`{table}` has no `{min(lacking)}`; bring a copy of it up to date with `mlflow db upgrade "
                f"{database.address}`, or install a newer prune-audit"
            )
    if revision in KNOWN:
        return []
    version = revision or "unmarked"
    note = f"its schema version ({version}) is not known (known are those up to MLflow {NEWEST})"
    return [f"{name}: {note}; its tables are as expected and were read as such"]


class _Index:
    """Positions of runs, and of the keys that are wanted of them."""

    def __init__(self, ids: Sequence[str], wanted: Wanted) -> None:
        self.ids, self.wanted = ids, wanted
        self._row = {run: row for row, run in enumerate(ids)}
        self._place = {key: place for place, key in enumerate(wanted.keys)}

    def rows(self, runs: Sequence[str]) -> np.ndarray:
        """(runs,) the positions of runs, -1 for one that is not among them."""
        return np.fromiter(map(self._row.get, runs, repeat(-1)), np.int64, len(runs))

    def places(self, keys: Sequence[str]) -> np.ndarray:
        """(keys,) the positions of keys."""
        return np.fromiter(map(self._place.__getitem__, keys), np.int64, len(keys))

    def select(
        self, database: Database, columns: str, table: str, scanned: str, order: str = ""
    ) -> Iterator[list[tuple]]:
        """Columns of the entries of a table that are wanted, some at a time."""
        condition, parameters = self.wanted.condition(database, scanned)
        for chunk in database.fetch(f"select {columns} from {table} where {condition} {order}", parameters):
            yield _columns(chunk, columns.count(",") + 1)

    def by_key(self, found: Mapping[int, np.ndarray]) -> dict[str, np.ndarray]:
        """What was found by the place of a key, by the key, in the order of the keys."""
        return {self.wanted.keys[place]: found[place] for place in sorted(found)}


def _put(
    found: dict[int, np.ndarray], rows: np.ndarray, places: np.ndarray, values: np.ndarray, empty: np.ndarray
) -> None:
    """Set the values of entries in columns like `empty`, by the place of their key."""
    order = np.argsort(places, kind="stable")
    order = order[rows[order] >= 0]
    starts = np.flatnonzero(np.diff(places[order], prepend=-1))
    for mine in np.split(order, starts[1:]) if len(order) else ():
        column = found.setdefault(int(places[mine[0]]), empty)
        if column is empty:
            column = found[int(places[mine[0]])] = empty.copy()
        column[rows[mine]] = values[mine]


def _marks(database: Database, values: Sequence[Any]) -> str:
    return ", ".join([database.mark] * len(values))


def _columns(rows: list[tuple], width: int) -> list[tuple]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _texts(database: Database, index: _Index) -> dict[str, np.ndarray]:
    """Texts by key, each (runs,): parameters over tags."""
    found: dict[int, np.ndarray] = {}
    empty = np.full(len(index.ids), None, object)
    for table in ("tags", "params"):
        for each in database.texts(table, index.wanted):
            _put(found, np.repeat(index.rows(each.runs), each.lengths), each.places, each.values, empty)
    return index.by_key(found)


def _latest(database: Database, index: _Index, loss: str) -> Latest:
    """The latest metrics; see `loss_key`."""
    found: dict[int, np.ndarray] = {}
    undefined: dict[int, list[np.ndarray]] = {}
    empty = np.full(len(index.ids), np.nan)
    columns = "run_uuid, key, value, is_nan"
    for runs, keys, values, is_nan in index.select(database, columns, "latest_metrics", database.scanned):
        held, rows, places = _logged(values, is_nan), index.rows(runs), index.places(keys)
        held[np.array(is_nan, bool) & (np.array(keys, object) == loss)] = np.inf
        none = np.isnan(held) & (rows >= 0)
        for place in np.unique(places[none]).tolist():
            undefined.setdefault(place, []).append(rows[none & (places == place)])
        _put(found, rows, places, held, empty)
    return Latest(index.by_key(found), index.by_key({place: np.concatenate(undefined[place]) for place in undefined}))


def _logged(values: Sequence[float], is_nan: Sequence[int]) -> np.ndarray:
    held = np.array(values, float)
    held[np.array(is_nan, bool)] = np.nan
    large = np.flatnonzero(np.abs(held) >= 1e308)
    held[large] = [as_logged(value) for value in held[large]]
    return held


def _stepped(database: Database, index: _Index) -> Stepped:
    """What was logged of these metrics at each step."""
    parts: list[tuple[np.ndarray, ...]] = []
    columns, order = "run_uuid, key, step, value, is_nan", "order by timestamp, value"
    for runs, keys, steps, values, is_nan in index.select(database, columns, "metrics", "", order):
        rows = index.rows(runs)
        mine = rows >= 0
        held = (rows, index.places(keys), np.array(steps, np.int64), _logged(values, is_nan))
        parts.append(tuple(each[mine] for each in held))
    if not parts:
        empty = np.empty(0, np.int64)
        return Stepped(empty, empty, empty, np.empty(0))
    return Stepped.latest(*(np.concatenate(each) for each in zip(*parts, strict=True)))
