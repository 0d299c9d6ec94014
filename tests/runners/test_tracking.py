"""What MLflow holds after a study: in the schema's names, for a person to find and for the auditor to read."""

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from audit.schema import BY_NAME, CURVES, LAYER_COUNTS, Kind
from audit.sources import mlflow_store
from audit.study import Study
from runners import tracking
from runners.conduct import conduct
from runners.errors import RunError
from runners.tracking import Tracking, log_report, make_store

ROOT = Path(__file__).parents[2]
NETWORK = "8x seed 2 random_matched_global_gradient · resnet8 · digits"


@pytest.fixture
def network(small_study: Path) -> dict[str, str | float]:
    """Parameters, tags and latest metrics of one network, found by its name."""
    with sqlite3.connect(small_study / "mlflow.db") as database:
        (run,) = database.execute("select run_uuid from runs where name = ?", (NETWORK,)).fetchone()
        tables = ("params", "tags", "latest_metrics")
        rows = [database.execute(f"select key, value from {table} where run_uuid = ?", (run,)) for table in tables]
        return {"run": run} | dict(pair for each in rows for pair in each)


def test_a_network_bears_its_identity_and_recipe(network):
    """Method, seed, data set, architecture, what the method is made of, and how it was fine-tuned."""
    expected = {
        "method": "random_matched_global_gradient",
        "score": "random",
        "allocation": "matched",
        "matched_to": "global_gradient",
        "schedule": "one_shot",
        "granularity": "weight",
        "starts_from": "trained",
        "seed": "2",
        "compression_target": "8",
        "optimizer": "adam",
        "learning_rate": "0.003",
        "learning_rate_schedule": "fixed",
        "epochs": "1",
        "batch_size": "64",
        "pretrain.optimizer": "sgd",
    }
    assert {key: network[key] for key in expected} == expected


def test_what_was_measured_hangs_together(network):
    """Exact counts, accuracy as a whole number of images, and steps of both phases."""
    assert network["parameters"] == 75_002
    assert network["parameters_nonzero"] == round(75_002 / 8)
    assert network["compression_ratio"] == pytest.approx(75_002 / round(75_002 / 8))
    assert network["theoretical_speedup"] == pytest.approx(network["macs"] / network["macs_nonzero"])
    assert network["top1"] == network["n_correct"] / 539
    assert network["steps_pretraining"] == 4 * 16
    assert network["steps_final_weights"] == network["steps_total"] == 4 * 16 + 16
    assert network["score_examples"] == 64


def test_every_name_is_the_schemas_or_marked_as_our_own(network):
    """Nothing else may invent a column."""
    own = {"run", "schema_version", "layer_names"}
    foreign = [key for key in network if key not in BY_NAME and key not in (*CURVES, *LAYER_COUNTS) and key not in own]
    assert all(key.startswith(("prune_audit.", "pretrain.", "mlflow.")) for key in foreign)


def test_layers_add_up(network, small_study):
    """Per-layer counts are metrics stepped by layer, with the names in a tag."""
    with sqlite3.connect(small_study / "mlflow.db") as database:
        rows = database.execute(
            "select key, step, value from metrics where run_uuid = ? and key like 'layer_%'", (network["run"],)
        ).fetchall()
    counts = {key: [value for _, value in sorted((s, v) for k, s, v in rows if k == key)] for key in LAYER_COUNTS}
    names = json.loads(network["layer_names"])
    assert names[0] == "conv.weight"
    assert len(names) == len(counts["layer_nonzero"]) == 7
    assert sum(counts["layer_parameters"]) == network["parameters_prunable"]
    unprunable = network["parameters"] - network["parameters_prunable"]
    assert sum(counts["layer_nonzero"]) + unprunable == network["parameters_nonzero"]


def test_curves_have_a_point_for_each_epoch(network, small_study):
    """Validation from before the first step on, training from the first epoch on, and nothing of the test split."""
    with sqlite3.connect(small_study / "mlflow.db") as database:
        points = database.execute("select key, step from metrics where run_uuid = ?", (network["run"],)).fetchall()
    steps = {key: sorted(step for name, step in points if name == key) for key in CURVES}
    assert steps["validation_top1"] == steps["validation_loss"] == [0, 1]
    assert steps["train_top1"] == steps["train_loss"] == [1]
    assert steps["test_top1"] == steps["test_loss"] == []


