"""WVR002: waivers that cover something."""

from datetime import date, timedelta

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import STUDY, Cases, case, changed, table

TOMORROW = (date.today() + timedelta(1)).isoformat()
FEW = changed(table(), lambda row: row["method"] == "mine" and row["seed"] == "3", status="failed", top1=None)


def waiver(scope: str = "{}", rule: str = "RES004", last: str = TOMORROW) -> str:
    """A waiver in force."""
    return f'[[waiver]]\nrule = "{rule}"\nscope = {scope}\nreason = "for now"\nexpires = {last}\n'


CASES = Cases(
    sound=lambda: case(FEW, STUDY + waiver()),
    faulty=lambda: case(table(), STUDY + waiver()),
    silent=lambda: case(FEW),
    on_silence=Verdict.NOT_APPLICABLE,
)


@pytest.mark.parametrize(
    ("declared", "verdict"),
    [
        (waiver('{ method = "mine" }'), "pass"),
        (waiver('{ method = "mien" }'), "fail"),
        (waiver('{ method = "mine", compression_ratio = 8 }'), "pass"),
        (waiver('{ method = "random_all" }'), "fail"),
        (waiver(rule="too-few-seeds"), "pass"),
        (waiver(rule="Too-Few-Seeds"), "pass"),
        (waiver(rule="RES003"), "fail"),
        (waiver(rule="NUM009"), "fail"),
        (waiver(last="2020-01-01"), "not_applicable"),
    ],
)
def test_what_a_waiver_covers(declared: str, verdict: str):
    """A waiver is used where a finding of its rule in its scope would count; an expired one is not looked at."""
    (found,) = studies.findings(case(FEW, STUDY + declared), "WVR002")
    assert found.verdict.value == verdict


def test_the_unused_one_of_several():
    """The finding names the waiver that covers nothing, its scope and its reason, and stands at its line."""
    (found,) = studies.findings(case(FEW, STUDY + waiver() + waiver('{ dataset = "svhn" }')), "WVR002")
    assert found.verdict is Verdict.FAIL
    assert found.observed == "RES004 for dataset svhn: for now"
    assert found.declared == ("waiver", 1)
