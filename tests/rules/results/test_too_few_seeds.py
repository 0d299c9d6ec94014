"""RES004: three distinct seeds in each cell."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Row, case, changed, table, without

CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(table(seeds=(1, 2))),
    silent=lambda: case(without(table(), None, "seed", "predictions")),
    on_silence=Verdict.UNDECIDABLE,
)


def mine(columns: studies.Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(case(columns, toml), "RES004", method="mine")


def at_eight(row: Row) -> bool:
    """Rows of the proposed method at 8×."""
    return row["method"] == "mine" and row["compression_target"] == 8


@pytest.mark.parametrize("seeds", [(1, 2, 3), (0, -1, 2**63), ("a", "b", "c"), (12345678901234567890123, 2, 3)])
def test_three_seeds_of_any_kind(seeds: tuple):
    """Negative, 64-bit, longer and text seeds are seeds."""
    names = dict(zip("123", map(str, seeds), strict=True))
    assert mine(changed(table(), seed=lambda row: names[row["seed"]])).verdict is Verdict.PASS


def test_equal_seeds_count_once():
    """A repeat with the same seed is not a second seed."""
    found = mine(changed(table(), lambda row: row["seed"] == "3", seed="2"))
    assert found.verdict is Verdict.FAIL
    assert found.observed == "2 distinct seeds"


@pytest.mark.parametrize(
    "loss", [{"status": "failed"}, {"status": "FAILED"}, {"status": "running"}, {"top1": None}, {"top1": float("inf")}]
)
def test_lost_runs_are_counted_apart(loss: dict):
    """A run that failed, is running, or gave no number is no seed, and is told of."""
    found = mine(changed(table(), lambda row: at_eight(row) and row["seed"] == "2", **loss))
    assert found.verdict is Verdict.FAIL
    assert found.observed == "2 distinct seeds, 1 failed, unfinished or without a number"
    assert "in 1 of 5 cells (8.01×)" in found.message
    assert found.evidence_total == 3


def test_copies_are_one_run():
    """Runs that agree in initial weights, mask and predictions are one run, whatever their seeds say."""
    same = {"initial_weights": "w", "mask": "m", "predictions": "p"}
    found = mine(changed(table(), at_eight, **same))
    assert found.verdict is Verdict.FAIL
    assert found.observed == "3 distinct seeds, whose runs are 1 by weights, mask and predictions"
    assert mine(changed(table(), at_eight, **{**same, "predictions": None})).verdict is Verdict.PASS
    assert mine(changed(table(), at_eight, initial_weights="w", mask="m")).verdict is Verdict.PASS


def test_copies_do_not_add_up_with_repeats():
    """Two seeds that share a run, and a third with two runs, are two."""
    columns = changed(
        table(), lambda row: at_eight(row) and row["seed"] in "12", initial_weights="w", mask="m", predictions="p"
    )
    again = changed(without(columns, lambda row: not (at_eight(row) and row["seed"] == "3")), predictions="other")
    assert mine(studies.joined(columns, again)).verdict is Verdict.FAIL


def test_equal_runs_in_different_cells_are_different():
    """Dense rows copied under several methods are not held against them."""
    columns = changed(table(methods={"mine": studies.MINE}), mask="m", predictions=lambda row: row["seed"])
    assert mine(columns).verdict is Verdict.PASS


@pytest.mark.parametrize(("bare", "verdict"), [("3", Verdict.UNDECIDABLE), ("123", Verdict.UNDECIDABLE)])
def test_rows_without_a_seed(bare: str, verdict: Verdict):
    """A row without a seed never counts as one: where it would make up the number, it cannot be told."""
    found = mine(changed(table(), lambda row: row["seed"] in bare, seed=None))
    assert found.verdict is verdict
    assert found.remedy == "add the column `seed`"


def test_too_few_rows_without_a_seed_fail():
    """Two runs are fewer than three, whatever their seeds would say."""
    assert mine(changed(table(seeds=(1, 2)), seed=None)).verdict is Verdict.FAIL


def test_unseeded_copy_of_a_seeded_run_is_no_other_run():
    """An unseeded row that is identical to a seeded run adds nothing."""
    same = {"initial_weights": "w", "mask": "m", "predictions": "p"}
    columns = changed(table(), lambda row: at_eight(row) and row["seed"] in "23", **same)
    bare = changed(columns, lambda row: at_eight(row) and row["seed"] == "3", seed=None)
    assert mine(bare).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("n", "verdict"), [(3, Verdict.DECLARED), (5, Verdict.DECLARED), (2, Verdict.FAIL), (1, Verdict.FAIL)]
)
def test_tables_of_means(n: int, verdict: Verdict):
    """The n that a mean states is a declaration, never shown as measured."""
    columns = changed(table(seeds=(1,)), seed=None, n=float(n))
    assert mine(columns).verdict is verdict


def test_a_mean_without_a_value_declares_nothing():
    """An n beside no number is no evidence."""
    columns = changed(table(seeds=(1,)), seed=None, n=5.0, top1=None)
    assert mine(columns).verdict is Verdict.FAIL


def test_a_failed_run_of_unknown_size_is_no_cell():
    """A run that failed before its size was known does not make a cell that lacks seeds."""
    lost = changed(table(seeds=(4,)), lambda row: True, status="failed", top1=None, compression_ratio=None,
                   compression_target=None, theoretical_speedup=None)  # fmt: skip
    assert mine(studies.joined(table(), lost)).verdict is Verdict.PASS


def test_two_pairs_are_judged_apart():
    """One complete pair does not make up for another."""
    both = studies.joined(table(), table(dataset="svhn", seeds=(1, 2)))
    found = {each.scope["dataset"]: each.verdict for each in studies.findings(case(both), "RES004")}
    assert found == {"cifar10": Verdict.PASS, "svhn": Verdict.FAIL}


def test_achieved_ratios_are_grouped():
    """Without a target, achieved ratios that vary a little by seed are one cell."""
    columns = changed(table(), compression_ratio=lambda row: row["compression_ratio"] * (1 + 0.004 * int(row["seed"])))
    assert mine(without(columns, None, "compression_target")).verdict is Verdict.PASS


def test_targets_with_rounding_noise_are_one():
    """1 / (1 − 0.9) and 10 are one target."""
    columns = changed(
        table(), lambda row: row["seed"] == "2", compression_target=lambda row: row["compression_target"] * (1 + 1e-15)
    )
    assert mine(columns).verdict is Verdict.PASS


def test_rows_without_a_target_join_the_others():
    """Where some rows lack the target, achieved ratios decide, and no cell falls apart."""
    assert mine(changed(table(), lambda row: row["seed"] == "2", compression_target=None)).verdict is Verdict.PASS


def test_one_network_under_three_seeds_is_one_run():
    """Equal weights, mask and accuracy are one run where predictions are not recorded."""
    columns = changed(without(table(), None, "predictions"), at_eight, initial_weights="w", mask="m", top1=0.85)
    assert mine(columns).verdict is Verdict.FAIL
    assert mine(changed(columns, at_eight, top1=lambda row: 0.85 + int(row["seed"]) / 1000)).verdict is Verdict.PASS
