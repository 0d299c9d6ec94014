"""Stores of MLflow for the tests: made by mlflow itself, and filled through sqlite3."""

import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path

STUDY = {"experiment_id": 1, "name": "study", "lifecycle_stage": "active"}


def make(path: Path, revision: str = "head") -> Path:
    """An empty store as a version of mlflow makes it; `revision` is one of its schema migrations."""
    from alembic import command
    from mlflow.store.db.utils import _get_alembic_config
    from mlflow.store.tracking.dbmodels.initial_models import Base
    from sqlalchemy import create_engine

    address = f"sqlite:///{path}"
    engine = create_engine(address)
    Base.metadata.create_all(engine)
    command.upgrade(_get_alembic_config(address), revision)
    engine.dispose()
    with sqlite3.connect(path) as database:
        insert(database, "experiments", {**STUDY, "artifact_location": str(path.parent)})
    database.close()
    return path


def insert(database: sqlite3.Connection, table: str, values: Mapping[str, object]) -> None:
    """Insert a row, leaving out the columns that this version of the schema lacks."""
    there = {row[1] for row in database.execute(f"pragma table_info({table})")}
    kept = {name: value for name, value in values.items() if name in there}
    marks = ", ".join("?" * len(kept))
    database.execute(f"insert into {table} ({', '.join(kept)}) values ({marks})", list(kept.values()))


def add_run(
    store: Path,
    params: Mapping[str, str],
    metrics: Mapping[str, float],
    tags: Mapping[str, str] | None = None,
    *,
    status: str = "FINISHED",
    stage: str = "active",
    experiment: int = 1,
    started: int = 1_700_000_000_000,
) -> str:
    """Add a run to a store; a metric that is NaN is kept as mlflow keeps it."""
    run = uuid.uuid4().hex
    database = sqlite3.connect(store)
    started += 1000 * database.execute("select count(*) from runs").fetchone()[0]
    values = {"run_uuid": run, "name": "", "status": status, "start_time": started, "end_time": started + 60_000}
    insert(database, "runs", {**values, "lifecycle_stage": stage, "experiment_id": experiment})
    for key, value in params.items():
        insert(database, "params", {"run_uuid": run, "key": key, "value": value})
    for key, value in (tags or {}).items():
        insert(database, "tags", {"run_uuid": run, "key": key, "value": value})
    for key, number in metrics.items():
        is_nan = number != number
        row = {"run_uuid": run, "key": key, "value": 0 if is_nan else number, "is_nan": is_nan, "step": 0}
        insert(database, "metrics", {**row, "timestamp": started})
        insert(database, "latest_metrics", {**row, "timestamp": started})
    database.commit()
    database.close()
    return run


def network(seed: int = 1, method: str = "global_magnitude", ratio: float = 2.0) -> dict[str, str]:
    """The parameters of a network."""
    return {
        "dataset": "cifar10",
        "architecture": "resnet20",
        "method": method,
        "seed": str(seed),
        "compression_target": f"{ratio:g}",
    }


_KILLED = """
import os, signal, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("pragma cache_size = 1")
database.execute("begin")
database.execute("update latest_metrics set value = 0.5")
database.execute("create table filler (text)")
database.executemany("insert into filler values (?)", [("x" * 900,)] * 100)
os.kill(os.getpid(), signal.SIGKILL)
"""


def kill_writer(store: Path) -> None:
    """A program that was killed in the middle of a transaction, after parts of it had reached the store."""
    before = store.read_bytes()
    subprocess.run([sys.executable, "-c", _KILLED, str(store)])
    assert store.read_bytes() != before
