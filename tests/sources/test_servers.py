"""Servers: a study that MLflow keeps in PostgreSQL reads the same from the database and through the server."""

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from audit.results import Coded, Results
from audit.sources.locate import read, settle
from audit.study import Study
from tests.sources.mlflow_stores import network
from tests.sources.servers import (
    PASSWORD,
    URL_PASSWORD,
    USER,
    database,
    free_port,
    guarded,
    postgresql,
    silent_port,
    some_other_page,
    tracking_server,
)

TITLE, OTHER = "A small study", "another study"
A_FEW_SECONDS = 30.0  # on a busy machine, the import of mlflow included; the limits in the code are of five seconds


@dataclass(frozen=True)
class Servers:
    """The servers, and the SQLite store of the study that they hold."""

    port: int
    http: str
    store: Path
    networks: int

    @property
    def database(self) -> str:
        """The address of MLflow's database, with its password."""
        return database(self.port)


@pytest.fixture(scope="session")
def servers(small_study: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Both servers, holding the small study, another experiment, and deleted runs."""
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    artifacts = tmp_path_factory.mktemp("artifacts")
    with postgresql() as port, tracking_server(database(port), artifacts) as address:
        logged = _log_again(small_study / "mlflow.db", address)
        _rename(port, logged)
        _another_study(address)
        yield Servers(port, address, small_study / "mlflow.db", len(logged) - 1)  # that of the study is no network


def _rename(port: int, runs: dict[str, str]) -> None:
    """Give runs the names that they have elsewhere: what is read of both can then be compared to the last byte."""
    import psycopg

    with psycopg.connect(database(port)) as connection:
        connection.execute("set session_replication_role = replica")  # no foreign key is looked at meanwhile
        for table in ("runs", "params", "tags", "metrics", "latest_metrics"):
            with connection.cursor() as cursor:
                cursor.executemany(f"update {table} set run_uuid = %s where run_uuid = %s", list(runs.items()))


def _log_again(store: Path, address: str) -> dict[str, str]:
    """Log the runs of a store through the server; returns what each was called, and is called there."""
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, RunTag

    here, there = MlflowClient(f"sqlite:///{store}"), MlflowClient(address)
    experiment = here.get_experiment_by_name(TITLE)
    created = there.create_experiment(TITLE)
    with sqlite3.connect(store) as rows:
        found = rows.execute("select run_uuid, key, value, timestamp, step from metrics where not is_nan").fetchall()
    points: dict[str, list[Metric]] = {}
    for name, *point in found:  # to ask MLflow for them key by key would take most of a minute
        points.setdefault(name, []).append(Metric(*point))
    became = {}
    for run in here.search_runs([experiment.experiment_id], max_results=1000):
        copy = there.create_run(created, run.info.start_time, run_name=run.info.run_name).info.run_id
        became[run.info.run_id] = copy
        there.log_batch(
            copy, points.get(run.info.run_id, []), [Param(*each) for each in run.data.params.items()],
            [RunTag(*each) for each in run.data.tags.items() if not each[0].startswith("mlflow.")],
        )  # fmt: skip
        there.set_terminated(copy, run.info.status, run.info.end_time)
    return became


def _another_study(address: str) -> None:
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param

    client = MlflowClient(address)
    for name in (OTHER, "deleted study"):
        experiment = client.create_experiment(name)
        for seed in (1, 2):
            run = client.create_run(experiment, 1_700_000_000_000 + seed).info.run_id
            points = [
                Metric("top1", 0.5, 1, 0), Metric("top1", 0.75, 2, 0), Metric("loss", float("inf"), 1, 0),
                *(Metric("test_top1", 0.1 * step, step, step) for step in range(3)), Metric("top5", float("nan"), 1, 0),
                *(Metric("test_loss", *each) for each in ((float("nan"), 1, 0), (0.25, 5, 1), (0.5, 6, 1))),
            ]  # fmt: skip
            client.log_batch(run, points, [Param(*each) for each in {**network(seed), "top5": "1"}.items()])
            client.set_terminated(run, "FINISHED" if seed == 1 else "FAILED", 1_700_000_060_000)
        gone = client.create_run(experiment).info.run_id
        client.log_batch(gone, params=[Param(*each) for each in network(9).items()])
        client.delete_run(gone)
    client.delete_experiment(experiment)


def _read(location: str, *experiments: str) -> Results:
    study, places = settle([location], None, None, lambda study: None, experiments)
    return read(places, study)[0]


def _differing(one: Results, other: Results) -> list[str]:
    """The columns in which two tables differ."""
    names = {*one.columns, *other.columns}

    def same(name: str) -> bool:
        ours, theirs = one.columns.get(name), other.columns.get(name)
        if isinstance(ours, Coded) and isinstance(theirs, Coded):
            return ours.texts() == theirs.texts()
        return isinstance(ours, np.ndarray) and isinstance(theirs, np.ndarray) and _equal(ours, theirs)

    return sorted(name for name in names if not same(name))


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    return np.array_equal(one, other, equal_nan=True)


def _same_children(one: Results, other: Results) -> None:
    assert one.layers.name.texts() == other.layers.name.texts()
    for key in ("row", "parameters", "nonzero", "macs"):
        assert _equal(getattr(one.layers, key), getattr(other.layers, key)), key
    assert one.curves.curve.texts() == other.curves.curve.texts()
    for key in ("row", "epoch", "value"):
        assert _equal(getattr(one.curves, key).astype(float), getattr(other.curves, key).astype(float)), key


def test_three_ways_read_the_same_study(servers: Servers) -> None:
    """The store, the database and the server give the same columns, layers and curves."""
    store = _read(str(servers.store))
    from_database, from_server = _read(servers.database, TITLE), _read(servers.http, TITLE)
    assert len(store) == servers.networks and len(store.layers.row) and len(store.curves.row)
    for other in (from_database, from_server):
        assert _differing(store, other) == []
        _same_children(store, other)


def test_three_ways_give_the_same_findings(servers: Servers, audit: Callable) -> None:
    """Byte for byte, but for the locations."""
    expected = audit("check", servers.store, "--format", "json", "--config", servers.store.with_name("audit.toml"))
    text = expected.out.replace(str(servers.store), "LOCATION")
    for location in (servers.database, servers.http):
        answer = audit(
            "check", location, "--experiment", TITLE, "--format", "json",
            "--config", servers.store.with_name("audit.toml"),
        )  # fmt: skip
        assert answer.code == expected.code == 1
        shown = json.loads(answer.out)["inputs"][0]["location"]
        assert answer.out.replace(shown, "LOCATION") == text


def test_all_active_experiments_or_those_that_are_named(servers: Servers) -> None:
    """Without a choice every active experiment is read; deleted ones and deleted runs never are."""
    for location in (servers.database, servers.http):
        assert len(_read(location)) == servers.networks + 2
        assert len(_read(location, OTHER, TITLE)) == servers.networks + 2
        other = _read(location, OTHER)
        assert other.text("seed").texts() == ["1", "2"]
        assert other.text("status").texts() == ["finished", "failed"]
        assert other.number("top1").tolist() == [0.75, 0.75]
        assert np.isnan(other.number("top5")).all() and np.isposinf(other.number("loss")).all()
        assert other.curves.curve.texts() == ["test_loss", "test_loss", "test_top1", "test_top1", "test_top1"] * 2
        assert other.curves.value[1:5].tolist() == [0.5, 0.0, 0.1, 0.2]


def test_a_study_file_names_the_server(servers: Servers, tmp_path: Path, audit: Callable) -> None:
    """`[[source]]` means a server by its address; its directory is then a location like any other."""
    study = tmp_path / "audit.toml"
    source = f'path = "{servers.http}"\nexperiments = ["{OTHER}"]\nconstants = {{ granularity = "filter" }}'
    study.write_text(f"[[source]]\n{source}\n")
    _, places = settle([str(tmp_path)], None, None, lambda study: None)
    assert [(part.path.shown, part.reader.NAME) for part in places[0].parts] == [(servers.http, "mlflow")]  # type: ignore[union-attr]
    for location in (str(tmp_path), servers.http):
        found, places = settle([location], study, None, lambda study: None)
        results, counts = read(places, found)
        assert counts == [2] and results.text("granularity").texts() == ["filter", "filter"]
    answer = audit("export", servers.http, "--config", study, "-o", tmp_path / "table.csv")
    assert answer.code == 0, answer.err
    assert len((tmp_path / "table.csv").read_text().splitlines()) == 3


def test_a_server_and_its_store_are_one_study(servers: Servers) -> None:
    """A run that is met in two places counts once."""
    study, places = settle([servers.http, servers.database], None, None, lambda study: None, [TITLE])
    results, counts = read(places, study)
    assert counts == [len(results)] * 2
    assert any("counted once" in note for note in results.notes)


def test_passwords_are_used_and_never_shown(
    servers: Servers, audit: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Users and passwords come from the address or the environment, and are in nothing that is written."""
    told = []
    with guarded(servers.http) as host:
        for address in (f"http://{USER}:{URL_PASSWORD}@{host}", f"http://{host}"):
            if "@" not in address:
                monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", USER)
                monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", PASSWORD)
            answer = audit("check", address, "--experiment", OTHER, "--format", "json")
            assert answer.code == 1 and json.loads(answer.out)["inputs"][0]["location"] == f"http://{host}"
            told.append(answer.out + answer.err)
        report = audit("report", address, "--experiment", OTHER, "-o", tmp_path / "report")
        assert report.code == 0, report.err
        told.append(report.out + report.err)
        wrong = [f"http://{USER}:wr0ng@{host}", f"http://{USER}:wr0ng@{host}/?token=wr0ng"]
        for address in wrong:
            monkeypatch.delenv("MLFLOW_TRACKING_USERNAME", raising=False)
            monkeypatch.delenv("MLFLOW_TRACKING_PASSWORD", raising=False)
            answer = audit("check", address)
            assert (answer.code, answer.out, len(answer.lines)) == (3, "", 1)
            assert "refused the user or the password" in answer.err and "MLFLOW_TRACKING_USERNAME" in answer.err
            told.append(answer.err)
    answer = audit("check", servers.database, "--experiment", OTHER, "--format", "json")
    assert json.loads(answer.out)["inputs"][0]["location"] == f"postgresql://127.0.0.1:{servers.port}/mlflow"
    told.append(answer.out + answer.err)
    monkeypatch.setenv("PGUSER", USER)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    answer = audit("export", f"postgresql://127.0.0.1:{servers.port}/mlflow", "-o", tmp_path / "table.csv")
    assert answer.code == 0
    told.append(answer.out + answer.err)
    told += [each.read_text(errors="replace") for each in tmp_path.rglob("*") if each.is_file()]
    for secret in (USER, PASSWORD, URL_PASSWORD, "wr0ng"):
        assert not any(secret in text for text in told), secret


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("{http} --experiment 'A small studi'", ("no active experiment", "did you mean `A small study`")),
        ("{http} --experiment zzz", ("no active experiment `zzz`", "it has: ", OTHER)),
        ("{database} --experiment 'deleted study'", ("no active experiment `deleted study`", OTHER)),
        ("{store} --experiment nothing", ("no active experiment `nothing`", TITLE)),
        ("{foreign}", ("was not written by MLflow", "customers")),
        ("{absent}", ("there is no such database",)),
        ("{wrong}", ("refused the user or the password", "PGPASSWORD")),
        ("http://127.0.0.1:{free}", ("cannot be reached",)),
        ("postgresql://127.0.0.1:{free}/mlflow", ("cannot be reached",)),
        ("http://127.0.0.1:{silent}", ("did not answer in time",)),
        ("postgresql://127.0.0.1:{silent}/mlflow", ("did not answer in time",)),
        ("{page}", ("not as a tracking server of MLflow does",)),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_line(
    servers: Servers, refused: Callable[..., str], location: str, words: tuple[str, ...]
) -> None:
    """Exit 3 and one line within seconds, whatever is wrong; no line holds a password."""
    import shlex

    import psycopg

    with psycopg.connect(database(servers.port, "foreign")) as connection:
        connection.execute("create table if not exists customers (name text)")
    with silent_port() as silent, some_other_page() as page:
        given = location.format(
            http=servers.http, database=servers.database, store=servers.store, free=free_port(), silent=silent,
            page=page, foreign=database(servers.port, "foreign"), absent=database(servers.port, "absent"),
            wrong=database(servers.port, password="wr0ng"),
        )  # fmt: skip
        first, *options = shlex.split(given)
        start = time.monotonic()
        told = refused(first, *words, options=tuple(options))
    assert time.monotonic() - start < A_FEW_SECONDS
    assert not any(secret in told for secret in (USER, PASSWORD, URL_PASSWORD, "wr0ng"))


def test_a_database_of_a_version_that_is_not_known(servers: Servers) -> None:
    """A newer schema whose tables are as ever is read, with a line that says so."""
    import psycopg

    with psycopg.connect(servers.database) as connection:
        (before,) = connection.execute("select version_num from alembic_version").fetchone()  # type: ignore[misc]
        try:
            connection.execute("update alembic_version set version_num = 'f00dfeedf00d'")
            connection.commit()
            assert any("f00dfeedf00d" in note for note in _read(servers.database, OTHER).notes)
        finally:
            connection.execute("update alembic_version set version_num = %s", [before])


def test_reading_writes_nothing(servers: Servers) -> None:
    """The database is as it was, to the last row."""
    import psycopg

    tables = ("runs", "params", "tags", "metrics", "latest_metrics", "experiments")

    def state() -> list[str]:
        with psycopg.connect(servers.database) as connection:
            return [
                connection.execute(f"select md5(string_agg(t::text, '' order by t::text)) from {table} t").fetchone()[0]  # type: ignore[index]
                for table in tables
            ]

    before = state()
    for location in (servers.database, servers.http):
        results = _read(location)
        _ = results.layers, results.curves
    assert state() == before


def test_study_is_empty_without_a_file(servers: Servers) -> None:
    """An address has no directory in which a study file could lie."""
    study, _ = settle([servers.http], None, None, lambda study: None)
    assert study == Study()
