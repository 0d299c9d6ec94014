"""CMP010: one unit, one convention, one definition."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Row, Table, case, changed, joined, table, without

COUNTED = changed(
    table(),
    parameters=270_000.0,
    parameters_prunable=268_000.0,
    parameters_nonzero=lambda row: 270_000.0 / row["compression_ratio"],
    macs=40_551_040.0,
    macs_nonzero=lambda row: 40_551_040.0 / row["theoretical_speedup"],
)


def mine(row: Row) -> bool:
    """Rows of the proposed method."""
    return row["method"] == "mine"


CASES = Cases(
    sound=lambda: case(COUNTED),
    faulty=lambda: case(changed(COUNTED, mine, macs=81_102_080.0)),
    silent=lambda: case(table()),
    on_silence=Verdict.UNDECIDABLE,
)


def found(columns: Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the study."""
    return studies.only(case(columns, toml), "CMP010")


def prunable(row: Row) -> float:
    """The ratio of prunable parameters alone."""
    return 268_000.0 / (row["parameters_nonzero"] - 2_000.0)


DEFINITIONS = {
    "prunable": prunable,
    "density": lambda row: 1 / row["compression_ratio"],
    "sparsity": lambda row: 1 - 1 / row["compression_ratio"],
}


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_two_definitions_of_compression(definition: str):
    """One definition throughout is one, whichever it is; two are a mixture, and both are named."""
    ratio = DEFINITIONS[definition]
    pruned = lambda row: row["method"] != "dense"  # noqa: E731
    everywhere = without(changed(COUNTED, pruned, compression_ratio=ratio), None, "compression_target")
    if definition == "prunable":
        assert found(everywhere).verdict is Verdict.PASS
    both = changed(COUNTED, lambda row: mine(row) and row["compression_target"] == 32, compression_ratio=ratio)
    assert found(both).verdict is Verdict.FAIL
    assert "`mine`" in found(both).observed


def test_definitions_that_agree_are_one():
    """At low ratios the classifier's share hardly shows: nothing is mixed."""
    easy = without(COUNTED, lambda row: row["compression_target"] > 2)
    two = changed(
        easy,
        mine,
        parameters_prunable=269_500.0,
        compression_ratio=lambda row: 269_500.0 / (row["parameters_nonzero"] - 500),
    )
    assert found(two).verdict is Verdict.PASS
    assert found(changed(easy, mine, compression_ratio=prunable)).verdict is Verdict.UNDECIDABLE


def test_ratios_without_counts_are_open():
    """A ratio that nothing explains leaves the definition open; one that is computed from counts does not."""
    assert found(changed(COUNTED, mine, parameters_nonzero=None)).verdict is Verdict.UNDECIDABLE
    assert found(changed(COUNTED, mine, compression_ratio=7.7)).verdict is Verdict.UNDECIDABLE
    assert found(without(COUNTED, None, "compression_ratio")).verdict is Verdict.PASS


@pytest.mark.parametrize(("factor", "verdict"), [(1.0, "pass"), (1.06, "pass"), (2.0, "fail"), (0.5, "fail")])
def test_dense_macs_a_factor_of_two_apart(factor: float, verdict: str):
    """Two counters differ by some per cent; two conventions by a factor of two."""
    assert found(changed(COUNTED, mine, macs=factor * 40_551_040.0)).verdict.value == verdict


def test_a_dense_network_under_two_conventions():
    """A dense network keeps all its MACs."""
    columns = changed(COUNTED, lambda row: row["method"] == "dense", macs_nonzero=81_102_080.0)
    assert found(columns).verdict is Verdict.FAIL


def test_standard_networks_under_two_conventions():
    """One pair at the standard count and one at twice it are a mixture; all at twice it are not."""
    other = changed(table(architecture="resnet56"), parameters=853_018.0, macs=250_971_392.0,
                    parameters_nonzero=lambda row: 853_018.0 / row["compression_ratio"])  # fmt: skip
    assert found(joined(COUNTED, other)).verdict is Verdict.FAIL
    assert found(joined(changed(COUNTED, macs=81_102_080.0, macs_nonzero=None), other)).verdict is Verdict.PASS


def test_two_units_of_accuracy():
    """A method in per cent beside one in fractions is a mixture; a collapsed run is none."""
    assert found(changed(COUNTED, mine, top1=lambda row: 100 * row["top1"])).verdict is Verdict.FAIL
    assert found(changed(COUNTED, lambda row: mine(row) and row["seed"] == "1", top1=0.1)).verdict is Verdict.PASS


def test_a_figure_in_per_cent():
    """A comparison's figures stand beside the results, and in their unit."""
    toml = studies.STUDY + '[[comparison]]\ntechnique = "LAMP"\nfigures = [{ top1 = %s }]\n'
    assert found(COUNTED, toml % "93.1").verdict is Verdict.FAIL
    assert found(COUNTED, toml % "0.931").verdict is Verdict.PASS
