"""The case: the reference that a network is held against, chance level, collapse, and what counts as a number."""

import math

import numpy as np
import pytest

from audit.rule import Verdict
from audit.summary import summarise_cells
from tests import studies
from tests.studies import Row, case, changed, joined, table, without

METHODS = {"mine": studies.MINE}


def dense(row: Row) -> bool:
    """Rows of the dense control."""
    return row["method"] == "dense"


def reference(judged: studies.Case, **where: str) -> set[float]:
    """The dense values that the matching pruned rows are held against."""
    rows = np.all([judged.results.text(key).equals(value) for key, value in where.items()], axis=0)
    return set(np.round(judged.dense_quality[rows & ~judged.results.dense], 6))


def test_reference_is_the_control_of_the_same_seed_and_start():
    """Each network is held against the dense network of its own seed and starting point."""
    columns = joined(table(METHODS), changed(table(METHODS), starts_from="init"))
    columns = changed(
        columns, dense, top1=lambda row: int(row["seed"]) / 10 + (0.05 if row["starts_from"] == "init" else 0)
    )
    judged = case(columns)
    assert reference(judged, seed="2", starts_from="trained") == {0.2}
    assert reference(judged, seed="2", starts_from="init") == {0.25}


def test_reference_falls_back_step_by_step():
    """Without a control of its seed the mean of its starting point, then of the pair, then what the row states."""
    columns = changed(table(METHODS), dense, top1=lambda row: int(row["seed"]) / 10)
    columns = changed(columns, dense_top1=0.77)
    no_seed = case(without(columns, lambda row: dense(row) and row["seed"] == "2"))
    assert reference(no_seed, seed="2") == {0.2}  # the mean of 0.1 and 0.3
    assert reference(no_seed, seed="3") == {0.3}
    other_start = case(changed(columns, dense, starts_from="init"))
    assert reference(other_start, seed="1") == {0.2}
    assert reference(case(without(columns, dense)), seed="1") == {0.77}
    assert np.isnan(case(without(columns, dense, "dense_top1")).dense_quality).all()


def test_reference_without_starting_points():
    """Controls that do not say where they start from are matched by seed."""
    columns = changed(table(METHODS), dense, top1=lambda row: int(row["seed"]) / 10, starts_from=None)
    assert reference(case(columns), seed="2") == {0.2}
    bare = changed(table(METHODS), starts_from=None, top1=lambda row: int(row["seed"]) / 10)
    assert reference(case(bare), seed="3") == {0.3}


def test_reference_of_another_pair_is_never_taken():
    """A pair without a control has no reference."""
    judged = case(joined(table(METHODS), without(table(METHODS, dataset="svhn"), dense)))
    assert reference(judged, dataset="cifar10")
    assert np.isnan(judged.dense_quality[judged.results.text("dataset").equals("svhn")]).all()


def test_failed_controls_are_no_reference():
    """A control that failed or diverged is not held against."""
    judged = case(changed(table(METHODS), lambda row: dense(row) and row["seed"] == "2", status="failed", top1=0.1))
    assert 0.1 not in reference(judged, seed="2")


@pytest.mark.parametrize(
    ("dataset", "toml", "chance"),
    [
        ("cifar10", "", 0.1),
        ("CIFAR-100", "", 0.01),
        ("Tiny ImageNet", "", 0.005),
        ("of our own", "", None),
        ("of our own", '[dataset."of our own"]\nclasses = 4\n', 0.25),
        ("cifar10", "[dataset.cifar10]\nclasses = 2\n", 0.5),
        ("cifar10", "[metric.top1]\nchance = 0.3\n", 0.3),
        ("cifar10", "[metric.f1]\n", None),
        ("cifar10", "[metric.f1]\nchance = 0.2\n", 0.2),
    ],
)
def test_chance(dataset: str, toml: str, chance: float | None):
    """Chance is declared, or one in the number of classes where the metric is Top-1; otherwise unknown."""
    found = case(table(METHODS, dataset=dataset), toml).chance
    assert np.isnan(found).all() if chance is None else set(found) == {chance}


@pytest.mark.parametrize(
    ("top1", "collapsed"), [(0.1, True), (0.05, True), (0.14, True), (0.1399999, True), (0.141, False), (0.9, False)]
)
def test_collapsed(top1: float, collapsed: bool):
    """A network within 5 % of the way from chance (0.1) to dense (0.9) has collapsed."""
    judged = case(changed(changed(table(METHODS), dense, top1=0.9), lambda row: not dense(row), top1=top1))
    assert set(judged.collapsed[~judged.results.dense]) == {collapsed}
    assert not judged.collapsed[judged.results.dense].any()


def test_collapse_where_the_dense_network_is_at_chance_itself():
    """A dense network below chance does not make networks above it count as living, nor those at chance."""
    judged = case(changed(table(METHODS), top1=lambda row: 0.05 if dense(row) else 0.1))
    assert judged.collapsed.all()


