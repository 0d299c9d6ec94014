"""NUM002: the last, smaller batch is counted as what it is."""

from pathlib import Path

import numpy as np
import pytest

from audit.rule import Verdict
from audit.sources.shrinkbench import read
from audit.study import Study
from tests import studies
from tests.studies import Cases, Row, case, changed, table, without

CODE = "NUM002"
SHARED = Path(__file__).parents[4] / "shared" / "data" / "shrinkbench-results"


def evaluated(denominator: float, examples: int = 10000, batch: float | None = 128) -> studies.Table:
    """A study whose accuracies are whole numbers of another denominator."""
    return changed(
        table(),
        n_test=float(examples),
        eval_batch_size=batch,
        top1=lambda row: round(row["top1"] * denominator) / denominator,
    )


CASES = Cases(
    sound=lambda: case(evaluated(10000)),
    faulty=lambda: case(evaluated(128 * 79)),
    silent=lambda: case(table()),
    on_silence=Verdict.NOT_APPLICABLE,
)


def of(columns: studies.Table, code: str = CODE) -> studies.Finding:
    """What is said of the pair."""
    return studies.only(case(columns), code)


@pytest.mark.parametrize(
    ("denominator", "words"),
    [
        (128 * 79, "the last 16 examples are divided by a batch of 128, or the mean of the batches' accuracies"),
        (128 * 78, "the last 16 examples are left out of batches of 128"),
        (2 * 128 * 40, "a sampler pads 10,000 examples to 10,240"),
    ],
)
def test_the_reading_is_shown(denominator: int, words: str):
    """Each wrong denominator is named with what the evaluation did; impossible-accuracy leaves these rows to it."""
    found = of(evaluated(denominator))
    assert found.verdict is Verdict.FAIL
    assert words in found.observed
    assert f"× {denominator:,} =" in found.observed
    assert "inconsistent with" in found.message
    assert of(evaluated(denominator), "NUM001").verdict is not Verdict.FAIL


def test_a_mean_over_batches_is_another_reading_only_where_it_fits():
    """Where the rest does not divide the batch size, the mean over batches gives other numbers."""
    found = of(evaluated(100 * 4, examples=360, batch=100))  # a rest of 60
    assert found.verdict is Verdict.FAIL
    assert "mean of the batches" not in found.observed


def test_without_a_batch_size_nothing_is_guessed():
    """The denominator comes from a recorded batch size alone; without one the accuracies are impossible."""
    columns = evaluated(128 * 79, batch=None)
    assert of(columns).verdict is Verdict.NOT_APPLICABLE
    assert of(columns, "NUM001").verdict is Verdict.FAIL


def test_a_batch_size_that_divides_the_test_set():
    """Without a smaller last batch there is nothing to get wrong."""
    assert of(evaluated(10000, batch=100)).verdict is Verdict.NOT_APPLICABLE


def test_one_reading_for_all_that_was_evaluated_alike():
    """A denominator that explains some accuracies of a method and not others is no reading."""
    columns = evaluated(128 * 79)
    odd = changed(columns, lambda row: row["seed"] == "2", top1=lambda row: row["top1"] + 0.45 / 10112)
    assert of(odd, "NUM001").verdict is Verdict.FAIL


@pytest.mark.parametrize("batch", [0, -1, float("inf"), 20000])
def test_strange_batch_sizes(batch: float):
    """A batch size that is none, or larger than the test set, leaves right accuracies right."""
    assert of(evaluated(10000, batch=batch)).verdict is not Verdict.FAIL


def test_networks_differ_only_where_they_are_ragged():
    """The evidence is the rows that do not fit the test set."""
    columns = evaluated(10000)
    ragged = {row["top1"] for row in studies.to_rows(evaluated(128 * 79)) if row["method"] == "mine"}
    values = iter(sorted(ragged, reverse=True))

    def top1(row: Row) -> float:
        return next(values)

    mixed = changed(columns, lambda row: row["method"] == "mine", top1=top1)
    found = of(mixed)
    assert found.verdict is Verdict.FAIL
    assert 1 <= found.evidence_total <= 15


def test_what_shrinkbench_wrote():
    """ShrinkBench's own results are whole numbers of five batches of 100; of 450 examples they would not be."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not there: third-party data for tests and measurements")
    results = read(SHARED, Study())
    assert np.abs(results.number("top1") * 500 - np.rint(results.number("top1") * 500)).max() < 1e-6
    for examples, verdict in ((500, Verdict.NOT_APPLICABLE), (450, Verdict.FAIL)):
        study = Study.parse(f"[dataset.MNIST]\nn_test = {examples}\n")
        assert studies.only(studies.Case(results, study), CODE).verdict is verdict


def test_no_accuracy_without_networks():
    """Without the column nothing is said."""
    assert of(without(evaluated(10000), None, "top1")).verdict is Verdict.NOT_APPLICABLE
