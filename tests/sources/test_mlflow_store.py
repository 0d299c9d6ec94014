"""MLflow's stores: every state that one may be found in."""

import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from audit.results import Coded, Results
from audit.sources import mlflow_sqlite
from audit.sources.errors import SourceError
from audit.sources.locate import locate
from audit.sources.locate import read as read_all
from audit.sources.mlflow_revisions import KNOWN
from audit.sources.mlflow_store import read, recognise
from audit.study import Study
from audit.study.source import Source
from tests.sources.conftest import untouched
from tests.sources.mlflow_stores import add_run, insert, kill_writer, make, network


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store of the mlflow that is installed."""
    return make(tmp_path_factory.mktemp("store") / "mlflow.db")


@pytest.fixture
def store(empty_store: Path, tmp_path: Path) -> Path:
    """A store with four sound runs."""
    path = tmp_path / "results" / "mlflow.db"
    path.parent.mkdir()
    shutil.copyfile(empty_store, path)
    for seed in (1, 2, 3, 4):
        add_run(path, network(seed), {"top1": 0.9 + seed / 100, "compression_ratio": 2.0}, {"commit": "abc"})
    return path


def equal(one: Results, other: Results) -> bool:
    """Whether two tables have the same columns and values."""
    if one.columns.keys() != other.columns.keys():
        return False
    for name, values in one.columns.items():
        theirs = other.columns[name]
        if isinstance(values, Coded):
            if not isinstance(theirs, Coded) or values.texts() != theirs.texts():
                return False
        elif not np.array_equal(values, theirs, equal_nan=True):
            return False
    return True


def test_a_store_reads_without_mlflow_and_stays_as_it_is(store: Path) -> None:
    """Parameters, tags and latest metrics become columns; nothing beside the store changes."""
    with untouched(store.parent):
        results = read(store.parent, Study())
    assert results.text("seed").texts() == ["1", "2", "3", "4"]
    assert results.number("top1").tolist() == [0.9 + seed / 100 for seed in (1, 2, 3, 4)]
    assert results.text("commit").texts() == ["abc"] * 4
    assert results.text("status").texts() == ["finished"] * 4
    assert results.text("started").text(0) == "2023-11-14T22:13:20+00:00"
    assert results.number("duration").tolist() == [60.0] * 4
    assert results.origin.run_id is not None and len(set(results.origin.run_id.texts())) == 4


def test_a_copied_store_reads_the_same(store: Path, tmp_path: Path) -> None:
    """A store that was sent by mail has what it had."""
    copy = tmp_path / "elsewhere" / "their results.db"
    copy.parent.mkdir()
    shutil.copyfile(store, copy)
    assert equal(read(store, Study()), read(copy, Study()))


def test_what_is_deleted_or_no_network_is_left_out(store: Path) -> None:
    """Deleted runs, runs of deleted experiments, parents, and runs without a method are no networks."""
    with sqlite3.connect(store) as database:
        insert(database, "experiments", {"experiment_id": 2, "name": "old", "lifecycle_stage": "deleted"})
    database.close()
    add_run(store, network(7), {"top1": 0.1}, stage="deleted")
    add_run(store, network(8), {"top1": 0.1}, experiment=2)
    parent = add_run(store, {"lr": "0.1"}, {"loss": 1.0}, {"mlflow.runName": "study"})
    add_run(store, {"model": "gpt"}, {"top1": 0.2})
    nested = add_run(store, network(5), {"top1": 0.95}, {"mlflow.parentRunId": parent})
    results = read(store, Study())
    assert sorted(results.text("seed").texts()) == ["1", "2", "3", "4", "5"]
    assert nested in results.text("run_id").texts()


def test_a_parent_without_a_size_is_no_network(store: Path) -> None:
    """A run that only holds others together is left out and told; another one without a size is refused."""
    params = network(5)
    del params["compression_target"]
    parent = add_run(store, params, {})
    with pytest.raises(SourceError, match=rf"run {parent}: no size; .* `\[\[source\]\] where`"):
        read(store, Study())
    add_run(store, network(6), {"top1": 0.95}, {"mlflow.parentRunId": parent})
    results = read(store, Study())
    assert results.text("seed").texts() == ["1", "2", "3", "4", "6"]
    assert results.number("top1")[-1] == 0.95
    note = f"{store}: 1 run is the parent of others, has no size and is left out (the first is run {parent})"
    assert results.notes == (note,)


def test_runs_are_chosen_by_what_they_hold(store: Path) -> None:
    """`where` may name parameters, tags, metrics, and what MLflow says of a run itself."""
    odd = add_run(store, {**network(5), "sweep": "old", "status": "finished"}, {"score": 2.0}, status="FAILED")
    add_run(store, {**network(6), "sweep": "new"}, {"score": 3.0}, {"who": "me"})
    for where, seeds in (
        ({"sweep": "new"}, ["6"]),
        ({"sweep": ["", "new"]}, ["1", "2", "3", "4", "6"]),
        ({"score": [2, 3], "who": "me"}, ["6"]),
        ({"status": "failed"}, ["5"]),
        ({"run_id": odd}, ["5"]),
    ):
        results = read(store, Study(), Source(path="", where=where))
        assert results.text("seed").texts() == seeds
        assert len(results.notes) == 1 and "are left out" in results.notes[0]
    with pytest.raises(SourceError, match=r"no column 'seep'; .* did you mean 'sweep'"):
        read(store, Study(), Source(path="", columns={"study": "sweep"}, where={"seep": "old"}))


def test_numbers_that_are_none(store: Path) -> None:
    """NaN is missing; infinities are what was logged; a failed run without numbers is kept and known as failed."""
    largest = sys.float_info.max
    add_run(store, network(5), {"top1": float("nan"), "loss": largest})
    add_run(store, network(6), {"loss": -largest}, status="FAILED")
    results = read(store, Study())
    assert np.isnan(results.number("top1")[-2:]).all()
    assert results.number("loss")[-2:].tolist() == [np.inf, -np.inf]
    assert results.text("status").texts()[-2:] == ["finished", "failed"]
    assert not results.evaluated[-1]


def test_numbers_as_parameters_and_texts_as_metrics(store: Path) -> None:
    """A number may be a parameter, and a seed a metric; of both, the metric counts, also one that is NaN."""
    params = {key: value for key, value in network().items() if key != "seed"}
    add_run(store, {**params, "top1": "0.5"}, {"seed": 12.0})
    add_run(store, {**network(9), "top1": "0.5"}, {"top1": 0.75})
    add_run(store, {**network(10), "top1": "0.5"}, {"top1": float("nan")}, {"top1": "0.6"})
    results = read(store, Study())
    assert results.text("seed").texts()[-3:] == ["12", "9", "10"]
    assert results.number("top1")[-3:-1].tolist() == [0.5, 0.75]
    assert np.isnan(results.number("top1")[-1])


def test_layers_and_curves(store: Path) -> None:
    """Layers are metrics stepped by index, with names in tags; of a step that was logged twice the last counts."""
    names = json.dumps(["conv1", "fc"])
    run = add_run(store, network(5), {}, {"layer_names": names[:5], "layer_names.1": names[5:]})
    with sqlite3.connect(store) as database:
        for key, step, value, stamp in [
            ("layer_parameters", 0, 100, 1), ("layer_parameters", 1, 50, 1), ("layer_nonzero", 0, 40, 1),
            ("layer_nonzero", 1, 20, 1), ("layer_nonzero", 1, 25, 2),
            ("test_top1", 1, 0.5, 1), ("test_top1", 0, 0.1, 2),
        ]:  # fmt: skip
            row = {"run_uuid": run, "key": key, "value": value, "is_nan": 0, "step": step, "timestamp": stamp}
            insert(database, "metrics", row)
    database.close()
    results = read(store, Study())
    assert results.layers.name.texts() == ["conv1", "fc"]
    assert results.layers.row.tolist() == [4, 4]
    assert results.layers.nonzero.tolist() == [40, 25]
    assert np.isnan(results.layers.macs).all()
    assert results.curves.epoch.tolist() == [0, 1]
    assert results.curves.value.tolist() == [0.1, 0.5]
    with sqlite3.connect(store) as database:
        database.execute("update tags set value = '[1' where key = 'layer_names'")
    database.close()
    with pytest.raises(SourceError, match="`layer_names`: expected a JSON list"):
        _ = read(store, Study()).layers


def _drop(statement: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        database = sqlite3.connect(path)
        database.execute("pragma foreign_keys = off")
        database.execute(statement)
        database.commit()
        database.close()

    return change


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _scramble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    generator = np.random.default_rng(0)
    content[100:] = generator.integers(0, 256, len(content) - 100, np.uint8).tobytes()
    path.write_bytes(bytes(content))


def _foreign(path: Path) -> None:
    path.unlink()
    database = sqlite3.connect(path)
    database.execute("create table customers (name text)")
    database.commit()
    database.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda path: path.write_bytes(b""), ("is empty", "MLflow")),
        (lambda path: path.write_bytes(os.urandom(5000)), ("is not a SQLite database",)),
        (lambda path: path.write_bytes(b"SQLite format 3\0"), ("damaged",)),
        (_truncate, ("damaged", "restore it from a copy")),
        (_scramble, ("damaged",)),
        (_foreign, ("was not written by MLflow", "`experiments`", "customers")),
        (_drop("drop table latest_metrics"), ("was not written by MLflow", "`latest_metrics`")),
        (_drop("alter table latest_metrics rename column is_nan to nan_flag"), ("not known", "`is_nan`", "upgrade")),
        (_drop("delete from params where key = 'method'"), ("no parameter `method`", "[[source]]", "architecture, ")),
        (_drop("delete from runs"), ("it has no runs",)),
        (_drop("delete from params where key = 'dataset'"), ("`dataset`",)),
        (_drop("update params set value = 'two' where key = 'compression_target'"), ("run ", "'two'", "a number")),
    ],
)  # fmt: skip
def test_damage_gives_one_line(
    store: Path, refused: Callable[..., str], change: Callable[[Path], None], words: tuple[str, ...]
) -> None:
    """Each state that cannot be audited is one line, whether the store or its directory is named."""
    change(store)
    refused(store, str(store), *words)
    refused(store.parent, str(store), *words)


def test_a_locked_store(store: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that a writer holds for long says so after a wait."""
    monkeypatch.setattr(mlflow_sqlite, "_LOCK_SECONDS", 0.1)
    writer = sqlite3.connect(store, isolation_level=None)
    writer.execute("begin exclusive")
    try:
        refused(store, "is locked by another program", "try again")
    finally:
        writer.close()