def test_a_run_lasts_as_long_as_its_training(network, small_study):
    """MLflow's own start and duration are those of the network, not of its writing."""
    with sqlite3.connect(small_study / "mlflow.db") as database:
        query = "select end_time - start_time from runs where run_uuid = ?"
        (milliseconds,) = database.execute(query, (network["run"],)).fetchone()
    assert milliseconds / 1000 == pytest.approx(network["duration"], abs=0.002)


def test_the_data_set_is_an_input_of_the_run(network, small_study):
    """With its name and digest, as MLflow's page shows it."""
    with sqlite3.connect(small_study / "mlflow.db") as database:
        name, digest = database.execute(
            "select d.name, d.digest from inputs i join datasets d on d.dataset_uuid = i.source_id "
            "where i.destination_id = ?",
            (network["run"],),
        ).fetchone()
    assert name == "digits"
    assert network["dataset_digest"].startswith(digest)


def test_the_data_set_is_an_input_of_the_study_once(small_study):
    """However many networks were trained on it."""
    with sqlite3.connect(small_study / "mlflow.db") as database:
        held = database.execute(
            "select d.name, d.digest from inputs i join datasets d on d.dataset_uuid = i.source_id "
            "join tags t on t.run_uuid = i.destination_id where t.key = 'prune_audit.kind' and t.value = 'study'"
        ).fetchall()
    ((name, digest),) = held
    assert (name, len(digest)) == ("digits", 8)


def test_accuracy_is_logged_first(network, small_study):
    """MLflow's page compares runs by the first metric until another one is chosen."""
    with sqlite3.connect(small_study / "mlflow.db") as database:
        query = "select key from latest_metrics where run_uuid = ? order by rowid"
        assert database.execute(query, (network["run"],)).fetchone() == ("top1",)


def test_an_experiment_has_saved_views(small_study):
    """Each fits a tag, is named, and shows columns that the networks have."""
    with sqlite3.connect(small_study / "mlflow.db") as database:
        rows = database.execute(
            "select value from experiment_tags where key like 'mlflow.sharedViewState.%'"
        ).fetchall()
        held = {
            kind: {key for (key,) in database.execute(f"select distinct key from {table}")}
            for kind, table in (("metrics", "latest_metrics"), ("params", "params"))
        }
    views = [json.loads(text) for (text,) in rows]
    assert {view["name"] for view in views} == {
        "Networks, best first",
        "Means over the seeds",
        "Networks under their study",
    }
    assert all(len(text) < 5000 for (text,) in rows)
    for view in views:
        columns = [column.split(".", 1) for column in json.loads(view["state"])["selectedColumns"]]
        assert all(name.strip("`") in held[kind] for kind, name in columns if kind in held)
        assert {kind for kind, _ in columns} == {"attributes", "metrics", "params"}


def test_a_persons_own_words_are_kept(tiny_study, silent, tmp_path):
    """What a person wrote over a description or a view stays when the study goes on."""
    results = tmp_path / "results"
    conduct(tiny_study(), results, silent, workers=1)
    with sqlite3.connect(results / "mlflow.db") as database:
        database.execute("update tags set value = 'mine' where key = 'mlflow.note.content'")
        database.execute("update experiment_tags set value = 'mine' where key != 'mlflow.experimentKind'")
        database.execute("update runs set status = 'FAILED' where name like '%seed%'")
    conduct(tiny_study(), results, silent, workers=1)
    with sqlite3.connect(results / "mlflow.db") as database:
        assert database.execute("select value from tags where key = 'mlflow.note.content'").fetchall() == [("mine",)]
        kept = database.execute("select value from experiment_tags where key != 'mlflow.experimentKind'").fetchall()
    assert set(kept) == {("mine",)}


