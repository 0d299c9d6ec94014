"""WVR001: waivers that are in force."""

from datetime import date, timedelta

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import STUDY, Cases, case, table

TODAY = date.today()


def waiver(days: int, rule: str = "RES004") -> str:
    """A waiver whose last day is so many days from today."""
    last = (TODAY + timedelta(days)).isoformat()
    return f'[[waiver]]\nrule = "{rule}"\nscope = {{}}\nreason = "for now"\nexpires = {last}\n'


CASES = Cases(
    sound=lambda: case(table(), STUDY + waiver(1)),
    faulty=lambda: case(table(), STUDY + waiver(-1)),
    silent=lambda: case(table()),
    on_silence=Verdict.NOT_APPLICABLE,
)


@pytest.mark.parametrize(("days", "verdict"), [(-400, "fail"), (-1, "fail"), (0, "pass"), (1, "pass")])
def test_the_last_day_counts(days: int, verdict: str):
    """A waiver holds on its last day, and not after it."""
    (found,) = studies.findings(case(table(), STUDY + waiver(days)), "WVR001")
    assert found.verdict.value == verdict
    assert found.declared == ("waiver", 0)
    assert "for now" in found.observed


def test_the_one_that_expired_is_named():
    """Of several waivers the finding names the one that is over, and stands at its line."""
    (found,) = studies.findings(case(table(), STUDY + waiver(1) + waiver(-1, "BAS001")), "WVR001")
    assert found.observed.startswith("BAS001 until")
    assert found.declared == ("waiver", 1)
    assert found.message == "a waiver has expired in 1 of 2"