def test_write_ahead_mode_leaves_nothing_behind(store: Path, tmp_path: Path) -> None:
    """A store in write-ahead mode reads the same closed, open in another program, and sent with its log alone."""
    plain = read(store, Study())
    writer = sqlite3.connect(store)
    writer.execute("pragma journal_mode = wal")
    writer.close()
    with untouched(store.parent):
        assert equal(read(store, Study()), plain)
    writer = sqlite3.connect(store)
    writer.execute("update latest_metrics set value = 0.5 where key = 'top1'")
    writer.commit()
    link = tmp_path / "link.db"
    link.symlink_to(store)
    assert read(link, Study()).number("top1").tolist() == [0.5] * 4
    assert sorted(each.name for each in store.parent.iterdir()) == ["mlflow.db", "mlflow.db-shm", "mlflow.db-wal"]
    assert read(store, Study()).number("top1").tolist() == [0.5] * 4
    mailed = tmp_path / "mailed"
    mailed.mkdir()
    for name in ("mlflow.db", "mlflow.db-wal"):
        shutil.copyfile(store.parent / name, mailed / name)
    with untouched(mailed):
        assert read(mailed, Study()).number("top1").tolist() == [0.5] * 4
    writer.close()


def test_a_store_whose_writer_was_killed(store: Path, tmp_path: Path) -> None:
    """What was not committed is not read, and the store and its journal are left as they are."""
    sound = read(store, Study())
    kill_writer(store)
    with untouched(store.parent):
        assert equal(read(store, Study()), sound)
    link = tmp_path / "elsewhere.db"
    link.symlink_to(store)
    assert equal(read(link, Study()), sound)


