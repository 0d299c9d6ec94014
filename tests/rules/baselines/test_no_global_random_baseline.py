"""BAS001: random pruning, global or uniform; and what makes a method a baseline at all."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import METHODS, MINE, Cases, Row, case, changed, table, without

CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(without(table(), lambda row: row["method"] == "random_all")),
    silent=lambda: case(without(table(), None, "score", "allocation")),
    on_silence=Verdict.UNDECIDABLE,
)
UNMARKED = ""


def mine(columns: studies.Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(case(columns, toml), "BAS001", method="mine")


def random(row: Row) -> bool:
    """Rows of the global random baseline."""
    return row["method"] == "random_all"


def test_uniform_counts_as_well():
    """Uniform random pruning is equal in expectation; another allocation is not."""
    assert mine(changed(table(), random, allocation="uniform")).verdict is Verdict.PASS
    assert mine(changed(table(), random, allocation="erk")).verdict is Verdict.FAIL


def test_each_operating_point_needs_it():
    """A baseline that is missing at one ratio fails, and the ratio and what is there are named."""
    said = mine(without(table(), lambda row: random(row) and row["compression_target"] == 16))
    assert said.verdict is Verdict.FAIL
    assert said.message == "`mine` is not compared with global random pruning at 16×"
    assert "`random_all` is at 2×, 4×, 8.01×, 32×" in said.observed
    assert said.evidence_total == 3


@pytest.mark.parametrize(
    ("key", "value"), [("granularity", "filter"), ("starts_from", "init"), ("schedule", "gradual")]
)
def test_it_is_of_the_same_kind(key: str, value: str):
    """Another granularity, starting point or schedule is no baseline; an unknown one cannot be told."""
    said = mine(changed(table(), random, **{key: value}))
    assert said.verdict is Verdict.FAIL
    assert f"`random_all` has {key} `{value}`" in said.observed
    unknown = mine(changed(table(), random, **{key: None}))
    assert unknown.verdict is Verdict.UNDECIDABLE
    assert f"`[method.random_all] {key}`" in unknown.remedy
    assert mine(changed(table(), lambda row: row["method"] == "mine", **{key: None})).verdict is Verdict.UNDECIDABLE


@pytest.mark.parametrize("loss", [{"status": "failed"}, {"top1": None}, {"status": "running"}])
def test_lost_runs_are_no_baseline(loss: dict):
    """A baseline that is present only as failed runs is not there."""
    assert mine(changed(table(), random, **loss)).verdict is Verdict.FAIL


def test_lost_points_of_the_method_need_none():
    """A ratio at which the proposed method gave no number is no operating point."""
    columns = changed(table(), lambda row: row["method"] == "mine" and row["compression_target"] == 32, status="failed")
    columns = without(columns, lambda row: random(row) and row["compression_target"] == 32)
    assert mine(columns).verdict is Verdict.PASS


@pytest.mark.parametrize(("factor", "verdict"), [(1.0, Verdict.PASS), (1.03, Verdict.PASS), (1.06, Verdict.FAIL)])
def test_the_same_achieved_ratio(factor: float, verdict: Verdict):
    """Ratios are the same within 0.05 in log2, whatever was asked for."""
    moved = changed(table(), random, compression_ratio=lambda row: row["compression_ratio"] * factor)
    assert mine(moved).verdict is verdict
    assert mine(without(moved, None, "compression_target")).verdict is verdict


def test_targets_stand_in_for_achieved_ratios():
    """Where achieved ratios are not recorded, equal targets are the same point."""
    columns = changed(table(), random, compression_ratio=None)
    assert mine(columns).verdict is Verdict.PASS
    assert (
        mine(changed(columns, random, compression_target=lambda row: row["compression_target"] * 1.5)).verdict
        is Verdict.FAIL
    )


def test_speedups_where_there_is_no_ratio():
    """Methods that target MACs are compared at the same speedup, never a speedup with a ratio."""
    columns = without(table(), None, "compression_ratio", "compression_target")
    assert mine(columns).verdict is Verdict.PASS
    assert (
        mine(changed(columns, random, theoretical_speedup=lambda row: 3 * row["theoretical_speedup"])).verdict
        is Verdict.FAIL
    )
    crossed = changed(table(), random, compression_ratio=lambda row: 100.0, compression_target=None,
                      theoretical_speedup=lambda row: row["compression_ratio"])  # fmt: skip
    assert mine(crossed).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("granularity", "factor", "verdict"),
    [("filter", 0.9, "pass"), ("filter", 0.8, "fail"), ("filter", 1.1, "pass"), ("weight", 0.9, "fail")],
)
def test_filters_do_not_hit_a_target(granularity: str, factor: float, verdict: str):
    """At one target ratios of filters may be some filters apart; those of single weights may not."""
    columns = changed(table(), lambda row: row["method"] != "dense", granularity=granularity)
    apart = changed(columns, random, compression_ratio=lambda row: factor * row["compression_ratio"])
    assert mine(apart).verdict.value == verdict


def test_filters_that_target_macs():
    """Filters that are pruned towards no ratio are compared at the same speedup."""
    columns = changed(without(table(), None, "compression_target"), granularity="filter")
    columns = changed(columns, random, compression_ratio=lambda row: 1.3 * row["compression_ratio"])
    assert mine(columns).verdict is Verdict.PASS
    assert mine(changed(columns, granularity="weight")).verdict is Verdict.FAIL


def test_an_unknown_score_may_be_it():
    """A method whose score nobody says may be the baseline: it cannot be told, and the remedy names it."""
    said = mine(changed(table(), random, score=None))
    assert said.verdict is Verdict.UNDECIDABLE
    assert "`[method.random_all] score`" in said.remedy
    elsewhere = changed(table(), random, score=None, granularity="filter")
    assert mine(elsewhere).verdict is Verdict.FAIL


@pytest.mark.parametrize("allocation", [None, "our_own"])
def test_an_unknown_allocation_may_be_it(allocation: str | None):
    """Random pruning whose allocation is not said, or not known here, cannot be told."""
    said = mine(changed(table(), random, allocation=allocation))
    assert said.verdict is Verdict.UNDECIDABLE
    assert "`[method.random_all] allocation`" in said.remedy


def test_letter_case_is_no_difference():
    """`Random` is `random`."""
    assert (
        mine(changed(table(), random, score="Random", allocation="Global", granularity="Weight")).verdict
        is Verdict.PASS
    )


def test_what_is_declared_counts():
    """What the rows do not say may stand in audit.toml, or follow from the name."""
    columns = changed(table(), random, score=None, allocation=None)
    toml = studies.STUDY + '[method.random_all]\nscore = "random"\nallocation = "uniform"\n'
    assert mine(columns, toml).verdict is Verdict.PASS
    assert mine(changed(columns, random, method="global_random")).verdict is Verdict.PASS


def test_nobody_marked():
    """Where no method is marked, those that are no baseline are taken as proposed, and the finding says so."""
    said = mine(table(), UNMARKED)
    assert said.verdict is Verdict.PASS
    assert "taken as proposed since audit.toml marks none" in said.message


def test_nobody_marked_and_several_unknown():
    """Of two methods of unknown score, either may be the other's baseline."""
    columns = without(table(), random)
    columns = studies.joined(columns, changed(table(methods={"other": {}}), lambda row: True))
    said = mine(changed(columns, lambda row: row["method"] == "mine", score=None), UNMARKED)
    assert said.verdict is Verdict.UNDECIDABLE
    assert "`[method.other] score`" in said.remedy