def test_the_auditor_reads_what_was_written(network, small_study):
    """The round trip: columns, layers and epochs come back through the MLflow source, for every network."""
    results = mlflow_store.read(small_study, Study())
    row = results.text("run_id").texts().index(network["run"])
    assert len(results) == 3 * (1 + 6 * 3)
    for key, value in network.items():
        if key in BY_NAME:
            kind = BY_NAME[key].kind
            found = results.text(key).text(row) if kind in (Kind.TEXT, Kind.IDENTIFIER) else results.number(key)[row]
            expected = value == "true" if kind is Kind.FLAG else value
            assert found == (expected if isinstance(found, str) else pytest.approx(float(expected))), key
    assert results.text("status").texts() == ["finished"] * len(results)
    of_row = results.layers.row == row
    assert results.layers.nonzero[of_row].sum() == network["parameters_nonzero"] - (
        network["parameters"] - network["parameters_prunable"]
    )
    assert (results.curves.row == row).sum() == 2 + 2 + 1 + 1


@pytest.fixture
def moved(small_study, tmp_path):
    """A copy of the results somewhere else."""
    return Path(shutil.copytree(small_study, tmp_path / "moved"))


def test_a_report_becomes_artifacts_of_the_study(tiny_study, silent, tmp_path):
    """Every file of the directory, under the directory's name, in the results directory."""
    conduct(tiny_study(), tmp_path / "results", silent, workers=1)
    report = tmp_path / "results" / "report"
    report.mkdir()
    (report / "report.html").write_text("<p>")
    log_report(tmp_path / "results", report)
    (logged,) = (tmp_path / "results" / "artifacts").rglob("report/report.html")
    assert logged.read_text() == "<p>"


def test_a_report_that_is_logged_already_is_not_logged_again(tiny_study, silent, tmp_path, monkeypatch):
    """MLflow is not even asked; a file that changed is logged."""
    conduct(tiny_study(), tmp_path / "results", silent, workers=1)
    report = tmp_path / "results" / "report"
    report.mkdir()
    (report / "report.html").write_text("<p>")
    log_report(tmp_path / "results", report)
    with monkeypatch.context() as patched:
        patched.setattr("runners.tracking._client", None)
        log_report(tmp_path / "results", report)
    (report / "report.html").write_text("<q>")
    log_report(tmp_path / "results", report)
    (logged,) = (tmp_path / "results" / "artifacts").rglob("report/report.html")
    assert logged.read_text() == "<q>"


KILLED = """
import os, sys
from pathlib import Path
import mlflow.store.db.utils as utils
from runners.tracking import Tracking

utils._upgrade_db = lambda engine: os.kill(os.getpid(), 9)  # the first tables are made, none is migrated
Tracking(Path(sys.argv[1]), "killed", Path()).__enter__()
"""


def test_a_store_whose_making_was_killed_is_made_anew(tmp_path, monkeypatch):
    """Nothing half-made bears the store's name, nor is left; artifacts belong into the results directory."""
    monkeypatch.setattr(tracking, "make_store", make_store)  # where the other tests copy one
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT)
    assert killed.returncode == -9
    assert [path.name for path in tmp_path.iterdir()] == [".mlflow.db.unfinished"]
    with Tracking(tmp_path, "again", tmp_path):
        pass
    assert not list(tmp_path.glob(".mlflow.db*"))
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        locations = dict(database.execute("select name, artifact_location from experiments"))
        assert database.execute("select status from runs").fetchall() == [("FINISHED",)]
    artifacts = (tmp_path / "artifacts").as_uri()
    assert locations == {"Default": f"{artifacts}/0", "again": artifacts}


def test_a_report_is_not_logged_to_a_store_that_was_moved(moved):
    """MLflow holds the place of its artifacts as an absolute path: writing there would be writing elsewhere."""
    with pytest.raises(RunError, match="was moved"):
        log_report(moved, moved)


def test_a_report_needs_a_study(tmp_path):
    """Without a store there is no run to log to."""
    with pytest.raises(RunError, match=r"has no mlflow.db"):
        log_report(tmp_path, tmp_path)
