"""CMP007: equal achieved ratios."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Row, Table, case, changed, joined, table, without

CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(
        changed(table(), lambda row: mine(row) and row["compression_target"] == 16, compression_ratio=15.0)
    ),
    silent=lambda: case(without(table(), None, "compression_ratio", "theoretical_speedup")),
    on_silence=Verdict.UNDECIDABLE,
)


def mine(row: Row) -> bool:
    """Rows of the proposed method above 1×."""
    return row["method"] == "mine"


def found(columns: Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the pair."""
    return studies.only(case(columns, toml), "CMP007")


def at(factor: float, effect: float) -> Table:
    """The proposed method better by an effect, at ratios that are a factor larger."""
    return changed(
        table(),
        mine,
        compression_ratio=lambda row: row["compression_ratio"] * factor,
        top1=lambda row: row["top1"] + effect,
    )


@pytest.mark.parametrize(
    ("factor", "effect", "verdict"),
    [
        (1.003, 0.0, "pass"),  # 0.004 in log2: the same
        (1.02, 0.1, "pass"),  # 0.029 in log2, at 16 points a doubling at most: 0.5 points of 10
        (1.02, 0.001, "fail"),
        (1.06, 0.3, "fail"),  # 0.084 in log2: another ratio
    ],
)
def test_a_gap_is_weighed_against_the_effect(factor: float, effect: float, verdict: str):
    """A small gap is worth the local slope times it, and must be a quarter of the effect at most."""
    assert found(at(factor, effect)).verdict.value == verdict


def test_a_gap_worth_less_than_an_image_does_not_count():
    """On a flat curve a gap is worth nothing."""
    flat = changed(at(1.02, 0.0), top1=lambda row: 0.9 - 1e-6 * row["compression_target"])
    assert found(flat).verdict is Verdict.PASS


def test_without_neighbours_there_is_no_slope():
    """One ratio has no slope; an equal one needs none."""
    one = without(at(1.02, 0.0), lambda row: row["compression_target"] not in (1, 4))
    assert found(one).verdict is Verdict.UNDECIDABLE
    assert found(without(table(), lambda row: row["compression_target"] not in (1, 4))).verdict is Verdict.PASS


def test_without_targets_the_nearest_ratio_is_compared():
    """Achieved ratios alone pair the cells that are near; cells that are far from any other are not compared."""
    assert found(without(at(1.02, 0.001), None, "compression_target")).verdict is Verdict.FAIL
    assert found(without(at(1.3, 0.0), None, "compression_target")).verdict is Verdict.UNDECIDABLE


def test_without_ratios_speedups_are_compared():
    """Methods that target MACs are compared at the same speedup."""
    bare = without(table(), None, "compression_ratio", "compression_target")
    assert found(bare).verdict is Verdict.PASS
    faster = changed(
        bare,
        lambda row: mine(row) and row["theoretical_speedup"] > 5,
        theoretical_speedup=lambda row: 1.02 * row["theoretical_speedup"],
    )
    assert found(faster).verdict is Verdict.FAIL


def test_only_the_proposed_method_is_compared():
    """Two baselines may differ from each other; where none is proposed, all are compared."""
    baselines = {name: made_of for name, made_of in studies.METHODS.items() if name != "mine"}
    columns = changed(
        table(baselines),
        lambda row: row["method"] == "random_alike",
        compression_ratio=lambda row: row["compression_ratio"] * 1.2,
    )
    assert found(columns, "").verdict is Verdict.FAIL
    apart = changed(
        columns,
        lambda row: row["method"] == "magnitude_all",
        compression_target=lambda row: 1.1 * row["compression_target"],
    )
    magnitude = studies.STUDY.replace("mine", "magnitude_all")
    assert found(apart, magnitude).verdict is Verdict.UNDECIDABLE


def test_one_method_is_compared_with_nothing():
    """There must be two methods."""
    alone = without(table(), lambda row: row["method"] not in ("mine", "dense"))
    assert found(alone).verdict is Verdict.NOT_APPLICABLE


def faster(columns: Table) -> Table:
    """The same networks, asked for the speedups that they have; the methods differ in what ratios come of that."""
    changes = {
        "speedup_target": lambda row: row["theoretical_speedup"],
        "compression_ratio": lambda row: row["compression_ratio"] * (1.3 if mine(row) else 1),
        "compression_target": None,
    }
    return changed(columns, lambda row: row["method"] != "dense", **changes)


def test_speedups_that_were_asked_for_are_compared_as_speedups():
    """Whatever the ratios are: the gap between achieved speedups is weighed, at one target."""
    assert found(faster(table())).verdict is Verdict.PASS
    assert found(faster(table())).message == "methods are compared at the same speedup"
    slower = changed(
        faster(table()),
        lambda row: mine(row) and row["speedup_target"] > 10,
        theoretical_speedup=lambda row: 0.95 * row["theoretical_speedup"],
    )
    said = found(slower)
    assert (said.verdict, said.message) == (Verdict.FAIL, "methods are compared at unequal speedup")
    assert "`mine` speedup 15.2× and" in said.observed
    assert "speedup 16×: 0.074 apart in log2" in said.observed


def test_a_speedup_is_not_compared_with_a_ratio_that_it_happens_to_come_near():
    """Both were asked for something else, and neither missed it."""
    both = joined(table(), without(faster(table()), lambda row: row["method"] == "dense"))
    near = changed(
        both,
        lambda row: row["compression_target"] is None and mine(row),
        compression_ratio=lambda row: 1.02 * row["theoretical_speedup"] ** (1 / 0.8),
        top1=lambda row: row["top1"] + 0.001,
    )
    assert found(near).verdict is Verdict.PASS
