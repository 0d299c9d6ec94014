"""CMP004: a dense network per pair, seed and starting point, with the steps of the pruned ones."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Row, case, changed, table, without

CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(without(table(), lambda row: row["method"] == "dense")),
    silent=lambda: case(without(table(), None, "steps_final_weights")),
    on_silence=Verdict.UNDECIDABLE,
)


def dense(row: Row) -> bool:
    """Rows of the dense control."""
    return row["method"] == "dense"


def found(columns: studies.Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the pair."""
    return studies.only(case(columns, toml), "CMP004")


def test_each_seed_needs_its_own():
    """A seed without a dense network fails, and is named."""
    said = found(without(table(), lambda row: dense(row) and row["seed"] == "2"))
    assert said.verdict is Verdict.FAIL
    assert said.observed == "no dense network for seed 2, starting from trained"


@pytest.mark.parametrize("loss", [{"status": "failed"}, {"top1": None}])
def test_a_control_without_a_number_is_none(loss: dict):
    """A dense run that failed, or diverged, controls nothing."""
    assert found(changed(table(), dense, **loss)).verdict is Verdict.FAIL


def test_each_starting_point_needs_its_own():
    """A method that starts elsewhere needs a dense network from there."""
    columns = changed(table(), lambda row: row["method"] == "mine", starts_from="init")
    assert found(columns).verdict is Verdict.FAIL
    both = studies.joined(columns, changed(table(methods={}), starts_from="init"))
    assert found(both).verdict is Verdict.PASS


def test_one_method_with_two_starting_points():
    """A method that is run from two starting points is controlled at each."""
    twice = studies.joined(table(), changed(table(methods={"mine": studies.MINE}), starts_from="init"))
    assert found(twice).verdict is Verdict.PASS
    assert found(without(twice, lambda row: dense(row) and row["starts_from"] == "init")).verdict is Verdict.FAIL


def test_small_dense_networks_need_no_dense_control():
    """They start elsewhere than what they are the control of, and nothing is pruned from where they start."""
    small = changed(
        without(table(methods={"mine": studies.MINE}), dense), method="scratch", score="none", starts_from="init"
    )
    assert found(studies.joined(table(), small)).verdict is Verdict.PASS
    pruned = changed(small, method="mine_from_init", score="magnitude")
    assert found(studies.joined(table(), pruned)).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("steps", "verdict"), [(600, "pass"), (605, "pass"), (594, "pass"), (590, "fail"), (0, "fail"), (900, "fail")]
)
def test_steps_of_the_control(steps: float, verdict: str):
    """The control gets the steps of the pruned networks, within 1 %: neither fewer nor more."""
    assert found(changed(table(), dense, steps_final_weights=float(steps))).verdict.value == verdict


def test_early_stopping_leaves_a_span():
    """Where pruned networks stopped at different steps, the control lies within them, seed by seed."""
    spread = changed(table(), lambda row: row["compression_target"] == 32, steps_final_weights=900.0)
    assert found(changed(spread, dense, steps_final_weights=700.0)).verdict is Verdict.PASS
    assert (
        found(changed(spread, lambda row: dense(row) and row["seed"] == "3", steps_final_weights=1000.0)).verdict
        is Verdict.FAIL
    )


def in_rounds() -> studies.Table:
    """`mine` at 32× was fine-tuned for 180 epochs and 3,600 steps, all else for 30 and 600."""
    columns = changed(table(), epochs=30.0)
    return changed(
        columns,
        lambda row: row["method"] == "mine" and row["compression_target"] == 32,
        steps_final_weights=3600.0,
        epochs=180.0,
    )


def test_networks_that_were_asked_for_more_epochs_need_a_longer_control():
    """One control with the steps of one-shot networks does not serve those of many rounds."""
    said = found(in_rounds())
    assert said.verdict is Verdict.FAIL
    assert said.observed == "dense 600 steps, pruned 3600, for seed 1, starting from trained and 2 more"
    longer = changed(table(methods={}), method="dense_6_rounds", score="none", steps_final_weights=3600.0, epochs=180.0)
    said = found(studies.joined(in_rounds(), longer))
    assert said.verdict is Verdict.PASS
    assert said.observed == "6 dense networks with 600–3600 steps, pruned ones 600–3600"
    two = without(longer, lambda row: row["seed"] == "2")
    assert found(studies.joined(in_rounds(), two)).verdict is Verdict.FAIL


