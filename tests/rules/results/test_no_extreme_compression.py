"""RES002: a ratio at which the metric declines substantially."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Row, case, changed, table, without

CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(changed(table(), top1=0.9)),
    silent=lambda: case(without(table(), None, "top1")),
    on_silence=Verdict.FAIL,
)
METHODS = {"mine": studies.MINE}


def mine(columns: studies.Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(case(columns, toml), "RES002", method="mine")


def falling(*drops: float, ratio: float = 8, dense: float = 0.9) -> studies.Table:
    """A study in which the seeds at one ratio fall by these, and nothing falls at 2×."""
    columns = table(methods=METHODS, ratios=(2, ratio), seeds=range(1, len(drops) + 1))

    def top1(row: Row) -> float:
        return dense - (drops[int(row["seed"]) - 1] if row["compression_target"] == ratio else 0)

    return changed(columns, top1=top1)


@pytest.mark.parametrize("dense", [0.9, 0.95, 0.7, 0.93])
def test_exactly_five_points_are_substantial(dense: float):
    """Five points are five points, whatever floating point makes of 0.95 − 0.90."""
    assert mine(falling(0.05, 0.05, 0.05, dense=dense)).verdict is Verdict.PASS
    assert mine(falling(0.0499, 0.0499, 0.0499, dense=dense)).verdict is Verdict.FAIL


def test_an_earlier_ratio_counts():
    """The decline need not be at the largest ratio."""
    columns = changed(table(methods=METHODS), lambda row: row["compression_target"] == 8, top1=0.5)
    columns = changed(columns, lambda row: row["compression_target"] != 8, top1=0.9)
    found = mine(columns)
    assert found.verdict is Verdict.PASS
    assert "from 8.01×" in found.message


@pytest.mark.parametrize("least", [0.0, 0.01])
def test_a_seed_that_does_not_fall_is_bimodal(least: float):
    """The mean falls but one seed falls by a point or less: a pass, and it is said."""
    found = mine(falling(0.1, 0.2, least))
    assert found.verdict is Verdict.PASS
    assert "bimodal" in found.message


def test_a_control_that_everything_beats_is_said():
    """No negative drop is called one: it is the control that is worse."""
    columns = changed(falling(0.0, 0.0, 0.0), lambda row: row["method"] == "dense", top1=0.6)
    found = mine(columns)
    assert found.verdict is Verdict.FAIL
    assert found.observed == "better than the dense control at every ratio, by 30 points at 2×"


def test_straight_to_chance():
    """Where every network of every declining ratio is at chance, the decline itself is not shown."""
    found = mine(falling(0.8, 0.8, 0.8))
    assert found.verdict is Verdict.PASS
    assert "chance" in found.message
    assert "chance" not in mine(falling(0.8, 0.8, 0.5)).message


def test_changes_alone_show_the_decline():
    """A stated change is a drop; nothing is said of a chance level that cannot be seen."""
    columns = changed(falling(0.2, 0.2, 0.2), top1_change=lambda row: -0.2 if row["compression_target"] == 8 else 0.0)
    found = mine(without(columns, None, "top1"))
    assert found.verdict is Verdict.PASS
    assert "chance" not in found.message


def test_without_dense_network():
    """Without a dense network the method's own curve may show the decline; otherwise none is shown."""
    dense = {"where": lambda row: row["method"] == "dense"}
    shown = mine(without(falling(0.2, 0.2, 0.2), dense["where"]))
    assert shown.verdict is Verdict.PASS
    assert "its own 2×" in shown.message
    found = mine(without(falling(0.04, 0.04, 0.04), dense["where"]))
    assert found.verdict is Verdict.FAIL
    assert "there is no dense network" in found.message
    assert "`dense_top1`" in found.remedy


def test_stated_dense_accuracy_stands_in():
    """`dense_top1` is held against where there is no dense network."""
    columns = changed(falling(0.04, 0.04, 0.04), dense_top1=0.9)
    assert mine(without(columns, lambda row: row["method"] == "dense")).verdict is Verdict.FAIL


def test_failed_runs_show_nothing():
    """A collapse of runs that failed is not a decline."""
    columns = changed(falling(0.2, 0.2, 0.2), lambda row: row["compression_target"] == 8, status="failed")
    assert mine(columns).verdict is Verdict.FAIL


def test_lower_is_better():
    """Perplexity declines upwards, by the drop that is declared; without one it cannot be told."""
    columns = changed(table(methods=METHODS), perplexity=lambda row: 10 + row["compression_target"] - 1)
    toml = studies.STUDY + '[metric.perplexity]\ndirection = "lower"\n'
    undeclared = mine(columns, toml)
    assert undeclared.verdict is Verdict.UNDECIDABLE
    assert "substantial_drop" in undeclared.remedy
    assert mine(columns, toml + "substantial_drop = 20\n").verdict is Verdict.PASS
    assert mine(columns, toml + "substantial_drop = 40\n").verdict is Verdict.FAIL
    better = changed(columns, perplexity=lambda row: 100 - row["compression_target"])
    assert mine(better, toml + "substantial_drop = 20\n").verdict is Verdict.FAIL


def test_fixed_pattern_is_not_asked():
    """N:M pruning cannot be pushed."""
    columns = changed(table(), lambda row: row["method"] == "mine", granularity="n_m", top1=0.9)
    assert mine(columns).verdict is Verdict.NOT_APPLICABLE


def test_tables_of_means():
    """A mean over seeds shows the decline of the mean."""
    columns = changed(table(methods=METHODS, seeds=(1,)), seed=None, n=5.0)
    assert mine(columns).verdict is Verdict.PASS


def test_drop_is_from_the_control_of_the_same_start():
    """A network from its own starting point is held against the dense network from there."""
    columns = studies.joined(
        falling(0.1, 0.1, 0.1),
        changed(table(methods={}), starts_from="init", top1=0.5),
    )
    assert mine(columns).verdict is Verdict.PASS
    lower = changed(columns, lambda row: row["starts_from"] == "trained" and row["method"] == "dense", top1=0.82)
    assert mine(lower).verdict is Verdict.FAIL
