"""MLflow's database in PostgreSQL, read directly in one read-only transaction; needs the extra `server`."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from audit.results import Results
from audit.sources.address import Address
from audit.sources.errors import SourceError
from audit.sources.mlflow_database import Texts, Wanted, read_database, texts_by_row
from audit.study import Study
from audit.study.source import Source

_CONNECT_SECONDS = 5
_STATEMENT_SECONDS = 600  # of one scan of a table
_LOCK_SECONDS = 5
_CHUNK = 50_000  # rows fetched at a time
_WRONG_PASSWORD = ("28P01", "28000")
_NO_DATABASE = "3D000"
_NOT_ALLOWED = "42501"


class _Postgresql:
    """An open database."""

    mark = "%s"
    scanned = ""  # the planner knows when to scan

    def __init__(self, connection: Any, address: Address) -> None:
        self._connection, self.address = connection, str(address)

    def layout(self) -> Mapping[str, set[str]]:
        """The columns of each table on the search path."""
        columns: dict[str, set[str]] = defaultdict(set)
        query = (
            "select table_name, column_name from information_schema.columns where table_schema = any(current_schemas("
            "false))"
        )
        for chunk in self.fetch(query):
            for table, column in chunk:
                columns[table].add(column)
        return columns

    def fetch(self, query: str, parameters: Sequence[Any] = ()) -> Iterator[list[tuple]]:
        """The rows that a query finds, some at a time."""
        with self._connection.cursor(name="prune_audit") as cursor:  # a named cursor stays with the server
            cursor.execute(query, list(parameters))
            while chunk := cursor.fetchmany(_CHUNK):
                yield chunk

    def texts(self, table: str, wanted: Wanted) -> Iterator[Texts]:
        """The entries of a table that are wanted, some at a time."""
        return texts_by_row(self, table, wanted)


def read_postgresql(address: Address, study: Study, source: Source | None = None) -> Results:
    """Read a database; raises SourceError where it cannot be reached, or is no store of MLflow."""
    return read_database(str(address), lambda: _open(address), study, source)


@contextmanager
def _open(address: Address) -> Iterator[_Postgresql]:
    """A read-only transaction that sees one state of the database; whatever goes wrong becomes one line."""
    try:
        import psycopg  # only where there is a database to read
    except ImportError:
        raise SourceError(
            f"{address}: needs a driver that is not installed: pip install 'prune-audit[server]'"
        ) from None
    settings: dict[str, Any] = {"connect_timeout": _CONNECT_SECONDS, "client_encoding": "UTF8"}
    try:
        with psycopg.connect(address.uri, **settings) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            connection.execute(f"set local statement_timeout = '{_STATEMENT_SECONDS}s'")
            connection.execute(f"set local lock_timeout = '{_LOCK_SECONDS}s'")
            yield _Postgresql(connection, address)
            connection.rollback()
    except UnicodeDecodeError:
        raise SourceError(f"{address}: holds texts that are not UTF-8") from None
    except psycopg.Error as error:
        raise SourceError(f"{address}: {_explain(error)}") from None  # what the driver says may repeat the address


def _explain(error: Any) -> str:
    """What is wrong and what to do, without what could hold a password."""
    said = str(error).casefold()
    state = error.sqlstate or ""
    if state in _WRONG_PASSWORD or "password" in said or "authentication failed" in said:
        return "the database refused the user or the password; set PGUSER and PGPASSWORD, or give them in the address"
    if state == _NO_DATABASE or ("database" in said and "does not exist" in said):
        return "there is no such database on that server"
    if not state and "fatal:" in said:  # the rest may be in any language
        return "the server answered and refused; look at the user, the password and the name of the database"
    if state == _NOT_ALLOWED:
        return "the user may not read MLflow's tables"
    if "timeout" in said or state in ("57014", "55P03"):
        return "did not answer in time; is it reachable from here, and is nothing holding its tables?"
    if not state and "invalid" in said:
        return "is no address of a database; expected postgresql://user@host:port/database"
    if not state:
        return "cannot be reached; is the server running there, and is the port right?"
    return f"cannot be read (PostgreSQL's code {state})"
