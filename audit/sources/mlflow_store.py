"""MLflow, 1.11 to 3: a SQLite store or a file store, the PostgreSQL database of a server, or a tracking server.

Stores and databases are read directly, read-only, without importing mlflow. `postgresql://host/database` needs the
extra `server`, and so does a server, which is read through mlflow's own library: `http://host:5000`. User and password
are MLflow's environment variables (`MLFLOW_TRACKING_USERNAME` and so on; for PostgreSQL its own, `PGPASSWORD` and so
on), or part of the address; they are shown nowhere.

All active experiments are read; `--experiment NAME`, or `experiments` of a `[[source]]`, chooses some, and `where` of
it chooses runs. Each run that has a method is one network. A run that is the parent of other runs and has no size is
left out.

Of a key that was logged in several ways the metric counts, then the parameter, then the tag. A metric whose latest
value is NaN is missing, except for a loss, which is read as infinite.
"""

from pathlib import Path

from audit.results import Results
from audit.sources.address import POSTGRESQL, Address, Place
from audit.sources.errors import SourceError
from audit.sources.mlflow_files import is_store, read_files
from audit.sources.mlflow_sqlite import SUFFIXES, read_sqlite, starts_as_sqlite
from audit.study import Study
from audit.study.source import Source

NAME = "mlflow"
OWN_TABLES: tuple[str, ...] = ()
STORE = "mlflow.db"  # what mlflow itself and the runners call it


def recognise(path: Path) -> bool:
    """Whether a file is SQLite by its first bytes or its name, or a directory holds one or is a file store."""
    if path.is_dir():
        return bool(_databases(path)) or is_store(path)
    return path.suffix.lower() in SUFFIXES or starts_as_sqlite(path)


def read(path: Place, study: Study, source: Source | None = None) -> Results:
    """Read a server, a store, or the one store directly inside a directory; a database comes before files."""
    if isinstance(path, Address):
        return _read_address(path, study, source)
    if path.is_file():
        return read_sqlite(path, study, source)
    databases = _databases(path)
    if len(databases) > 1:
        names = ", ".join(each.name for each in databases)
        raise SourceError(f"{path}: holds {len(databases)} stores ({names}); name one of them")
    if databases:
        return read_sqlite(databases[0], study, source)
    if not is_store(path):
        raise SourceError(f"{path}: holds no store of MLflow; expected {STORE}, or mlruns with meta.yaml files")
    return read_files(path, study, source)


def files(directory: Path) -> list[Path]:
    """The one database that is read of a directory."""
    found = _databases(directory)
    return found if len(found) == 1 else []


def _read_address(address: Address, study: Study, source: Source | None) -> Results:
    if address.scheme in POSTGRESQL:
        from audit.sources.mlflow_postgresql import read_postgresql

        return read_postgresql(address, study, source)
    from audit.sources.mlflow_server import read_server

    return read_server(address, study, source)


def _databases(directory: Path) -> list[Path]:
    """The databases directly inside a directory; only `mlflow.db` where there is one."""
    found = sorted(
        each
        for each in directory.iterdir()
        if each.suffix.lower() in SUFFIXES and not each.name.startswith(".") and each.is_file()
    )
    named = [each for each in found if each.name == STORE]
    return named or found
