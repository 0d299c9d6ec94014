"""The protocol of ShrinkBench: one checkpoint, the test split decides, and the audit says so."""

import sqlite3

import pytest
from test_conduct import columns

from audit import check
from audit.study import StudyError
from runners.conduct import conduct
from runners.plan import plan
from runners.spec import read_spec

SHRINKBENCH = 'protocol = "shrinkbench"'


def verdicts(results, code):
    """What one rule says of a study."""
    return {finding.verdict.value for finding in check(results).findings if finding.code == code}


@pytest.fixture
def both(tiny_study, silent, tmp_path):
    """Results of one grid by each protocol."""
    for name, run in (("held_out", ""), ("shrinkbench", SHRINKBENCH)):
        summary = conduct(tiny_study(run=run), tmp_path / name, silent, workers=1)
        assert summary.failures == ()
    return tmp_path / "held_out", tmp_path / "shrinkbench"


def test_it_is_recorded_and_judged_for_what_it_is(both):
    """Seeds share their weights and the reported split chose the epoch; held out, neither is so."""
    held_out, shrinkbench = both
    ours, theirs = (list(columns(results).values()) for results in both)
    assert {row["selected_on"] for row in ours} == {"none"}
    assert {row["selected_on"] for row in theirs} == {"test"}
    assert {(row["split"], row["seed"], row["n_train"], row["n_validation"]) for row in theirs} == {
        ("test", seed, "88", "0") for seed in "12"
    }
    assert {row["n_validation"] for row in ours} == {"24"}
    assert len({row["initial_weights"] for row in theirs}) == 1
    assert {row["pretrain.seed"] for row in theirs} == {"0"}
    assert len({row["initial_weights"] for row in ours}) == 2
    assert len(list((shrinkbench / "pretrained").iterdir())) == 1
    assert not {row["dataset_digest"] for row in ours} & {row["dataset_digest"] for row in theirs}
    assert verdicts(shrinkbench, "RES005") == verdicts(shrinkbench, "CMP008") == {"fail"}
    assert verdicts(held_out, "RES005") == verdicts(held_out, "CMP008") == {"pass"}
    assert verdicts(shrinkbench, "NUM008") == {"pass"}


def test_the_best_epoch_on_the_test_split_is_reported(both):
    """The curve is called what it is, and its best value is the network's."""
    _, shrinkbench = both
    with sqlite3.connect(shrinkbench / "mlflow.db") as database:
        curves = database.execute("select run_uuid, value from metrics where key = 'test_top1' and step > 0").fetchall()
        reported = dict(database.execute("select run_uuid, value from latest_metrics where key = 'top1'"))
        names = {name for (name,) in database.execute("select distinct key from metrics")}
    assert "validation_top1" not in names
    assert len(reported) == 6
    for run, top1 in reported.items():
        assert top1 == max(value for other, value in curves if other == run)


def test_seeds_vary_masks_and_fine_tuning(tiny_study):
    """More seeds change no network that is there; another protocol changes them all."""
    two = tiny_study(run=SHRINKBENCH)
    runs = plan(read_spec(two), two)
    assert {run.seed for run in runs} == {1, 2}
    assert len({run.pretraining.digest for run in runs}) == 1
    assert len({run.digest for run in runs}) == 6
    more = tiny_study(run=SHRINKBENCH, edit={"seeds = [1, 2]": "seeds = [5, 2, 1]"})
    assert {run.digest for run in runs} <= {run.digest for run in plan(read_spec(more), more)}
    other = tiny_study()
    assert not {run.digest for run in runs} & {run.digest for run in plan(read_spec(other), other)}


def test_patience_stops_before_the_end(tiny_study):
    """Where none is given, the best epoch of all is kept."""
    study = tiny_study(run=SHRINKBENCH)
    assert read_spec(study).finetune.patience == 2
    study = tiny_study(run=SHRINKBENCH, edit={"learning_rate = 0.01": "learning_rate = 0.01, patience = 1"})
    assert read_spec(study).finetune.patience == 1


def test_methods_that_start_elsewhere_are_refused(tiny_study):
    """All seeds would be one network that was trained once."""
    study = tiny_study(run=SHRINKBENCH, edit={'"global_gradient"': '"snip"'})
    with pytest.raises(StudyError, match='`snip` does not start from trained weights: `protocol = "shrinkbench"`'):
        plan(read_spec(study), study)


def test_a_failed_seed_is_tried_again(tiny_study, silent, tmp_path):
    """Failures and successes are matched by their own seeds, not by the checkpoint's."""
    broken = tiny_study(score="raises", run=SHRINKBENCH, edit={'"global_gradient"': '"mine"'})
    assert len(conduct(broken, tmp_path, silent, workers=1).failures) == 2
    mended = tiny_study(run=SHRINKBENCH, edit={'"global_gradient"': '"mine"'})
    again = conduct(mended, tmp_path, silent, workers=1)
    assert (again.recorded, again.trained, again.failures) == (4, 2, ())
    assert len(columns(tmp_path)) == 6
