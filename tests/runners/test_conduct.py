"""Whole studies: every network is trained once, recorded, and the same whatever carried it out."""

import sqlite3
from pathlib import Path

import pytest

from audit import check
from audit.study import Study
from runners.conduct import conduct
from runners.errors import RunError


def columns(results: Path) -> dict[str, dict[str, str | float]]:
    """Parameters, tags and latest metrics of every active network, by its digest."""
    found: dict[str, dict] = {}
    with sqlite3.connect(results / "mlflow.db") as database:
        digests = dict(
            database.execute(
                "select run_uuid, value from tags join runs using (run_uuid) "
                "where key = 'prune_audit.digest' and lifecycle_stage = 'active'"
            )
        )
        for table in ("params", "tags", "latest_metrics"):
            for run, key, value in database.execute(f"select run_uuid, key, value from {table}"):
                if run in digests:
                    found.setdefault(digests[run], {})[key] = value
    return found


def statuses(results: Path) -> list[tuple[str, str]]:
    """Status and stage of every network ever written, in order."""
    with sqlite3.connect(results / "mlflow.db") as database:
        return database.execute(
            "select status, lifecycle_stage from runs join tags using (run_uuid) "
            "where key = 'prune_audit.digest' order by start_time"
        ).fetchall()


def test_one_worker_and_two_give_the_same_bits(tiny_study, silent, tmp_path):
    """Top-1, loss, masks, predictions and initial weights of every network are equal."""
    study = tiny_study()
    conduct(study, tmp_path / "one", silent, workers=1)
    conduct(study, tmp_path / "two", silent, workers=2)
    one, two = columns(tmp_path / "one"), columns(tmp_path / "two")
    keys = ("top1", "loss", "mask", "predictions", "initial_weights", "before_finetuning_top1")
    assert len(one) == 2 * (1 + 2)
    assert {run: [row[key] for key in keys] for run, row in one.items()} == {
        run: [row[key] for key in keys] for run, row in two.items()
    }


def test_what_is_recorded_is_not_run_again(tiny_study, silent, tmp_path):
    """A second call trains nothing and writes nothing; a seed more trains that seed."""
    first = conduct(tiny_study(), tmp_path, silent, workers=1)
    assert (first.networks, first.recorded, first.trained) == (6, 0, 6)
    before = (tmp_path / "mlflow.db").read_bytes()
    second = conduct(tiny_study(), tmp_path, silent, workers=1)
    assert (second.recorded, second.trained) == (6, 0)
    assert (tmp_path / "mlflow.db").read_bytes() == before
    more = conduct(tiny_study(edit={"seeds = [1, 2]": "seeds = [1, 2, 3]"}), tmp_path, silent, workers=1)
    assert (more.recorded, more.trained) == (6, 3)


def test_a_failure_is_recorded_and_tried_again(tiny_study, tiny_module, silent, tmp_path):
    """Killed workers fail their own networks; the next call replaces the failures and leaves the rest."""
    study = tiny_study(score="killed", edit={'"global_gradient"': '"mine"'})
    tamed = tiny_module.parent / "tamed"
    summary = conduct(study, tmp_path, silent, workers=2)
    assert (summary.trained, len(summary.failures)) == (4, 2)
    assert all("SIGKILL" in reason for _, reason in summary.failures)
    failed = [row for row in columns(tmp_path).values() if row["method"] == "mine"]
    assert all("SIGKILL" in row["failure"] and row["seed"] in "12" for row in failed)
    tamed.touch()
    try:
        again = conduct(study, tmp_path, silent, workers=2)
    finally:
        tamed.unlink()
    assert (again.recorded, again.trained, again.failures) == (4, 2, ())
    assert sorted(statuses(tmp_path)) == [("FAILED", "deleted")] * 2 + [("FINISHED", "active")] * 6


