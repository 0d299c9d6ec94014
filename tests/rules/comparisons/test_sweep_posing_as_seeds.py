"""CMP011: seeds that are repeats."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Row, Table, case, changed, joined, table, without

RECIPE = {"optimizer": "adam", "learning_rate": 0.1, "weight_decay": 0.0, "batch_size": 64.0}
ALIKE = changed(table(), **RECIPE)


def mine(row: Row) -> bool:
    """Rows of the proposed method."""
    return row["method"] == "mine"


def by_seed(row: Row) -> float:
    """A learning rate for each seed."""
    return 0.1 / int(row["seed"])


CASES = Cases(
    sound=lambda: case(ALIKE),
    faulty=lambda: case(changed(ALIKE, mine, learning_rate=by_seed)),
    silent=lambda: case(table()),
    on_silence=Verdict.UNDECIDABLE,
)


def found(columns: Table) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(case(columns), "CMP011", method="mine")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("optimizer", lambda row: "sgd" if row["seed"] == "2" else "adam"),
        ("weight_decay", lambda row: 0.1 * int(row["seed"])),
        ("batch_size", lambda row: 32.0 * int(row["seed"])),
        ("augmentation", lambda row: "none" if row["seed"] == "2" else "crop"),
        ("epochs", lambda row: 10.0 * int(row["seed"])),
    ],
)
def test_each_hyperparameter_makes_a_setting(field: str, value: object):
    """Seeds that differ in any recorded hyperparameter are no repeats, and the field is named."""
    said = found(changed(ALIKE, mine, **{field: value}))
    assert said.verdict is Verdict.FAIL
    assert f"`{field}`" in said.message


def test_a_full_grid_has_repeats():
    """Every seed at every setting: the seeds of a setting are as many as those of the cell."""
    grid = joined(ALIKE, changed(without(ALIKE, lambda row: row["method"] == "dense"), learning_rate=0.01))
    assert found(grid).verdict is Verdict.PASS
    assert found(without(grid, lambda row: row["seed"] == "3" and row["learning_rate"] == 0.1)).verdict is Verdict.PASS
    split = without(grid, lambda row: (row["seed"] == "3") != (row["learning_rate"] == 0.1) and row["seed"] != "1")
    assert found(split).verdict is Verdict.FAIL


@pytest.mark.parametrize("field", RECIPE)
def test_what_is_not_recorded_may_differ(field: str):
    """A pass needs the recipe of every run, or its setting."""
    bare = changed(ALIKE, lambda row: mine(row) and row["seed"] == "2", **{field: None})
    assert found(bare).verdict is Verdict.UNDECIDABLE
    assert found(changed(bare, setting="a")).verdict is Verdict.PASS


def test_rows_without_a_seed_pose_as_nothing():
    """A sweep without seeds is a sweep."""
    assert found(changed(ALIKE, mine, learning_rate=by_seed, seed=None)).verdict is Verdict.NOT_APPLICABLE


def test_named_settings_are_no_repeats():
    """Rows of different `setting` are never counted as seeds of one cell: nothing poses, and seeds are too few."""
    named = changed(ALIKE, mine, setting=lambda row: f"s{row['seed']}")
    assert found(named).verdict is Verdict.NOT_APPLICABLE
    assert studies.only(case(named), "RES004", method="mine").verdict is Verdict.FAIL


def test_one_setting_for_each_ratio():
    """Settings may differ between cells."""
    assert (
        found(changed(ALIKE, mine, learning_rate=lambda row: 0.1 / row["compression_target"])).verdict is Verdict.PASS
    )