_WRITER = """
import sys
from mlflow import MlflowClient
from mlflow.entities import Metric, Param
client = MlflowClient(f"sqlite:///{sys.argv[1]}")
print("ready", flush=True)
for seed in range(100, 120):
    run = client.create_run("1").info.run_id
    names = {"dataset": "cifar10", "architecture": "resnet20", "method": "snip", "compression_target": "4"}
    params = [Param(name, value) for name, value in {**names, "seed": str(seed)}.items()]
    client.log_batch(run, [Metric("top1", 0.5, 1, 0), Metric("test_top1", 0.5, 1, 0)], params)
    client.set_terminated(run)
    print(seed, flush=True)
"""


def test_reading_while_mlflow_writes(store: Path) -> None:
    """Every read sees whole finished networks only, and the writer is never disturbed."""
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(store)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    seen = [0]
    while writer.poll() is None:
        results = read(store, Study())
        written = results.text("method").equals("snip") & results.evaluated
        assert (results.number("top1")[written] == 0.5).all()
        _ = results.curves
        seen.append(int(written.sum()))
    assert writer.returncode == 0, writer.communicate()[1]
    assert seen == sorted(seen)
    assert len(set(seen)) > 2, "nothing was read while it was written"
    assert read(store, Study()).text("method").equals("snip").sum() == 20