def test_collapse_of_a_metric_that_is_better_lower():
    """A perplexity near its chance level has collapsed."""
    toml = '[metric.perplexity]\ndirection = "lower"\nchance = 1000\n'
    columns = changed(table(METHODS), perplexity=lambda row: 10 if dense(row) else 960 if row["seed"] == "1" else 940)
    judged = case(columns, toml)
    pruned = ~judged.results.dense
    assert judged.collapsed[pruned].tolist() == judged.results.text("seed").equals("1")[pruned].tolist()
    assert judged.mixed[~judged.results.cells.dense].all()
    assert (judged.drop[pruned] > 900).all()


def test_nothing_collapses_where_chance_is_unknown():
    """Without a chance level no network is called collapsed."""
    judged = case(changed(table(METHODS, dataset="of our own"), top1=0.0))
    assert not judged.collapsed.any()
    assert not judged.mixed.any()


def test_numbers_of_runs_that_did_not_end_do_not_count():
    """A failed or running network has neither a value nor a change."""
    columns = changed(table(METHODS), lambda row: row["seed"] == "2", status="running", top1_change=-0.1)
    judged = case(columns)
    second = judged.results.text("seed").equals("2")
    assert np.isnan(judged.quality[second]).all()
    assert not judged.measured[second].any()
    assert judged.measured[~second].all()


def test_changes_are_of_top1():
    """Where the study reports another metric, a change of Top-1 measures nothing."""
    columns = without(changed(table(METHODS), top1_change=-0.1), None, "top1")
    assert case(columns).measured.all()
    assert not case(columns, "[metric.f1]\n").measured.any()


def test_starting_points_come_from_the_row_then_the_method():
    """A row's own starting point comes first, then that of its method's rows, then the declared one."""
    columns = changed(table(METHODS), lambda row: row["seed"] == "2", starts_from=None)
    assert set(case(columns).starts_from.texts()) == {"trained", None}  # the dense rows of seed 2
    toml = '[method.dense]\nstarts_from = "init"\n'
    assert set(case(columns, toml).starts_from.texts()) == {"trained", "init"}
    two = changed(columns, lambda row: row["seed"] == "3" and not dense(row), starts_from="Init")
    found = case(two).starts_from
    bare = case(two).results.text("seed").equals("2")
    assert set(found.take(np.flatnonzero(bare)).texts()) == {None}  # two are recorded: neither is assumed
    assert "init" in found.texts()


def test_a_seed_that_is_there_twice_is_seen():
    """Two networks of one seed in one cell are not independent, and no interval is given for them."""
    twice = studies.case(studies.changed(studies.table(), lambda row: row["seed"] == "3", seed="2"))
    assert twice.repeated.all()
    assert not studies.case(studies.table()).repeated.any()
    assert all(cell.metrics["top1"].ci95 is None for cell in summarise_cells(twice))
    assert any(cell.metrics["top1"].ci95 for cell in summarise_cells(studies.case(studies.table())))


def test_examples_of_the_reported_split():
    """The number of examples is the row's, else the declared size of the split that it reports on."""
    toml = studies.STUDY + "[dataset.cifar10]\nn_test = 500\nn_validation = 300\n"
    assert set(case(table(METHODS), toml).examples) == {10000}
    columns = without(table(METHODS), None, "n_test")
    for split, examples in ((None, 500), ("test", 500), ("validation", 300), ("train", None)):
        found = case(changed(columns, split=split), toml).examples
        assert np.isnan(found).all() if examples is None else set(found) == {examples}
    assert np.isnan(case(changed(columns, dataset="other"), toml).examples).all()
    assert np.isnan(case(changed(table(METHODS), n_test=0.0)).examples).all()


def test_a_network_whose_loss_is_infinite_has_diverged():
    """Its accuracy is that of a ruin: it counts as lost, not as a seed."""
    columns = changed(table(), lambda row: row["method"] == "mine" and row["seed"] == "3", loss=math.inf)
    judged = case(columns)
    assert np.isnan(judged.quality[judged.diverged]).all()
    assert judged.diverged.sum() == 5
    found = studies.only(judged, "RES004", method="mine")
    assert found.verdict is Verdict.FAIL
    assert "2 distinct seeds, 1 failed, unfinished or without a number" in found.observed


def test_recorded_classes_tell_chance():
    """What a runner records of a data set counts where neither audit.toml nor its name says it."""
    own = changed(table(dataset="of our own"), classes=4.0)
    assert case(own).chance[0] == 0.25
    assert np.isnan(case(table(dataset="of our own")).chance[0])
    assert case(own, '[dataset."of our own"]\nclasses = 5\n').chance[0] == 0.2
    several = changed(own, lambda row: row["seed"] == "1", classes=5.0)
    assert np.isnan(case(several).chance[0])


def test_checkpoints_that_seeds_share():
    """A cell whose seeds start from fewer weights than there are seeds says from how many."""
    assert not case(table()).checkpoints.any()
    one = case(changed(table(), initial_weights="one"))
    assert set(one.checkpoints) == {1}
    two = case(changed(table(), initial_weights=lambda row: row["seed"] if row["seed"] == "1" else "other"))
    assert set(two.checkpoints) == {2}
    assert not case(without(table(), None, "initial_weights")).checkpoints.any()
