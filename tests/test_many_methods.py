"""What is asked of pairs of methods where there are hundreds of them."""

import pytest

from audit import baselines
from audit.rule import Verdict
from tests import studies


@pytest.mark.parametrize("code", ["BAS001", "BAS002", "CLM003"])
def test_methods_that_are_made_of_the_same_are_held_against_others_once(code: str, monkeypatch: pytest.MonkeyPatch):
    """Nothing is known of the score of sixty methods: each may be a baseline of each, and the first says it."""
    asked: list[tuple[int, int]] = []
    suits = baselines._suits

    def counted(case, point, cell, kind):
        asked.append((point, cell))
        return suits(case, point, cell, kind)

    monkeypatch.setattr(baselines, "_suits", counted)
    table = studies.table(methods={f"method{number:02d}": {} for number in range(60)}, ratios=(2, 4))
    found = studies.findings(studies.case(table, ""), code)
    assert len(found) == 60
    assert {each.verdict for each in found} == {Verdict.UNDECIDABLE}
    assert len(asked) < 10 * 60
