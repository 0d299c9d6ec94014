"""BAS004: magnitude pruning with the same layerwise proportions."""

from audit.rule import Verdict
from tests import studies
from tests.studies import WEIGHTS, Cases, case, table, without

CASES = Cases(
    sound=lambda: case(table(), layers=lambda row: [round(each / row["compression_target"]) for each in WEIGHTS]),
    faulty=lambda: case(without(table(), lambda row: row["method"] == "magnitude_alike")),
    silent=lambda: case(without(table(), None, "score", "allocation", "matched_to")),
    on_silence=Verdict.UNDECIDABLE,
)


def test_a_matched_random_baseline_does_not_serve():
    """The score of the baseline is magnitude."""
    found = studies.only(CASES.faulty(), "BAS004", method="mine")
    assert found.verdict is Verdict.FAIL
    assert studies.only(CASES.faulty(), "BAS002", method="mine").verdict is Verdict.PASS


def test_magnitude_with_any_allocation_is_itself():
    """Magnitude pruning that chooses its layers otherwise ranks within a layer as its matched baseline would."""
    toml = "[method.magnitude_all]\nproposed = true\n"
    assert studies.only(case(table(), toml), "BAS004").verdict is Verdict.NOT_APPLICABLE