def test_a_network_as_it_came_beside_a_control_is_no_fault():
    """What is asked for is there; another dense network takes nothing away."""
    bare = changed(table(methods={}), method="untrained", score="none", steps_final_weights=0.0)
    assert found(studies.joined(table(), bare)).verdict is Verdict.PASS


@pytest.mark.parametrize(("selected_on", "verdict"), [("validation", "pass"), ("none", "fail"), (None, "fail")])
def test_equal_epochs_are_an_equal_budget_where_training_stops_early(selected_on: str | None, verdict: str):
    """Which epoch was best is chance: the control may stop before all the others, or after them."""
    stopped = changed(table(), epochs=30.0, selected_on=selected_on)
    for steps in (400.0, 800.0):
        assert found(changed(stopped, dense, steps_final_weights=steps)).verdict.value == verdict
    assert found(changed(stopped, dense, steps_final_weights=400.0, epochs=20.0)).verdict is Verdict.FAIL


def test_epochs_and_batch_size_stand_in():
    """Without steps, equal epochs and batch size are as good; different ones leave it open."""
    bare = changed(without(table(), None, "steps_final_weights"), epochs=30.0, batch_size=64.0)
    assert found(bare).verdict is Verdict.PASS
    assert "steps are not recorded" in found(bare).observed
    assert found(changed(bare, dense, epochs=10.0)).verdict is Verdict.UNDECIDABLE
    assert found(changed(bare, lambda row: row["seed"] == "2", batch_size=None)).verdict is Verdict.UNDECIDABLE


@pytest.mark.parametrize("column", ["starts_from", "seed"])
def test_what_is_not_recorded_cannot_be_matched(column: str):
    """A dense network of unknown seed or starting point may be the control: neither a pass nor a fail."""
    said = found(changed(table(), dense, **{column: None}))
    assert said.verdict is Verdict.UNDECIDABLE
    assert f"`{column}`" in said.remedy
    assert found(without(table(), None, column)).verdict is Verdict.UNDECIDABLE


def test_a_declared_starting_point_is_known():
    """What audit.toml says of the dense network settles it."""
    toml = studies.STUDY + '[method.dense]\nstarts_from = "trained"\n'
    assert found(changed(table(), dense, starts_from=None), toml).verdict is Verdict.PASS


def test_a_row_at_one_is_a_control_whatever_its_method():
    """The 1× rows of a method are dense networks."""
    columns = changed(table(), dense, method="mine")
    assert found(columns).verdict is Verdict.PASS
    by_ratio = without(columns, None, "compression_target")
    assert found(by_ratio).verdict is Verdict.PASS


def test_a_small_dense_network_is_no_control():
    """A network called dense at 4× is not the dense network."""
    assert found(changed(table(), dense, compression_ratio=4.0, compression_target=4.0)).verdict is Verdict.FAIL


def test_a_pair_without_pruned_networks_is_not_judged():
    """Dense networks alone show nothing to compare with."""
    both = studies.joined(table(), table(methods={}, dataset="svhn"))
    verdicts = {each.scope["dataset"]: each.verdict for each in studies.findings(case(both), "CMP004")}
    assert verdicts == {"cifar10": Verdict.PASS, "svhn": Verdict.NOT_APPLICABLE}


def test_another_pair_controls_nothing():
    """A dense network belongs to its pair."""
    both = studies.joined(table(), without(table(dataset="svhn"), dense))
    verdicts = {each.scope["dataset"]: each.verdict for each in studies.findings(case(both), "CMP004")}
    assert verdicts == {"cifar10": Verdict.PASS, "svhn": Verdict.FAIL}