@pytest.mark.parametrize(
    "revision", ["39d1c3be5f05", "0c779009ac13", "7f2a7d5fae7d", "4465047574b1", "0584bdc529eb", "bda7b8c39065"]
)
def test_earlier_versions_of_mlflow(tmp_path: Path, revision: str) -> None:
    """Stores of MLflow 1.11, 1.30, 2.4, 2.16, 2.20 and 3.0 are read, and known."""
    path = make(tmp_path / "mlflow.db", revision)
    add_run(path, network(3), {"top1": 0.75})
    results = read(path, Study())
    assert results.number("top1").tolist() == [0.75]
    assert results.text("seed").texts() == ["3"]
    assert results.notes == ()


def test_the_newest_version_is_known(empty_store: Path) -> None:
    """The schema of the mlflow that is installed is among those that are known."""
    database = sqlite3.connect(empty_store)
    (revision,) = database.execute("select version_num from alembic_version").fetchone()
    database.close()
    assert revision in KNOWN


def test_an_unknown_version_is_read_and_told(store: Path) -> None:
    """A newer schema whose tables are as ever is read, with a line that says so."""
    _drop("update alembic_version set version_num = 'f00dfeedf00d'")(store)
    results = read(store, Study())
    assert len(results) == 4
    assert any("f00dfeedf00d" in note and "not known" in note for note in results.notes)


def test_a_store_and_its_directory_are_read_once(store: Path) -> None:
    """A store that is named as a directory and as the file in it gives each run once."""
    places = [locate(str(each)) for each in (store.parent, store)]
    results, counts = read_all(places, Study())
    assert (len(results), counts) == (4, [4, 4])


def test_the_directory_says_which_store(store: Path, refused: Callable[..., str]) -> None:
    """`mlflow.db` is the store of its directory; without it, several databases must be told apart."""
    shutil.copyfile(store, store.with_name("other.db"))
    assert len(read(store.parent, Study())) == 4
    store.rename(store.with_name("one.sqlite"))
    refused(store.parent, "holds 2 stores", "one.sqlite", "other.db")


def test_a_real_study_reads_equal_from_a_file_store(tmp_path: Path) -> None:
    """The same runs, logged by mlflow into a database and into files, read equal: columns, layers and curves."""
    import mlflow
    from mlflow.entities import Metric, Param, RunTag

    def log(address: str) -> None:
        client = mlflow.MlflowClient(address)
        experiment = client.create_experiment("study", str(tmp_path / "artifacts"))
        for seed in (1, 2):
            run = client.create_run(experiment, start_time=1_700_000_000_000 + seed).info.run_id
            metrics = [
                Metric("top1", 0.5, 1, 0), Metric("top1", 0.75, 2, 0), Metric("loss", float("inf"), 1, 0),
                Metric("top5", float("nan"), 1, 0), Metric("test/acc", 0.25, 1, 0),
                *(Metric("test_top1", 0.1 * step, step, step) for step in range(3)),
                *(Metric("layer_parameters", 10 + step, 1, step) for step in range(2)),
                *(Metric("layer_nonzero", 5 + step, 1, step) for step in range(2)),
            ]  # fmt: skip
            texts = {**network(seed), "top5": "0.9", "train/seed": f"{seed}0"}
            params = [Param(name, value) for name, value in texts.items()]
            client.log_batch(run, metrics, params, [RunTag("layer_names", '["a", "b/c"]'), RunTag("commit", "abc")])
            client.set_terminated(run, end_time=1_700_000_060_000)
        deleted = client.create_run(experiment).info.run_id
        client.log_batch(deleted, params=[Param(name, value) for name, value in network(9).items()])
        client.delete_run(deleted)

    database, files = tmp_path / "sql" / "mlflow.db", tmp_path / "mlruns"
    database.parent.mkdir()
    log(f"sqlite:///{database}")
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    log(str(files))
    assert recognise(files)
    one, other = read(database, Study()), read(files, Study())
    ids = dict.fromkeys(("run_id",), Coded(np.zeros(2, np.int64), ("x",)))
    replaced = [Results({**each.columns, **ids}, each.origin) for each in (one, other)]
    assert equal(*replaced)
    assert one.number("top1").tolist() == [0.75, 0.75]
    assert np.isnan(one.number("top5")).all()
    nested = Source(path="", columns={"top1": "test/acc", "seed": "train/seed"})
    for store in (database, files):
        results = read(store, Study(), nested)
        assert results.number("top1").tolist() == [0.25, 0.25]
        assert results.text("seed").texts() == ["10", "20"]
    with pytest.raises(SourceError, match="no column 'test'"):
        read(files, Study(), Source(path="", columns={"top1": "test"}))
    assert one.layers.name.texts() == other.layers.name.texts() == ["a", "b/c"] * 2
    assert one.layers.nonzero.tolist() == other.layers.nonzero.tolist()
    assert one.curves.value.tolist() == other.curves.value.tolist()
    (experiment,) = [each for each in files.iterdir() if each.name not in ("0", ".trash", "models")]
    assert len(read(experiment, Study())) == 2
    metric = next(experiment.glob("*/metrics/top1"))
    metric.write_text("1 0.5 0\nhigh\n")
    with pytest.raises(SourceError, match="line 2: found 'high'"):
        read(files, Study())
    metric.write_text("1 0.5 0\n2 0.")
    assert 0.5 in read(files, Study()).number("top1")


