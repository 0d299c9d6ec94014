"""CTX002: a recent technique by others."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, case, changed, table

DATED = "[study]\ndate = 2026-11-22\n" + studies.STUDY
WITH_WANDA = {**studies.METHODS, "wanda": {"score": "wanda", "allocation": "per_output"}}
WITH_SNIP = {**studies.METHODS, "snip": {}}

CASES = Cases(
    sound=lambda: case(table(WITH_WANDA), DATED),
    faulty=lambda: case(table(WITH_SNIP), DATED),
    silent=lambda: case(table(), DATED),
    on_silence=Verdict.FAIL,
)


def found(columns: studies.Table, toml: str = DATED) -> studies.Finding:
    """What is said of the study."""
    return studies.only(case(columns, toml), "CTX002")


def compared(**keys: str) -> str:
    """A study with one comparison."""
    return DATED + "[[comparison]]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())


@pytest.mark.parametrize(
    ("date", "verdict"),
    [("2019-05-01", "pass"), ("2022-12-31", "pass"), ("2023-01-01", "fail"), ("2018-12-31", "pass")],
)
def test_a_year_counts_whole(date: str, verdict: str):
    """SNIP (2019) is within three years of any day of 2022; a preprint may be older than its conference."""
    assert found(table(WITH_SNIP), DATED.replace("2026-11-22", date)).verdict.value == verdict


def test_a_technique_that_is_dated_later_is_not_dated():
    """A year that lies ahead of the study dates nothing."""
    assert found(table(WITH_SNIP), DATED.replace("2026-11-22", "2012-01-01")).verdict is Verdict.UNDECIDABLE


def test_a_declared_year_is_declared():
    """A method dated by a person is declared, whether its name is known or not."""
    columns = table({**studies.METHODS, "theirs": {"score": "theirs"}})
    assert found(columns, DATED + "[method.theirs]\nyear = 2025\n").verdict is Verdict.DECLARED
    assert found(columns, DATED + "[method.theirs]\nyear = 2020\n").verdict is Verdict.FAIL


def test_an_undated_technique_leaves_it_open():
    """A technique that nothing dates may be recent; the finding says what would settle it."""
    said = found(table({**studies.METHODS, "theirs": {"score": "theirs"}}))
    assert said.verdict is Verdict.UNDECIDABLE
    assert "`[method.theirs] year`" in said.remedy


def test_own_methods_are_not_others():
    """A proposed method, or one that is ours, is no technique by others, however new."""
    assert found(table(), DATED + "year = 2026\n").verdict is Verdict.FAIL
    columns = table({**studies.METHODS, "earlier": {"score": "earlier"}})
    assert found(columns, DATED + "[method.earlier]\nyear = 2025\nours = true\n").verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("keys", "verdict"),
    [
        ({"technique": '"SparseGPT"', "figures": "[{ top1 = 0.9 }]"}, "declared"),
        ({"technique": '"SparseGPT"'}, "fail"),
        ({"technique": '"SparseGPT"', "figures": "[{ compression_ratio = 2.0 }]"}, "fail"),
        ({"technique": '"SNIP"', "figures": "[{ top1 = 0.9 }]"}, "fail"),
        ({"technique": '"New"', "figures": "[{ value = 1.0 }]"}, "undecidable"),
        ({"technique": '"New"', "figures": "[{ value = 1.0 }]", "year": "2025"}, "declared"),
        ({"technique": '"New"', "figures": "[{ value = 1.0 }]", "date": "2023-11-22"}, "declared"),
        ({"technique": '"New"', "figures": "[{ value = 1.0 }]", "date": "2023-11-21"}, "fail"),
    ],
)
def test_comparisons_count_where_they_have_figures(keys: dict, verdict: str):
    """A comparison is dated by its date, its year or the table, and counts with figures alone."""
    assert found(table(), compared(**keys)).verdict.value == verdict


def test_an_undated_study_with_old_techniques_is_open():
    """An old study that has no date is not held against today."""
    said = found(table({**studies.METHODS, "snip": {}}), studies.STUDY)
    assert said.verdict is Verdict.UNDECIDABLE
    assert "`[study] date`" in said.remedy
    assert found(table(), studies.STUDY).verdict is Verdict.FAIL


def test_lost_runs_compare_nothing():
    """A recent technique whose runs all failed is not there."""
    lost = changed(table(WITH_WANDA), lambda row: row["method"] == "wanda", top1=None)
    assert found(lost).verdict is Verdict.FAIL


def test_unmarked_methods_may_be_proposed():
    """Where no method is marked as proposed, a known technique may be the study's own."""
    assert found(table(WITH_WANDA), "[study]\ndate = 2026-11-22\n").verdict is Verdict.UNDECIDABLE
