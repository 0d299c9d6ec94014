"""NUM001: accuracies are whole numbers of test examples."""

from pathlib import Path

import numpy as np
import pytest

from audit.pipeline import check
from audit.rule import Severity, Verdict
from tests import studies
from tests.studies import Cases, Row, case, changed, printed, table, without

CODE = "NUM001"
ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "data" / "state-of-sparsity"
CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(changed(table(), mine, top1=lambda row: row["top1"] + 0.00004)),
    silent=lambda: case(without(table(), None, "n_test")),
    on_silence=Verdict.NOT_APPLICABLE,
)


def mine(row: Row) -> bool:
    """Rows of the proposed method."""
    return row["method"] == "mine"


def of(columns: studies.Table, toml: str = studies.STUDY, **decimals: int) -> studies.Finding:
    """What is said of the pair."""
    return studies.only(printed(case(columns, toml), **decimals), CODE)


def one(value: float) -> studies.Table:
    """A study in which one network has this accuracy."""
    return changed(table(), lambda row: mine(row) and row["seed"] == "2" and row["compression_target"] == 8, top1=value)


def test_the_arithmetic_is_shown():
    """A fail shows the product, the network, and how many there are; it names innocent explanations."""
    found = of(one(0.83124))
    assert found.verdict is Verdict.FAIL
    assert found.observed == (
        "`top1` 0.83124 × 10,000 = 8,312.40, 0.40 from a whole number (`mine` at 8.01×, seed 2); 1 of 78 accuracies"
    )
    assert "inconsistent with" in found.message
    assert "innocent" in found.remedy
    assert found.evidence_total == 1


def test_severity_follows_the_distinct_values():
    """One distinct accuracy is a warning, whatever number of rows it was copied to; three are an error."""
    assert of(one(0.83124)).severity is Severity.WARNING
    copied = changed(table(), lambda row: row["method"] == "dense" or mine(row), top1=0.83124)
    assert of(copied).severity is Severity.WARNING
    assert studies.only(CASES.faulty(), CODE).severity is Severity.ERROR
    assert of(one(0.83124), studies.STUDY + "[rules.NUM001]\nerror_from = 1\n").severity is Severity.ERROR


@pytest.mark.parametrize(("decimals", "verdict"), [(4, "not_applicable"), (5, "pass"), (6, "pass"), (10, "pass")])
def test_rounding_is_no_fault(decimals: int, verdict: str):
    """What printing takes away is not held against a table; what it takes away too much of is not judged."""
    assert of(table(), top1=decimals).verdict is Verdict(verdict)


@pytest.mark.parametrize("examples", [100, 300, 1797, 9984, 10000, 26032, 50000])
def test_float32_is_no_fault(examples: int):
    """Accuracies that were computed in float32 fit."""
    columns = changed(
        table(),
        n_test=float(examples),
        top1=lambda row: float(np.float32(round(row["top1"] * examples) / np.float32(examples))),
    )
    assert of(columns).verdict is Verdict.PASS


@pytest.mark.parametrize("factor", [1, 100])
def test_sixteen_bits_are_not_judged(factor: int):
    """Accuracies that were held in float16, as fractions or in percent, tell nothing."""
    columns = changed(table(), top1=lambda row: float(np.float16(factor * row["top1"])) / factor)
    assert of(columns).verdict is Verdict.NOT_APPLICABLE
    shortest = changed(table(), top1=lambda row: float(str(np.float16(factor * row["top1"]))) / factor)
    assert of(shortest).verdict is not Verdict.FAIL


def test_cut_off_decimals_are_no_fault():
    """Decimals that were cut off are told from impossible ones where they explain every row that was printed alike."""

    def cut(row: Row, *, upwards: bool) -> float:
        exact = round(row["top1"] * 3925) / 3925 * 1e4
        return (np.ceil(exact - 1e-9) if upwards else np.floor(exact + 1e-9)) / 1e4

    for columns in (
        changed(table(), n_test=3925.0, top1=lambda row: cut(row, upwards=False)),
        changed(table(), n_test=3925.0, top1=lambda row: cut(row, upwards=True)),
    ):
        assert of(columns, top1=4).verdict is not Verdict.FAIL
    both = changed(table(), n_test=3925.0, top1=lambda row: cut(row, upwards=row["seed"] == "1"))
    assert of(both, top1=4).verdict is Verdict.FAIL


def test_means_are_held_against_all_their_examples():
    """A row that declares its n, and has no seed, is a whole number of n times the examples."""
    means = changed(table(seeds=(1,)), seed=None, n=3.0, top1=lambda row: row["top1"] + 1 / 30000)
    assert of(means).verdict is Verdict.PASS
    assert of(changed(means, n=None)).verdict is Verdict.NOT_APPLICABLE  # may be means all the same
    assert of(changed(means, n=2.0)).verdict is Verdict.FAIL
    assert of(changed(means, seed="1", n=None)).verdict is Verdict.FAIL