def test_what_failed_with_other_code_leaves_with_its_successor(tiny_study, silent, tmp_path):
    """A score that was mended is another score, but the same network: no leave to replace is needed."""
    conduct(tiny_study(score="raises", edit={'"global_gradient"': '"mine"'}), tmp_path, silent, workers=1)
    conduct(tiny_study(score="sound", edit={'"global_gradient"': '"mine"'}), tmp_path, silent, workers=1)
    assert sorted(statuses(tmp_path)) == [("FAILED", "deleted")] * 2 + [("FINISHED", "active")] * 6


def test_networks_of_other_code_are_never_mixed_with_new_ones(tiny_study, silent, tmp_path):
    """Refused before anything is written; when told to, each leaves with its successor, and none is lost."""
    methods = {'"global_gradient"': '"mine", "random_matched_mine"', "seeds = [1, 2]": "seeds = [1]"}
    conduct(tiny_study(score="sound", edit=methods), tmp_path, silent, workers=1)
    before, store = columns(tmp_path), (tmp_path / "mlflow.db").read_bytes()
    changed = tiny_study(score="unruly", edit=methods)
    with pytest.raises(RunError, match="2 networks of `mine`, `random_matched_mine` were made with other code"):
        conduct(changed, tmp_path, silent, workers=1)
    assert (tmp_path / "mlflow.db").read_bytes() == store
    summary = conduct(changed, tmp_path, silent, workers=1, replace=True)
    assert (summary.recorded, summary.trained, summary.failures) == (2, 2, ())
    after = columns(tmp_path)
    assert sorted(row["method"] for row in after.values()) == sorted(row["method"] for row in before.values())
    assert {row["method"] for run, row in after.items() if run not in before} == {"mine", "random_matched_mine"}
    assert sorted(statuses(tmp_path)) == [("FINISHED", "active")] * 4 + [("FINISHED", "deleted")] * 2
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        pairs = database.execute(
            "select old.name, new.name, new.lifecycle_stage from tags join runs old using (run_uuid) "
            "join runs new on new.run_uuid = tags.value where key = 'prune_audit.superseded_by'"
        ).fetchall()
    assert all((old, stage) == (new, "active") for old, new, stage in pairs)
    assert len(pairs) == 2
    assert conduct(changed, tmp_path, silent, workers=1).recorded == 4


def test_old_networks_whose_successors_are_there_leave_at_once(tiny_study, silent, tmp_path):
    """As after a replacement that was killed between two writes; nothing is trained."""
    study = tiny_study(edit={"seeds = [1, 2]": "seeds = [1]"})
    conduct(study, tmp_path, silent, workers=1)
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute("update tags set value = 'old' where key = 'prune_audit.digest'")
    conduct(study, tmp_path, silent, workers=1, replace=True)
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute("update runs set lifecycle_stage = 'active'")
    with pytest.raises(RunError, match="3 networks"):
        conduct(study, tmp_path, silent, workers=1)
    assert conduct(study, tmp_path, silent, workers=1, replace=True).trained == 0
    assert sorted(statuses(tmp_path)) == [("FINISHED", "active")] * 3 + [("FINISHED", "deleted")] * 3


def test_a_score_that_fails_stops_its_own_networks_alone(tiny_study, silent, tmp_path):
    """The reason is recorded beside what the network was to be."""
    study = tiny_study(score="not_numbers", edit={'"global_gradient"': '"mine"'})
    summary = conduct(study, tmp_path, silent, workers=1)
    assert (summary.trained, len(summary.failures)) == (4, 2)
    row = next(row for row in columns(tmp_path).values() if "failure" in row)
    assert row["failure"] == "ScoreError: the scores of `0.weight` are not all real numbers: 32 are NaN"
    assert (row["method"], row["compression_target"], row["batch_size"]) == ("mine", "2", "16")
    assert "top1" not in row


def test_a_pretraining_that_fails_fails_what_depends_on_it(tiny_study, silent, tmp_path):
    """Each network says why, and none is trained from nothing."""
    study = tiny_study(edit={":network": ":fragile", 'classifier = "6"': 'classifier = "inner.6"'})
    summary = conduct(study, tmp_path, silent, workers=1)
    assert (summary.trained, len(summary.failures)) == (0, 6)
    assert {reason for _, reason in summary.failures} == {"its pretraining failed: RuntimeError: cannot be trained"}


