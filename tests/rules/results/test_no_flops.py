"""RES007: multiply–accumulates behind claims about efficiency."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Table, case, changed, table, without

CLAIM = studies.STUDY + '[[claim]]\nkind = "efficiency"\nmethod = "mine"\nname = "cheaper"\n'
COUNTED = changed(table(), macs=4e7, macs_nonzero=lambda row: 4e7 / row["theoretical_speedup"])

CASES = Cases(
    sound=lambda: case(COUNTED, CLAIM),
    faulty=lambda: case(changed(COUNTED, lambda row: row["compression_target"] == 8, macs_nonzero=None), CLAIM),
    silent=lambda: case(table(), CLAIM),
    on_silence=Verdict.FAIL,
)


def found(columns: Table, toml: str = CLAIM) -> studies.Finding:
    """What is said of the claim."""
    return studies.only(case(columns, toml), "RES007")


@pytest.mark.parametrize(
    ("toml", "verdict"),
    [
        ("", "undecidable"),
        ("claims = []\n", "not_applicable"),
        ('[[claim]]\nkind = "superiority"\nmethod = "mine"\nagainst = "random_all"\n', "not_applicable"),
        ('[[claim]]\nkind = "superiority"\nmethod = "mine"\nmetric = "theoretical_speedup"\n', "fail"),
        ('[[claim]]\nkind = "efficiency"\nmethod = "other"\n', "fail"),
    ],
)
def test_only_claims_about_efficiency_are_asked(toml: str, verdict: str):
    """Without claims it cannot be told; claims about something else need no counts."""
    assert found(table(), toml).verdict.value == verdict


def test_both_counts_are_asked():
    """Dense and remaining MACs are both needed, and the networks that lack one are the evidence."""
    said = found(without(COUNTED, None, "macs"))
    assert said.verdict is Verdict.FAIL
    assert "`macs`" in said.observed
    assert said.evidence_total == 15


def test_only_the_points_of_the_claim_are_asked():
    """A network outside the claim's ratios, or of a method that it does not name, may lack counts."""
    other = changed(COUNTED, lambda row: row["method"] != "mine" or row["compression_target"] > 4, macs_nonzero=None)
    assert found(other).verdict is Verdict.FAIL
    said = found(other, CLAIM + "ratios = [2, 4]\n")
    assert (said.verdict, said.scope, said.evidence_total) == (Verdict.PASS, {"claim": "cheaper"}, 6)
    assert found(other, CLAIM + 'ratios = [2, 4]\nagainst = "random_all"\n').verdict is Verdict.FAIL


def test_lost_runs_are_not_asked():
    """A failed run counts nothing."""
    lost = changed(COUNTED, lambda row: row["seed"] == "2", status="failed", macs=None)
    assert found(lost).verdict is Verdict.PASS