def test_the_examples_may_be_declared():
    """Without `n_test` the size of the data set's split counts, of the split that is reported on."""
    columns = without(one(0.83124), None, "n_test")
    declared = studies.STUDY + "[dataset.cifar10]\nn_test = 10000\nn_validation = 100000\n"
    assert of(columns, declared).verdict is Verdict.FAIL
    assert of(changed(columns, split="test"), declared).verdict is Verdict.FAIL
    assert of(changed(columns, split="validation"), declared).verdict is Verdict.PASS
    assert of(changed(columns, split="train"), declared).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("examples", [0, -5, float("inf"), float("nan"), 1e300, 0.5])
def test_no_number_of_examples(examples: float):
    """A size that is none is not multiplied with."""
    assert of(changed(table(), n_test=examples)).verdict is Verdict.NOT_APPLICABLE


def test_metrics_that_are_no_counts():
    """Perplexities are no fractions of examples; a declared metric that is a count is."""
    columns = changed(table(), f1=lambda row: row["top1"] + 0.00004)
    assert of(columns, studies.STUDY + "[metric.f1]\n").verdict is Verdict.NOT_APPLICABLE
    assert of(columns, studies.STUDY + "[metric.f1]\ncount = true\n").verdict is Verdict.FAIL


def test_values_out_of_range_and_lost_runs_are_left_out():
    """What is no accuracy is for other rules."""
    for change in ({"top1": 93.12}, {"top1": -0.5}, {"status": "failed", "top1": 0.83124}):
        columns = changed(table(), lambda row: row["seed"] == "2", **change)
        found = of(columns)
        assert found.verdict is Verdict.PASS
        assert found.observed.startswith("52 accuracies")


def test_the_state_of_sparsity():
    """All accuracies that Gale et al. 2019 published with more than four digits are whole numbers of 50,000 images."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not there: third-party data for tests and measurements")
    found = check(SHARED, config=ROOT / "examples" / "state_of_sparsity" / "audit.toml", select=[CODE]).findings
    assert [each.verdict for each in found] == [Verdict.PASS]
    assert found[0].observed == "1056 accuracies"  # the three dense ones are printed to 0.01 %


def test_rounding_before_storing():
    """Accuracies that were rounded, then stored as numbers or printed with zeros, are known to their own decimals."""
    exact = changed(table(), n_test=3925.0, top1=lambda row: round(row["top1"] * 3925) / 3925)
    rounded = changed(exact, top1=lambda row: round(row["top1"], 4))
    assert of(rounded).verdict is not Verdict.FAIL
    assert of(rounded, top1=10).verdict is not Verdict.FAIL
    some = changed(exact, lambda row: row["seed"] == "1", top1=lambda row: round(row["top1"], 4))
    assert of(some).verdict is not Verdict.FAIL
    wrong = changed(exact, mine, top1=lambda row: round(row["top1"] + 0.3 / 3925, 6))
    assert of(wrong).verdict is Verdict.FAIL


COUNTED = changed(table(), n_correct=lambda row: round(row["top1"] * 10000))


def test_an_accuracy_that_is_not_the_recorded_count():
    """A Top-1 that is a whole number of examples, but not as many as are recorded as correct, is an error."""
    assert studies.only(case(COUNTED), "NUM001").verdict is Verdict.PASS
    wrong = changed(COUNTED, lambda row: row["method"] == "mine" and row["seed"] == "2", n_correct=9000.0)
    found = studies.only(case(wrong), "NUM001")
    assert found.verdict is Verdict.FAIL
    assert str(found.severity) == "error"
    assert found.message == "accuracies inconsistent with the recorded count of correct examples"
    assert "`n_correct` is 9,000" in found.observed
    assert "; 5 of 78 accuracies" in found.observed


@pytest.mark.parametrize(
    "told",
    [
        lambda row: round(row["n_correct"] / 10000, 3),  # printed to a tenth of a percent
        lambda row: float(np.float16(row["n_correct"] / 10000)),
        lambda row: float(np.float32(row["n_correct"] / 10000)),
        lambda row: int(row["n_correct"] / 10) / 1000,  # cut off
    ],
)
def test_rounded_accuracies_fit_their_counts(told):
    """Rounding, cut-off decimals and 16 bits are no contradiction."""
    assert studies.only(case(changed(COUNTED, top1=told)), "NUM001").verdict is not Verdict.FAIL
