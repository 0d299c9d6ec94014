"""CMP006: methods that were trained alike."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Row, Table, case, changed, joined, table, without

RECIPE = {
    "optimizer": "adam",
    "learning_rate_schedule": "fixed",
    "augmentation": "crop_flip",
    "batch_size": 64.0,
    "steps_total": 600.0,
}
ALIKE = changed(table(), **RECIPE)

CASES = Cases(
    sound=lambda: case(ALIKE),
    faulty=lambda: case(changed(ALIKE, lambda row: row["method"] == "mine", steps_total=3000.0)),
    silent=lambda: case(table()),
    on_silence=Verdict.UNDECIDABLE,
)


def mine(row: Row) -> bool:
    """Rows of the proposed method."""
    return row["method"] == "mine"


def found(columns: Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the pair."""
    return studies.only(case(columns, toml), "CMP006")


@pytest.mark.parametrize(
    ("field", "value"),
    [("optimizer", "sgd"), ("learning_rate_schedule", "cosine"), ("augmentation", "none"), ("batch_size", 128.0),
     ("steps_final_weights", 1200.0), ("steps_total", 1200.0)],
)  # fmt: skip
def test_each_field_is_compared(field: str, value: object):
    """A method that departs in one field fails, and both values are shown."""
    said = found(changed(ALIKE, mine, **{field: value}))
    assert said.verdict is Verdict.FAIL
    assert f"`{field}`" in said.observed
    assert "`mine`" in said.observed
    assert said.evidence_total == 75


@pytest.mark.parametrize("field", [*RECIPE, "steps_final_weights"])
def test_a_field_that_is_missing_leaves_it_open(field: str):
    """What one network does not record may differ."""
    said = found(changed(ALIKE, lambda row: mine(row) and row["seed"] == "2", **{field: None}))
    assert said.verdict is Verdict.UNDECIDABLE
    assert f"`{field}`" in said.remedy


def test_a_stated_difference_is_declared():
    """Who says how a method's training departs has declared it; for another method's departure that says nothing."""
    unequal = changed(ALIKE, mine, steps_total=3000.0)
    assert found(unequal, studies.STUDY + 'differences = "five rounds"\n').verdict is Verdict.DECLARED
    other = studies.STUDY + '[method.random_all]\ndifferences = "none"\n'
    assert found(unequal, other).verdict is Verdict.FAIL
    both = changed(unequal, lambda row: row["method"] == "random_all", optimizer="sgd")
    assert found(both, studies.STUDY + 'differences = "five rounds"\n').verdict is Verdict.FAIL


def test_equal_methods_need_no_statement():
    """A statement of differences where there is none changes nothing."""
    assert found(ALIKE, studies.STUDY + 'differences = "none"\n').verdict is Verdict.PASS


@pytest.mark.parametrize(("steps", "verdict"), [(604.0, "pass"), (596.0, "pass"), (610.0, "fail"), (590.0, "fail")])
def test_steps_within_a_hundredth(steps: float, verdict: str):
    """Steps within 1 % are the same."""
    assert found(changed(ALIKE, mine, steps_final_weights=steps, steps_total=steps)).verdict.value == verdict


def test_ranges_over_seeds_overlap():
    """Where methods stop at different steps from seed to seed, ranges that overlap are the same."""
    spread = changed(ALIKE, steps_final_weights=lambda row: 600.0 + 100 * int(row["seed"]))
    assert (
        found(changed(spread, mine, steps_final_weights=lambda row: 500.0 + 100 * int(row["seed"]))).verdict
        is Verdict.PASS
    )
    assert (
        found(changed(spread, mine, steps_final_weights=lambda row: 100.0 * int(row["seed"]))).verdict is Verdict.FAIL
    )


def test_early_stopping_within_equal_epochs():
    """Where an epoch was selected on a split, equal epochs are an equal budget."""
    early = changed(ALIKE, epochs=30.0, selected_on="validation")
    stopped = changed(early, mine, steps_final_weights=300.0, steps_total=400.0)
    assert found(stopped).verdict is Verdict.PASS
    assert found(changed(stopped, mine, epochs=60.0)).verdict is Verdict.FAIL
    assert found(changed(stopped, selected_on="none")).verdict is Verdict.FAIL


def test_epochs_stand_in_for_steps():
    """Where steps are not recorded, equal epochs and batch size do, and unequal ones do not."""
    bare = changed(without(ALIKE, None, "steps_total", "steps_final_weights"), epochs=30.0)
    assert found(bare).verdict is Verdict.PASS
    assert found(changed(bare, mine, epochs=90.0)).verdict is Verdict.FAIL


@pytest.mark.parametrize("field", ["optimizer", "learning_rate_schedule"])
def test_declared_fields_are_compared(field: str):
    """What no run records is taken from audit.toml."""
    bare = without(ALIKE, None, field)
    names = [name for name in studies.METHODS if name != "mine"]
    same = "".join(f'[method.{name}]\n{field} = "adam"\n' for name in names)
    assert found(bare, studies.STUDY + f'{field} = "Adam"\n' + same).verdict is Verdict.PASS
    assert found(bare, studies.STUDY + f'{field} = "sgd"\n' + same).verdict is Verdict.FAIL


def test_declared_augmentation_is_that_of_all():
    """The data set's declared augmentation is that of every method."""
    toml = studies.STUDY + '[dataset.cifar10]\naugmentation = "crop"\n'
    assert found(without(ALIKE, None, "augmentation"), toml).verdict is Verdict.PASS


def test_only_equal_starting_points_are_compared():
    """A method that trains from its initial weights has a budget of another kind."""
    apart = changed(ALIKE, mine, starts_from="init", steps_total=6000.0)
    assert found(apart).verdict is Verdict.PASS
    assert found(changed(apart, starts_from=None)).verdict is Verdict.UNDECIDABLE
    assert found(changed(ALIKE, starts_from=None)).verdict is Verdict.PASS


def test_only_points_in_common_are_compared():
    """Steps may grow with the ratio, as long as they do for every method."""
    growing = changed(ALIKE, steps_total=lambda row: 100.0 * row["compression_target"])
    assert found(growing).verdict is Verdict.PASS
    alone = without(ALIKE, lambda row: row["method"] not in ("mine", "dense"))
    assert found(alone).verdict is Verdict.NOT_APPLICABLE


def test_small_dense_controls_have_their_own_budget():
    """A network trained small from scratch is another rule's."""
    scratch = changed(table({"scratch": {}}), starts_from="trained", steps_total=9000.0)
    assert found(joined(ALIKE, without(scratch, lambda row: row["method"] == "dense"))).verdict is Verdict.PASS
