"""A large MLflow store: made by mlflow itself, filled through sqlite3: logging 100,000 runs would take an hour."""

import os
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

METRICS, PARAMS, TAGS = 30, 30, 20
RATIOS = (1, 2, 4, 8, 16, 32)
SEEDS = 10
METHODS = 10  # on each of 20 networks for each data set
_BATCH = 5_000  # runs inserted at a time


def make(path: Path, runs: int) -> None:
    """Write a store of `runs` networks, each with 30 metrics, 30 parameters and 20 tags."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient

    experiment = MlflowClient(f"sqlite:///{path}").create_experiment("benchmark", str(path.parent / "artifacts"))
    generator = random.Random(0)
    database = sqlite3.connect(path)
    database.execute("pragma synchronous = off")
    for first in range(0, runs, _BATCH):
        _insert(database, int(experiment), range(first, min(first + _BATCH, runs)), generator)
    database.commit()
    database.close()


def _insert(database: sqlite3.Connection, experiment: int, numbers: range, generator: random.Random) -> None:
    tables: dict[str, list[tuple]] = {name: [] for name in ("runs", "params", "tags", "metrics", "latest_metrics")}
    for number in numbers:
        run, start = f"{generator.getrandbits(128):032x}", 1_700_000_000_000 + 1000 * number
        tables["runs"].append((run, f"run {number}", "eve", "FINISHED", start, start + 60_000, "active", experiment))
        tables["params"] += [(run, key, value) for key, value in _params(number)]
        tables["tags"] += [(run, key, value) for key, value in _tags(run)]
        for key, value in _metrics(number, generator):
            tables["metrics"].append((run, key, value, start, 0, 0))
            tables["latest_metrics"].append((run, key, value, start, 0, 0))
    columns = {
        "runs": "run_uuid, name, user_id, status, start_time, end_time, lifecycle_stage, experiment_id",
        "params": "run_uuid, key, value",
        "tags": "run_uuid, key, value",
        "metrics": "run_uuid, key, value, timestamp, step, is_nan",
        "latest_metrics": "run_uuid, key, value, timestamp, step, is_nan",
    }
    for table, rows in tables.items():
        names = columns[table]
        database.executemany(f"insert into {table} ({names}) values ({', '.join('?' * (names.count(',') + 1))})", rows)


def _params(number: int) -> Iterator[tuple[str, str]]:
    seed, rest = number % SEEDS, number // SEEDS
    ratio, group = RATIOS[rest % len(RATIOS)], rest // len(RATIOS)
    yield from (
        ("dataset", f"dataset {group // (20 * METHODS)}"),
        ("architecture", f"network {group // METHODS % 20}"),
        ("method", f"method {group % METHODS}"),
        ("seed", str(seed)),
        ("compression_target", str(ratio)),
        ("optimizer", "adam"),
        ("learning_rate", "0.003"),
        ("batch_size", "64"),
        ("epochs", "10"),
        ("score", "gradient"),
        ("allocation", "global"),
        ("schedule", "one_shot"),
    )
    yield from ((f"config.option_{place}", f"value {place}") for place in range(PARAMS - 12))


def _tags(run: str) -> Iterator[tuple[str, str]]:
    yield from (("initial_weights", run[:16]), ("commit", "0" * 40), ("python", "3.11.7"), ("torch", "2.14.1"))
    yield from (("device", "cpu"), ("mlflow.runName", "run"))
    yield from ((f"note_{place}", f"text {place}") for place in range(TAGS - 6))


def _metrics(number: int, generator: random.Random) -> Iterator[tuple[str, float]]:
    ratio = RATIOS[number // SEEDS % len(RATIOS)]
    yield from (
        ("compression_ratio", float(ratio)),
        ("theoretical_speedup", ratio**0.8),
        ("parameters", 100_000.0),
        ("parameters_nonzero", float(100_000 // ratio)),
        ("macs", 1e6),
        ("macs_nonzero", 1e6 / ratio),
        ("top1", round(0.95 - 0.01 * ratio + generator.gauss(0, 0.003), 4)),
        ("loss", 0.1 * ratio + generator.random()),
        ("n_test", 10_000.0),
        ("steps_final_weights", 5000.0),
    )
    yield from ((f"system/metric_{place}", generator.random()) for place in range(METRICS - 10))
