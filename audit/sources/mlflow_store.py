"""MLflow on this machine: a SQLite store or a file store, of MLflow 1.11 to 3, read without importing mlflow."""

from pathlib import Path

from audit.results import Results
from audit.sources.errors import SourceError
from audit.sources.mlflow_database import SUFFIXES, read_database, starts_as_sqlite
from audit.sources.mlflow_files import is_store, read_files
from audit.study import Study
from audit.study.source import Source

NAME = "mlflow"
STORE = "mlflow.db"  # what mlflow itself and the runners call it


def recognise(path: Path) -> bool:
    """Whether a file is SQLite by its first bytes or its name, or a directory holds one or is a file store."""
    if path.is_dir():
        return bool(_databases(path)) or is_store(path)
    return path.suffix.lower() in SUFFIXES or starts_as_sqlite(path)


def read(path: Path, study: Study, source: Source | None = None) -> Results:
    """Read a store, or the one store directly inside a directory; a database comes before files."""
    if path.is_file():
        return read_database(path, study, source)
    databases = _databases(path)
    if len(databases) > 1:
        names = ", ".join(each.name for each in databases)
        raise SourceError(f"{path}: holds {len(databases)} stores ({names}); name one of them")
    if databases:
        return read_database(databases[0], study, source)
    if not is_store(path):
        raise SourceError(f"{path}: holds no store of MLflow; expected {STORE}, or mlruns with meta.yaml files")
    return read_files(path, study, source)


def _databases(directory: Path) -> list[Path]:
    """The databases directly inside a directory; only `mlflow.db` where there is one."""
    found = sorted(
        each
        for each in directory.iterdir()
        if each.suffix.lower() in SUFFIXES and not each.name.startswith(".") and each.is_file()
    )
    named = [each for each in found if each.name == STORE]
    return named or found