def test_nobody_proposed():
    """Where all methods are baselines, nothing can be said, and nothing passes."""
    (said,) = studies.findings(case(without(table(), lambda row: row["method"] == "mine"), UNMARKED), "BAS001")
    assert said.verdict is Verdict.UNDECIDABLE
    assert dict(said.scope) == {}


def test_proposed_without_rows():
    """A proposed method without results is told of; the others are judged."""
    toml = studies.STUDY + "[method.absent]\nproposed = true\n"
    said = {each.scope["method"]: each for each in studies.findings(case(table(), toml), "BAS001")}
    assert said["mine"].verdict is Verdict.PASS
    assert said["absent"].verdict is Verdict.UNDECIDABLE
    assert "`absent` has no results" in said["absent"].message


def test_several_proposed():
    """Each proposed method is judged, and none is another's baseline."""
    two = {**METHODS, "second": {"score": "second", "allocation": "global"}}
    toml = studies.STUDY + "[method.second]\nproposed = true\n"
    columns = without(table(methods=two), lambda row: random(row) and row["compression_target"] == 2)
    columns = without(columns, lambda row: row["method"] == "mine" and row["compression_target"] == 2)
    verdicts = {each.scope["method"]: each.verdict for each in studies.findings(case(columns, toml), "BAS001")}
    assert verdicts == {"mine": Verdict.PASS, "second": Verdict.FAIL}
    as_baseline = studies.STUDY + "[method.random_all]\nproposed = true\n"
    assert mine(table(), as_baseline).verdict is Verdict.FAIL


def test_two_pairs_of_which_one_is_complete():
    """A baseline on one pair does not serve the other."""
    both = studies.joined(table(), without(table(dataset="svhn"), random))
    verdicts = {each.scope["dataset"]: each.verdict for each in studies.findings(case(both), "BAS001")}
    assert verdicts == {"cifar10": Verdict.PASS, "svhn": Verdict.FAIL}


def test_random_pruning_needs_no_random_baseline():
    """A proposed method that is random pruning itself is not asked."""
    toml = "[method.random_all]\nproposed = true\n"
    (said,) = studies.findings(case(table(), toml), "BAS001")
    assert said.verdict is Verdict.NOT_APPLICABLE


def test_several_starting_points():
    """A method that is run from two starting points needs the baseline at both."""
    init = changed(table(methods={"mine": MINE}), starts_from="init")
    assert mine(studies.joined(table(), init)).verdict is Verdict.UNDECIDABLE
    both = studies.joined(table(), changed(table(), starts_from="init"))
    assert mine(both).verdict is Verdict.PASS


def test_a_small_dense_network_is_not_proposed():
    """Controls that prune by no score are not taken as proposed."""
    columns = studies.joined(table(), table(methods={"scratch": {}}))
    assert {each.scope["method"] for each in studies.findings(case(columns, UNMARKED), "BAS001")} == {"mine"}
