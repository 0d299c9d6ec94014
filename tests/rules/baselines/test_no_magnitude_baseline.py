"""BAS003: magnitude pruning, global or uniform."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import METHODS, Cases, case, changed, table, without

CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(without(table(), lambda row: row["method"] == "magnitude_all")),
    silent=lambda: case(without(table(), None, "score", "allocation")),
    on_silence=Verdict.UNDECIDABLE,
)


@pytest.mark.parametrize(
    ("allocation", "verdict"), [("uniform", Verdict.PASS), ("lamp", Verdict.FAIL), (None, Verdict.UNDECIDABLE)]
)
def test_allocations(allocation: str | None, verdict: Verdict):
    """Global and uniform magnitude count; another allocation does not."""
    columns = changed(table(), lambda row: row["method"] == "magnitude_all", allocation=allocation)
    assert studies.only(case(columns), "BAS003", method="mine").verdict is verdict


def test_magnitude_pruning_needs_no_magnitude_baseline():
    """Plain magnitude pruning that is proposed is its own baseline; with another allocation it is not."""
    toml = "[method.magnitude_all]\nproposed = true\n"
    assert studies.only(case(table(), toml), "BAS003").verdict is Verdict.NOT_APPLICABLE
    lamp = changed(table(), lambda row: row["method"] == "magnitude_all", allocation="lamp")
    assert studies.only(case(lamp, toml), "BAS003").verdict is Verdict.FAIL


def test_lamp_is_taken_as_proposed():
    """Magnitude with an allocation of its own is not plain magnitude."""
    methods = {**METHODS, "lamp": {"score": "magnitude", "allocation": "lamp"}}
    found = {
        each.scope["method"]: each.verdict for each in studies.findings(case(table(methods=methods), ""), "BAS003")
    }
    assert found == {"mine": Verdict.PASS, "lamp": Verdict.PASS}
