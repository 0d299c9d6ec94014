"""CMP013: methods that were tuned alike."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Row, Table, case, changed, table, without


def mine(row: Row) -> bool:
    """Rows of the proposed method."""
    return row["method"] == "mine"


def tuned(splits: str = "validation", **settings: int) -> str:
    """A study in which every method was tuned, three settings each unless said otherwise."""
    tried = {name: settings.get(name, 3) for name in studies.METHODS}
    lines = [f'[method.{name}]\nsettings_tried = {count}\nselected_on = "{splits}"\n' for name, count in tried.items()]
    return "".join(lines).replace("[method.mine]\n", studies.STUDY)


CASES = Cases(
    sound=lambda: case(changed(table(), settings_tried=1.0)),
    faulty=lambda: case(changed(table(), settings_tried=lambda row: 20.0 if mine(row) else 1.0)),
    silent=lambda: case(table()),
    on_silence=Verdict.UNDECIDABLE,
)


def found(columns: Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the pair."""
    return studies.only(case(columns, toml), "CMP013")


@pytest.mark.parametrize(
    ("settings", "verdict"), [(3, "declared"), (6, "declared"), (7, "fail"), (2, "declared"), (1, "fail")]
)
def test_settings_are_equal_within_a_factor_of_two(settings: int, verdict: str):
    """More than twice as many settings for one method is unequal, whichever it is."""
    assert found(table(), tuned(mine=settings)).verdict.value == verdict


@pytest.mark.parametrize("split", ["test", "Test "])
def test_tuned_on_test_fails(split: str):
    """Settings chosen on the test split are fitted to it."""
    assert found(table(), tuned(split)).verdict is Verdict.FAIL


def test_the_split_is_asked_where_there_was_a_choice():
    """One setting was not chosen; of several the split is asked."""
    assert found(changed(table(), settings_tried=3.0)).verdict is Verdict.UNDECIDABLE
    assert found(table(), tuned("", **dict.fromkeys(studies.METHODS, 1))).verdict is Verdict.DECLARED
    assert found(table(), tuned("")).verdict is Verdict.UNDECIDABLE


def test_each_method_is_asked():
    """A method that does not say it leaves it open, and is named."""
    said = found(changed(table(), lambda row: not mine(row), settings_tried=1.0))
    assert said.verdict is Verdict.UNDECIDABLE
    assert "`[method.mine] settings_tried`" in said.remedy


def test_one_method_is_compared_with_nothing():
    """There must be two methods."""
    alone = without(table(), lambda row: row["method"] not in ("mine", "dense"))
    assert found(alone).verdict is Verdict.NOT_APPLICABLE
