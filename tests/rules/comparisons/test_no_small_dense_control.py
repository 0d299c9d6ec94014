"""CMP014: small dense networks trained from scratch."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Row, Table, case, changed, joined, table, without

FILTERS = changed(
    table({"mine": studies.MINE}), lambda row: row["method"] != "dense", granularity="filter", steps_total=1000.0
)
SCRATCH = without(
    changed(table({"scratch": {}}), starts_from="init", steps_total=1000.0, granularity=None),
    lambda row: row["method"] == "dense",
)
BOTH = joined(FILTERS, SCRATCH)


def scratch(row: Row) -> bool:
    """Rows of the small dense networks."""
    return row["method"] == "scratch"


CASES = Cases(
    sound=lambda: case(BOTH),
    faulty=lambda: case(without(BOTH, lambda row: scratch(row) and row["compression_target"] == 8)),
    silent=lambda: case(FILTERS),
    on_silence=Verdict.FAIL,
)


def found(columns: Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(case(columns, toml), "CMP014", method="mine")


def test_the_point_that_lacks_one_is_named():
    """Each operating point needs its own."""
    said = found(without(BOTH, lambda row: scratch(row) and row["compression_target"] == 8))
    assert said.observed == "none at 8.01×"


@pytest.mark.parametrize(
    ("granularity", "verdict"),
    [
        ("weight", "not_applicable"),
        ("n_m", "not_applicable"),
        ("filter", "fail"),
        ("channel", "fail"),
        (None, "undecidable"),
    ],
)
def test_structured_methods_are_asked(granularity: str | None, verdict: str):
    """Methods that remove single weights leave no smaller network; of unknown ones it cannot be told."""
    assert found(changed(FILTERS, granularity=granularity)).verdict.value == verdict


def test_efficiency_claims_are_asked():
    """A method that is claimed to be efficient is asked whatever it removes."""
    toml = studies.STUDY + '[[claim]]\nkind = "efficiency"\nmethod = "mine"\n'
    assert found(table(), toml).verdict is Verdict.FAIL
    assert found(joined(changed(table(), steps_total=1000.0), SCRATCH), toml).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("steps", "verdict"), [(1000.0, "pass"), (995.0, "pass"), (900.0, "fail"), (3000.0, "pass"), (None, "undecidable")]
)
def test_the_control_gets_the_method_s_steps(steps: float | None, verdict: str):
    """It is trained for as long as the method in all; for longer is no fault."""
    assert found(changed(BOTH, scratch, steps_total=steps)).verdict.value == verdict


def test_the_same_macs_are_as_good():
    """A network of another size with the same speedup controls too."""
    other = changed(BOTH, scratch, compression_ratio=lambda row: 1.5 * row["compression_ratio"])
    assert found(other).verdict is Verdict.PASS
    assert found(changed(other, scratch, theoretical_speedup=None)).verdict is Verdict.FAIL


def test_filters_do_not_hit_a_target():
    """A control at the same target may be some filters larger or smaller; at no target it may not."""
    other = changed(BOTH, scratch, compression_ratio=lambda row: 1.1 * row["compression_ratio"])
    other = changed(other, scratch, theoretical_speedup=None)
    assert found(other).verdict is Verdict.PASS
    assert found(changed(other, scratch, compression_target=None)).verdict is Verdict.FAIL


def test_a_small_network_that_is_called_dense():
    """A dense network at 4× is a small one; from pretrained weights it is not from scratch."""
    assert found(changed(BOTH, scratch, method="dense")).verdict is Verdict.PASS
    assert found(changed(BOTH, scratch, starts_from="trained")).verdict is Verdict.FAIL


def test_a_speedup_that_was_asked_for_has_its_own_control():
    """At the same target within a quarter in log2, since whole filters do not hit it; its ratio says nothing."""
    faster = changed(
        BOTH,
        lambda row: row["method"] != "dense",
        speedup_target=lambda row: row["compression_target"],
        theoretical_speedup=lambda row: row["compression_target"] * (1.1 if scratch(row) else 1),
        compression_ratio=lambda row: row["compression_ratio"] * (1.5 if scratch(row) else 1),
        compression_target=None,
    )
    assert found(faster).verdict is Verdict.PASS
    lacking = without(faster, lambda row: scratch(row) and row["speedup_target"] == 8)
    assert found(lacking).observed == "none at speedup 8×"
