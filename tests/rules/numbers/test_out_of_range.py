"""NUM010: numbers in the range of their column, in one unit."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Row, case, changed, table

CODE = "NUM010"
CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(changed(table(), at_eight, top1=93.1)),
    silent=lambda: case(changed(table(), status="failed")),
    on_silence=Verdict.NOT_APPLICABLE,
)


def at_eight(row: Row) -> bool:
    """One network of the proposed method."""
    return row["method"] == "mine" and row["compression_target"] == 8 and row["seed"] == "2"


def of(columns: studies.Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the study, the worst first."""
    return studies.findings(case(columns, toml), CODE)[0]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("top1", 93.1, "`top1` 93.1 (1 of 78 outside 0 to 1, as in percent)"),
        ("top1", -0.2, "`top1` -0.2 (1 of 78 outside 0 to 1)"),
        ("top1", float("inf"), "`top1` inf (1 of 78 outside 0 to 1)"),
        ("compression_ratio", -2.0, "`compression_ratio` -2 (1 of 78 outside 0 or more)"),
        ("n_test", -1.0, "`n_test` -1 (1 of 78 outside the whole numbers from 0)"),
        ("n_test", 512.5, "`n_test` 512.5 (1 of 78 outside the whole numbers from 0)"),
        ("parameters", 25.6, "`parameters` 25.6 (1 of 1 outside the whole numbers from 0)"),
        ("n", 0.0, "`n` 0 (1 of 1 outside the whole numbers from 1)"),
        ("n", 2.5, "`n` 2.5 (1 of 1 outside the whole numbers from 1)"),
        ("top1_change", -1.5, "`top1_change` -1.5 (1 of 1 outside -1 to 1)"),
    ],
)
def test_ranges(column: str, value: float, words: str):
    """A number outside its range is shown with the range."""
    found = of(changed(table(), at_eight, **{column: value}))
    assert found.verdict is Verdict.FAIL
    assert found.observed == words
    assert "inconsistent with" in found.message
    assert found.evidence_total == 1


@pytest.mark.parametrize(
    ("column", "value"), [("compression_ratio", float("inf")), ("top1", 1.0000001), ("top1", 0.0), ("loss", -3.0)]
)
def test_what_is_in_range(column: str, value: float):
    """Nothing may be left of a network, float32 may round up, and a loss has no range."""
    assert of(changed(table(), at_eight, **{column: value})).verdict is Verdict.PASS


def test_several_columns():
    """Columns are counted, and each is shown."""
    found = of(changed(table(), at_eight, top1=93.1, theoretical_speedup=-1.0))
    assert "`theoretical_speedup`" in found.observed
    assert "`top1`" in found.observed
    assert "in 2 of" in found.message


def test_declared_ranges():
    """A metric of the study's own has the range that it is declared with, or none."""
    columns = changed(table(), f1=lambda row: 100 * row["top1"])
    assert of(columns, studies.STUDY + "[metric.f1]\n").verdict is Verdict.PASS
    assert of(columns, studies.STUDY + "[metric.f1]\nrange = [0, 100]\n").verdict is Verdict.PASS
    assert of(columns, studies.STUDY + "[metric.f1]\nrange = [0, 1]\n").verdict is Verdict.FAIL


def test_a_unit_that_flips_inside_a_cell():
    """A hundredth of what the other seeds have is in another unit."""
    found = of(changed(table(), at_eight, top1=lambda row: row["top1"] / 100))
    assert found.verdict is Verdict.FAIL
    assert "in another unit" in found.observed


def test_a_unit_that_flips_between_methods():
    """A method whose values are all far below chance, and a hundredfold in range, is in another unit."""
    mine = changed(table(), lambda row: row["method"] == "mine", top1=lambda row: row["top1"] / 100)
    assert of(mine).verdict is Verdict.FAIL


def test_values_near_chance_are_no_other_unit():
    """Networks of 100 classes that fall to chance level are collapsed, not in percent."""
    columns = table(dataset="cifar100")
    for value in (0.01, 0.0085, 0.012):
        assert of(changed(columns, lambda row: row["seed"] == "2", top1=value)).verdict is Verdict.PASS
    unknown = changed(columns, dataset="mine")
    assert of(changed(unknown, lambda row: row["seed"] == "2", top1=0.0021)).verdict is Verdict.PASS


def test_declines_of_many_classes():
    """On 1,000 classes, accuracies of a few tenths of a percent are what extreme ratios give."""
    columns = changed(table(dataset="imagenet"), top1=lambda row: 0.76 / row["compression_target"] ** 1.6)
    assert of(columns).verdict is Verdict.PASS


def test_networks_that_predict_one_class():
    """Networks that tie at a hundredth of what the living ones of their cell have predict one class."""
    columns = changed(table(dataset="imagenet", seeds=range(1, 8)), top1=lambda row: 0.276 + 0.001 * int(row["seed"]))
    dead = changed(columns, lambda row: row["method"] == "mine" and int(row["seed"]) > 4, top1=0.0028)
    assert of(dead).verdict is Verdict.PASS
    one = changed(columns, lambda row: row["method"] == "mine" and int(row["seed"]) > 6, top1=0.0028)
    assert of(one).verdict is Verdict.FAIL