def test_one_experiment_of_a_store(store: Path, refused: Callable[..., str]) -> None:
    """An experiment is chosen by its name; one that is deleted or not there is refused with those that are."""
    with sqlite3.connect(store) as database:
        insert(database, "experiments", {"experiment_id": 2, "name": "other", "lifecycle_stage": "active"})
        insert(database, "experiments", {"experiment_id": 3, "name": "old", "lifecycle_stage": "deleted"})
    database.close()
    add_run(store, network(7), {"top1": 0.1}, experiment=2)
    assert len(read(store, Study())) == 5
    assert len(read(store, Study(), Source(path="", experiments=["study"]))) == 4
    assert len(read(store, Study(), Source(path="", experiments=["study", "other"]))) == 5
    only = read(store, Study(), Source(path="", experiments=["other"]))
    assert only.text("seed").texts() == ["7"] and len(only.layers.row) == len(only.curves.row) == 0
    refused(store, "no active experiment `old`; it has: ", "other, study", options=("--experiment", "old"))


def test_a_parameter_of_the_name_status_is_not_read(store: Path) -> None:
    """How a run ended is MLflow's own word."""
    add_run(store, {**network(5), "status": "great"}, {"top1": 0.5})
    assert read(store, Study()).text("status").texts() == ["finished"] * 5


def test_stretches_of_a_table(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store is read alike in stretches of any length, with texts of any kind and identifiers of any length."""
    odd = ['a "b"', "é\u2028\U0001f600", "x\\y", "\t", "1e5", "[1]"]
    for place, text in enumerate(odd):
        add_run(store, {**network(place), "optimizer": text, "mine": "1"}, {"top1": 0.5}, {"commit": text, "m": "2"})
    whole = read(store, Study())
    assert whole.text("optimizer").texts()[4:] == [text.strip() or None for text in odd]
    assert whole.text("commit").texts()[4:] == [text.strip() or None for text in odd]
    for length in (1, 7, 50):
        monkeypatch.setattr(mlflow_sqlite, "_STRETCH", length)
        assert equal(read(store, Study()), whole)
    _drop("update params set run_uuid = 'short' where run_uuid = (select run_uuid from runs limit 1)")(store)
    for table in ("tags", "metrics", "latest_metrics", "runs"):
        _drop(f"update {table} set run_uuid = 'short' where run_uuid = (select run_uuid from runs limit 1)")(store)
    assert np.array_equal(read(store, Study()).number("top1"), whole.number("top1"))


def test_a_loss_that_was_logged_as_nan_is_infinite(tmp_path: Path) -> None:
    """A network whose loss is no number has diverged; one without a loss has not."""
    store = make(tmp_path / "mlflow.db")
    for seed, loss in ((1, math.nan), (2, 0.5), (3, None)):
        metrics = {"top1": 0.9, "compression_ratio": 2.0} | ({} if loss is None else {"loss": loss})
        add_run(store, network(seed), metrics)
    results = read(store, Study())
    loss = dict(zip(results.text("seed").texts(), results.number("loss"), strict=True))
    assert (loss["1"], loss["2"]) == (math.inf, 0.5)
    assert math.isnan(loss["3"])
