"""RES001: five distinct achieved ratios above 1."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, case, changed, table, without

CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(table(ratios=(2, 4, 8, 16))),
    silent=lambda: case(without(table(), None, "compression_ratio", "compression_target")),
    on_silence=Verdict.FAIL,
)


def mine(columns: studies.Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(case(columns, toml), "RES001", method="mine")


@pytest.mark.parametrize(
    ("ratios", "verdict"),
    [
        ((2, 4, 8, 16, 32), Verdict.PASS),
        ((2, 4, 8, 16), Verdict.FAIL),
        ((2, 2.02, 2.04, 2.06, 4), Verdict.FAIL),  # four of them are one ratio
        ((2, 2.1, 2.2, 2.3, 2.4), Verdict.PASS),
        ((0.5, 2, 4, 8, 16), Verdict.FAIL),  # a network that grew is not a compression
    ],
)
def test_counts_distinct_ratios_above_one(ratios: tuple[float, ...], verdict: Verdict):
    """Ratios nearer than 0.05 in log2 are one; those at or below 1 do not count."""
    assert mine(table(ratios=ratios)).verdict is verdict


def test_names_the_span():
    """What was seen says how many ratios there are and how far they reach."""
    assert mine(table()).observed == "5 distinct achieved ratios above 1, from 2× to 32×"


def test_chain_of_near_ratios_is_not_one():
    """Ratios that were asked for one by one, each near the next, still differ from end to end."""
    found = mine(table(ratios=[2 * 1.03**step for step in range(20)]))
    assert found.verdict is Verdict.PASS
    assert found.observed.startswith("10 distinct")


def test_ratio_of_failed_runs_is_not_shown():
    """A ratio at which no run gave a number is no point of the curve."""
    columns = changed(table(), lambda row: row["compression_target"] == 32, status="failed")
    assert mine(columns).verdict is Verdict.FAIL
    columns = changed(table(), lambda row: row["compression_target"] == 32, top1=None)
    assert mine(columns).verdict is Verdict.FAIL


def test_targets_alone_show_no_achieved_ratio():
    """Enough ratios asked for and none recorded as achieved: it cannot be told; too few asked for: it fails."""
    found = mine(without(table(), None, "compression_ratio"))
    assert found.verdict is Verdict.UNDECIDABLE
    assert "`compression_ratio`" in found.remedy
    assert mine(without(table(ratios=(2, 4)), None, "compression_ratio")).verdict is Verdict.FAIL


def test_counts_follow_from_parameters():
    """Recorded parameter counts stand in for a stated ratio."""
    columns = changed(table(), parameters=1000.0, parameters_nonzero=lambda row: 1000 / row["compression_target"])
    assert mine(without(columns, None, "compression_ratio")).verdict is Verdict.PASS


def test_speedups_are_not_compression_ratios():
    """A method known by its speedups alone has no compression ratio."""
    found = mine(without(table(), None, "compression_ratio", "compression_target"))
    assert found.verdict is Verdict.FAIL
    assert found.observed.startswith("0 distinct")


def test_fixed_pattern_is_not_asked():
    """N:M pruning has one ratio by construction."""
    columns = changed(table(ratios=(2,)), lambda row: row["method"] == "mine", granularity="n_m")
    assert mine(columns).verdict is Verdict.NOT_APPLICABLE


def test_minimum_is_a_parameter():
    """The number of ratios can be set."""
    toml = studies.STUDY + "[rules.too-few-compression-ratios]\nminimum = 4\n"
    assert mine(table(ratios=(2, 4, 8, 16)), toml).verdict is Verdict.PASS


def test_each_pair_is_judged():
    """A method with enough ratios on one pair only fails on the other."""
    both = studies.joined(table(), table(dataset="svhn", ratios=(2, 4)))
    verdicts = {each.scope["dataset"]: each.verdict for each in studies.findings(case(both), "RES001")}
    assert verdicts == {"cifar10": Verdict.PASS, "svhn": Verdict.FAIL}


def test_no_pruned_network_is_no_pass():
    """Where there is no pruned network at all, the rule fails."""
    (found,) = studies.findings(case(table(methods={})), "RES001")
    assert found.verdict is Verdict.FAIL


def test_speedups_that_were_asked_for_count_by_what_they_achieve():
    """Five of them are a range, though early layers cost many MACs and few weights; ratios count wherever they are."""
    asked = changed(
        table(),
        lambda row: row["method"] != "dense",
        speedup_target=lambda row: row["theoretical_speedup"],
        compression_ratio=lambda row: 1.1 + 0.001 * row["compression_target"],
        compression_target=None,
    )
    found = mine(asked)
    assert found.verdict is Verdict.PASS
    assert found.observed.endswith(", and 5 speedups")
    assert mine(without(asked, lambda row: row["compression_ratio"] == 1.102)).verdict is Verdict.FAIL
    assert mine(without(asked, None, "theoretical_speedup")).verdict is Verdict.FAIL
