"""CLM002: what the data answer to a claim. The answers themselves are tested in tests/test_claims.py."""

import pytest

from audit.rule import Finding, Verdict
from tests import studies
from tests.contests import CLAIM, FAR, NEAR, contest, superiority
from tests.studies import Cases, case, changed, table

BETTER = {"mine": {8.0: NEAR}, "theirs": {8.0: FAR}}
WORSE = {"mine": {8.0: FAR}, "theirs": {8.0: NEAR}}
CASES = Cases(
    sound=lambda: case(contest(BETTER), superiority()),
    faulty=lambda: case(contest(WORSE), superiority()),
    silent=lambda: case(contest(BETTER)),
    on_silence=Verdict.UNDECIDABLE,
)


def found(columns: studies.Table, toml: str) -> Finding:
    """What is said of one claim."""
    return studies.only(case(columns, toml), "CLM002")


def test_supported():
    """A pass gives the effect with its interval, p, test and n."""
    passed = found(contest(BETTER), superiority())
    assert passed.verdict is Verdict.PASS
    assert passed.message == "the data support the claim"
    assert passed.observed.startswith("+9.92 points at 8× for resnet20 on cifar10 (95 % interval +9.")
    assert passed.observed.endswith("paired t, n = 5)")
    assert passed.expected == "better than `theirs` at each point, at a level of 0.05"
    assert passed.evidence_total == 10


def test_contradicted():
    """A claim that the data contradict fails, with what to do."""
    failed = found(contest(WORSE), superiority())
    assert failed.verdict is Verdict.FAIL
    assert failed.message == "the data contradict the claim"
    assert "withdraw" in failed.remedy


def test_conditions_stand_in_the_message():
    """An answer for one checkpoint, and an exploratory one, say so."""
    one = changed(contest(BETTER), initial_weights="one")
    assert found(one, superiority()).message == "the data support the claim for this checkpoint"
    two = superiority("theirs", 'name = "a"') + superiority("theirs", 'name = "b"', "primary = true")
    said = {each.scope["claim"]: each.message for each in studies.findings(case(contest(BETTER), two), "CLM002")}
    assert said == {"a": "the data support the claim, as an exploratory one", "b": "the data support the claim"}


def test_the_smallest_margin_is_known_after_the_fact():
    """Without a margin there is no answer, and the smallest one is printed as what it is."""
    open_ = found(contest(BETTER), CLAIM.format("equivalence", "theirs"))
    assert open_.verdict is Verdict.UNDECIDABLE
    assert "declares no margin" in open_.observed
    assert "known only after the fact" in open_.observed
    assert open_.remedy == "declare `margin` beforehand"


@pytest.mark.parametrize(("toml", "verdict"), [("claims = []", Verdict.NOT_APPLICABLE), ("", Verdict.UNDECIDABLE)])
def test_nothing_claimed(toml: str, verdict: Verdict):
    """Where nothing is claimed there is nothing to support; where nothing is said, that cannot be told."""
    assert found(table(), toml).verdict is verdict


def test_nothing_run():
    """A claim about a study whose every run failed is undecidable."""
    failed = changed(contest(BETTER), status="failed", top1=None)
    assert found(failed, superiority()).verdict is Verdict.UNDECIDABLE
