"""DOC001: the description of the proposed method."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Table, case, changed, table, without

RECIPE = {
    "optimizer": "adam",
    "learning_rate": 3e-4,
    "learning_rate_schedule": "fixed",
    "weight_decay": 0.0,
    "batch_size": 64.0,
}
FULL = changed(table(), **RECIPE)

CASES = Cases(
    sound=lambda: case(FULL),
    faulty=lambda: case(without(FULL, None, "weight_decay")),
    silent=lambda: case(table()),
    on_silence=Verdict.FAIL,
)


def found(columns: Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(case(columns, toml), "DOC001", method="mine")


@pytest.mark.parametrize("column", [*RECIPE, "schedule", "granularity", "steps_final_weights"])
def test_each_field_is_asked(column: str):
    """Each field is asked, and named where it is missing."""
    said = found(without(FULL, None, column))
    assert said.verdict is Verdict.FAIL
    assert ("steps" if column.startswith("steps") else f"`{column}`") in said.message


@pytest.mark.parametrize(
    ("column", "value"),
    [("optimizer", '"adam"'), ("learning_rate", "3e-4"), ("weight_decay", "0.0"), ("granularity", '"weight"'),
     ("steps_final_weights", "600"), ("schedule", '"one_shot"')],
)  # fmt: skip
def test_a_declared_field_is_filled(column: str, value: str):
    """What the runs do not record may be declared; zero is a value."""
    said = found(without(FULL, None, column), studies.STUDY + f"{column} = {value}\n")
    assert said.verdict is Verdict.DECLARED
    assert "audit.toml" in said.observed


def test_a_field_is_recorded_for_every_network():
    """One network without its learning rate leaves the field open."""
    assert found(changed(FULL, lambda row: row["seed"] == "2", learning_rate=None)).verdict is Verdict.FAIL


@pytest.mark.parametrize(("value", "verdict"), [("3e-4", "declared"), ("1e-3", "fail")])
def test_a_contradicted_number_fails(value: str, verdict: str):
    """A declared number that no run records is contradicted."""
    said = found(FULL, studies.STUDY + f"learning_rate = {value}\n")
    assert said.verdict.value == verdict


def test_a_number_within_the_runs_is_not_contradicted():
    """Where runs differ, a declared number among them is one of theirs."""
    spread = changed(FULL, lambda row: row["seed"] == "2", steps_final_weights=900.0)
    assert found(spread, studies.STUDY + "steps_final_weights = 700\n").verdict is Verdict.DECLARED
    assert found(spread, studies.STUDY + "steps_final_weights = 1000\n").verdict is Verdict.FAIL


def test_no_training_needs_no_recipe():
    """A method that is not fine-tuned has no optimiser to name."""
    bare = without(table(), None, "steps_final_weights")
    assert found(changed(bare, epochs=0.0)).verdict is Verdict.DECLARED
    assert found(bare, studies.STUDY + 'optimizer = "none"\n').verdict is Verdict.DECLARED


def test_a_function_of_its_own_scores_and_allocates():
    """A method with a `prune` function has no score and no allocation to name."""
    bare = changed(FULL, lambda row: row["method"] == "mine", score=None, allocation=None)
    toml = '[method.mine]\nproposed = true\nprune = "pkg:prune"\n'
    assert found(bare, toml).verdict is Verdict.DECLARED
    assert found(bare, "[method.mine]\nproposed = true\n").verdict is Verdict.FAIL


def test_a_name_may_tell_the_composition():
    """What a known name says of a method is not asked again."""
    snip = changed(FULL, lambda row: row["method"] == "mine", method="snip", score=None, allocation=None)
    said = studies.only(case(snip, "[method.snip]\nproposed = true\n"), "DOC001", method="snip")
    assert said.verdict is Verdict.DECLARED
    assert "its name" in said.observed


def test_baselines_are_not_asked():
    """The item speaks of the proposed technique; where none is proposed, all are asked."""
    columns = changed(FULL, lambda row: row["method"] == "random_all", optimizer=None)
    assert {each.scope["method"] for each in studies.findings(case(columns), "DOC001")} == {"mine"}
    baselines = without(columns, lambda row: row["method"] == "mine")
    said = {each.scope["method"]: each.verdict for each in studies.findings(case(baselines, ""), "DOC001")}
    assert said["random_all"] is Verdict.FAIL
    assert said["magnitude_all"] is Verdict.DECLARED


def test_a_method_without_runs_may_be_described():
    """A proposed method that has no rows is judged by what is declared of it."""
    columns = without(FULL, lambda row: row["method"] == "mine")
    said = studies.only(case(columns), "DOC001")
    assert (said.verdict, said.scope) == (Verdict.FAIL, {"method": "mine"})
