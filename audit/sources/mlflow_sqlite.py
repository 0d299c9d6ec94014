"""MLflow's SQLite store, read read-only: neither mlflow nor its server is needed.

Nothing is written into the store or beside it. In write-ahead mode SQLite would leave two files there, so that a store
that nobody has open is read as one that does not change, and one that came with its -wal file alone is read from a
copy; so is one whose writer was killed in the middle of a transaction, which SQLite takes back in the copy.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import numpy as np

from audit.results import Results
from audit.sources.errors import SourceError
from audit.sources.mlflow_database import Texts, Wanted, read_database, texts_by_row
from audit.study import Study
from audit.study.source import Source

SUFFIXES = (".db", ".sqlite", ".sqlite3")
_MAGIC = b"SQLite format 3\0"
_LOCK_SECONDS = 5.0
_CHUNK = 50_000  # rows fetched at a time
_STRETCH = 50_000  # rows of a table that are gathered at a time
_LARGEST_ROW = (1 << 63) - 1
_IDENTIFIER = 32  # characters of a run's identifier
_FIRST_CHARACTER = 33  # the first key is written as "!"
_GATHERED = """
select min(length(cast(p.run_uuid as blob))), max(length(cast(p.run_uuid as blob))),
    group_concat(p.run_uuid, ''), group_concat(w.letter, ''), json_group_array(p.value)
from (select run_uuid, key, value from {table} where rowid > ? and rowid <= ?) p
    cross join temp.wanted w on w.key = p.key
"""


class _Sqlite:
    """An open store."""

    mark = "?"
    scanned = "+"  # an index on `key` finds rows all over the file: a scan is five times as fast

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection, self.address = connection, f"sqlite:///{path}"

    def layout(self) -> Mapping[str, set[str]]:
        """The columns of each table."""
        tables = [row[0] for row in self._connection.execute("select name from sqlite_master where type = 'table'")]
        columns = "select name from pragma_table_info(?)"
        return {table: {row[0] for row in self._connection.execute(columns, [table])} for table in tables}

    def fetch(self, query: str, parameters: Sequence[Any] = ()) -> Iterator[list[tuple]]:
        """The rows that a query finds, some at a time."""
        cursor = self._connection.execute(query, parameters)
        while chunk := cursor.fetchmany(_CHUNK):
            yield chunk

    def texts(self, table: str, wanted: Wanted) -> Iterator[Texts]:
        """The entries of a table that are wanted, a stretch of the table at a time.

        SQLite puts the runs, keys and values of a stretch into one text each, in less than half the time of its rows.
        """
        self._connection.execute("pragma temp_store = memory")
        self._connection.execute(
            "create temp table if not exists wanted (key text primary key, letter text) without rowid"
        )
        letters = ((key, chr(place + _FIRST_CHARACTER)) for place, key in enumerate(wanted.keys))
        self._connection.executemany("replace into temp.wanted values (?, ?)", letters)
        last: int | None = -1
        while last is not None:
            first = last
            ends = f"select rowid from {table} where rowid > ? order by rowid limit 1 offset ?"
            (last,) = self._connection.execute(ends, [first, _STRETCH]).fetchone() or (None,)
            try:
                found = self._gathered(table, wanted, first, _LARGEST_ROW if last is None else last)
            except sqlite3.DataError:  # more than SQLite's longest text
                found = None
            if found is None:
                yield from texts_by_row(self, table, wanted)
                return
            if len(found.places):
                yield found

    def _gathered(self, table: str, wanted: Wanted, first: int, last: int) -> Texts | None:
        """The entries after one row up to another; None where identifiers of runs are none of MLflow's."""
        query, parameters = _GATHERED.format(table=table), [first, last]
        if wanted.experiments is not None:
            query, parameters = f"{query} where {wanted.of_experiments(self)}", [*parameters, *wanted.experiments]
        shortest, longest, runs, keys, values = self._connection.execute(query, parameters).fetchone()
        if runs is None:
            return Texts((), *(np.empty(0, np.int64),) * 2, np.empty(0, object))
        if (shortest, longest) != (_IDENTIFIER, _IDENTIFIER):
            return None
        places = np.frombuffer(keys.encode("utf-32-le"), np.uint32).astype(np.int64) - _FIRST_CHARACTER
        names = np.frombuffer(runs.encode(), f"S{_IDENTIFIER}")
        starts = np.flatnonzero(np.append(True, names[1:] != names[:-1]))
        distinct = [name.decode() for name in names[starts].tolist()]
        return Texts(
            distinct, np.diff(np.append(starts, len(names))), places, np.array(msgspec.json.decode(values), object)
        )


def starts_as_sqlite(path: Path) -> bool:
    """Whether the first bytes of a file are SQLite's; raises SourceError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error


def read_sqlite(path: Path, study: Study, source: Source | None = None) -> Results:
    """Read a store; raises SourceError where it is none, or is damaged or locked."""
    if not starts_as_sqlite(path):
        kind = "is empty" if not path.stat().st_size else "is not a SQLite database"
        raise SourceError(f"{path}: {kind}; expected a store written by MLflow")
    return read_database(str(path), lambda: _open(path), study, source)


@contextmanager
def _open(path: Path) -> Iterator[_Sqlite]:
    """A read-only connection; whatever SQLite cannot do with the file becomes one line."""
    database = None
    try:
        with _readable(path) as address:
            database = sqlite3.connect(address, uri=True, timeout=_LOCK_SECONDS, isolation_level=None)
            yield _Sqlite(database, path)
            database.close()
    except (sqlite3.Error, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise SourceError(_explain(path, error)) from error
    finally:
        if database is not None:
            database.close()


@contextmanager
def _readable(path: Path) -> Iterator[str]:
    """The address under which SQLite reads a store and leaves nothing beside it."""
    path = path.resolve()  # what SQLite keeps beside a store lies beside the file itself
    address = f"file:{quote(str(path))}?mode=ro"
    journal, log, shared = (path.with_name(path.name + end) for end in ("-journal", "-wal", "-shm"))
    if not _in_write_ahead_mode(path):
        needed = journal if journal.is_file() and _is_unfinished(address) else None
    elif log.is_file() and log.stat().st_size:
        needed = None if shared.is_file() else log
    else:
        needed, address = None, f"{address}&immutable=1"
    if needed is None:
        yield address
    else:
        import shutil  # both take milliseconds, and are hardly ever needed
        import tempfile

        with tempfile.TemporaryDirectory() as directory:
            copy = Path(directory) / path.name
            try:
                shutil.copyfile(path, copy)
                shutil.copyfile(needed, copy.with_name(needed.name))
            except OSError as error:
                raise SourceError(
                    f"{path}: reading it needs a copy of it and of {needed.name}, which failed: {error.strerror}"
                ) from error
            yield f"file:{quote(str(copy))}"


def _is_unfinished(address: str) -> bool:
    """Whether a store's journal is of a transaction that nobody will end: who may only read cannot take it back."""
    with closing(sqlite3.connect(address, uri=True, timeout=_LOCK_SECONDS)) as database:
        try:
            database.execute("select 1 from sqlite_master limit 1")
        except sqlite3.Error as error:
            return error.sqlite_errorname == "SQLITE_READONLY_ROLLBACK"
    return False


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
