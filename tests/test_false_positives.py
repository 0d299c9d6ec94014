"""Rules hold the rates of false alarms that they state, on a few simulated studies; the benchmark takes thousands."""

import sys
from pathlib import Path

import pytest

from audit.registry import rules

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

from false_positives import PAGE, TARGETS, count, stated  # noqa: E402 - benchmarks are no package

PLACES = range(len(TARGETS))
FEW = 25
NEVER = "NUM011"  # it fails nothing


def name(place: int) -> str:
    """The rule and the fault of one row of the table."""
    return f"{TARGETS[place].code}-{TARGETS[place].fault.__name__}"


@pytest.mark.parametrize("place", PLACES, ids=name)
def test_clean_studies_pass(place: int) -> None:
    """No rule fails one of a few clean studies that it can look at."""
    counted = count(place, FEW, 0, faulty=False)
    assert (counted.studies, counted.failed) == (FEW, 0)


@pytest.mark.parametrize("place", PLACES, ids=name)
def test_planted_faults_are_found(place: int) -> None:
    """Each rule finds its fault in some of a few studies."""
    counted = count(place, FEW, 0, faulty=True)
    assert counted.failed > 0


def test_every_rule_on_numbers_is_measured_and_states_its_rate() -> None:
    """Each NUM rule, CMP008 and RES002 states a rate, and stands in the table of the documentation."""
    page = PAGE.read_text(encoding="utf-8")
    measured = {target.code for target in TARGETS}
    wanted = {loaded.rule.code for loaded in rules() if loaded.rule.code.startswith("NUM")} | {"CMP008", "RES002"}
    assert measured == wanted - {NEVER}
    for code in measured:
        assert stated(code) is not None, code
        assert f"| {code} |" in page