def test_a_network_that_diverges_is_recorded_as_it_is(tiny_study, silent, tmp_path):
    """A loss that is no number is a result, not a failure: the audit counts it as lost, and nothing is tried again."""
    study = tiny_study(edit={"learning_rate = 0.01": "learning_rate = 1e30"})
    summary = conduct(study, tmp_path, silent, workers=1)
    assert (summary.trained, summary.failures) == (6, ())
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        losses = database.execute("select is_nan from latest_metrics where key = 'loss'").fetchall()
    assert (1,) in losses
    cells = check(tmp_path).cells
    assert sum(cell.failed for cell in cells) > 0
    assert conduct(study, tmp_path, silent, workers=1).trained == 0


def test_the_study_file_is_copied_once_and_never_changed(tiny_study, silent, tmp_path):
    """Byte for byte, and what is there already stays."""
    study = tiny_study()
    conduct(study, tmp_path, silent, workers=1)
    assert (tmp_path / "audit.toml").read_bytes() == study.path.read_bytes()
    (tmp_path / "audit.toml").write_text("# mine")
    conduct(study, tmp_path, silent, workers=1)
    assert (tmp_path / "audit.toml").read_text() == "# mine"


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\0" + bytes(2000)])
def test_a_store_of_another_program_is_left_as_it_is(tiny_study, silent, tmp_path, content):
    """One clear error, and not a byte is changed or added."""
    (tmp_path / "mlflow.db").write_bytes(content)
    with pytest.raises(RunError, match="not a store that MLflow wrote"):
        conduct(tiny_study(), tmp_path, silent, workers=1)
    assert (tmp_path / "mlflow.db").read_bytes() == content
    assert not (tmp_path / "audit.toml").exists()


def test_a_database_of_another_program_gets_no_tables(tiny_study, silent, tmp_path):
    """MLflow itself would add its tables to any database."""
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        database.execute("create table notes (text)")
    with pytest.raises(RunError, match="no such table"):
        conduct(tiny_study(), tmp_path, silent, workers=1)


def test_a_file_in_the_place_of_the_results_is_an_error(tiny_study, silent, tmp_path):
    """It is named, and left alone."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RunError, match="is a file"):
        conduct(tiny_study(), tmp_path / "file", silent)
    with pytest.raises(RunError, match="cannot be made: Not a directory"):
        conduct(tiny_study(), tmp_path / "file" / "results", silent)


def test_two_writers_at_once_are_refused(tiny_study, silent, tmp_path):
    """The second is told, and does nothing."""
    from filelock import FileLock

    with FileLock(tmp_path / ".writing"), pytest.raises(RunError, match="another `audit run` is writing"):
        conduct(tiny_study(), tmp_path, silent, workers=1)


def test_a_study_goes_on_from_its_copy(tiny_study, silent, tmp_path):
    """The copy in the results directory finds the study's own code where the study was begun."""
    results = tmp_path / "results"
    study = tiny_study(score="sound", edit={'"global_gradient"': '"mine"'})
    first = conduct(study, results, silent, workers=1)
    again = conduct(Study.read(results / "audit.toml"), results, silent, workers=1)
    assert (again.recorded, again.trained) == (first.networks, 0)
    more = (results / "audit.toml").read_text().replace("seeds = [1, 2]", "seeds = [1, 2, 3]")
    (results / "audit.toml").write_text(more)
    assert conduct(Study.read(results / "audit.toml"), results, silent, workers=1).trained == first.networks // 2


def test_a_pretraining_that_diverges_is_named(tiny_study, silent, tmp_path):
    """Nothing can be pruned from weights that are not finite."""
    study = tiny_study(edit={"learning_rate = 0.05": "learning_rate = 1e38"})
    summary = conduct(study, tmp_path, silent, workers=1)
    (reason,) = {reason for _, reason in summary.failures}
    assert "the pretraining diverged: weights are not finite; lower its learning rate" in reason
