"""CMP003: Top-5 beside Top-1."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Table, case, changed, table

MANY = table(dataset="imagenet", architecture="resnet50")
BOTH = changed(MANY, top5=0.95)

CASES = Cases(
    sound=lambda: case(BOTH),
    faulty=lambda: case(changed(BOTH, lambda row: row["compression_target"] == 4 and row["seed"] == "1", top5=None)),
    silent=lambda: case(MANY),
    on_silence=Verdict.FAIL,
)


def found(columns: Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(case(columns, toml), "CMP003", method="mine")


@pytest.mark.parametrize(
    ("dataset", "verdict"),
    [("cifar10", "not_applicable"), ("CIFAR-100", "fail"), ("tiny-imagenet", "fail"), ("ours", "undecidable")],
)
def test_the_number_of_classes_decides(dataset: str, verdict: str):
    """Data sets with a hundred classes or more are asked; of an unknown one it cannot be told."""
    assert found(table(dataset=dataset)).verdict.value == verdict


def test_declared_classes_count():
    """The declared number of classes settles it."""
    assert found(table(dataset="ours"), studies.STUDY + "[dataset.ours]\nclasses = 100\n").verdict is Verdict.FAIL
    assert (
        found(table(dataset="ours"), studies.STUDY + "[dataset.ours]\nclasses = 99\n").verdict is Verdict.NOT_APPLICABLE
    )


def test_other_metrics_have_no_top5():
    """A study that reports another metric is not asked."""
    columns = changed(MANY, perplexity=10.0)
    toml = studies.STUDY + '[metric.perplexity]\ndirection = "lower"\n'
    assert found(columns, toml).verdict is Verdict.NOT_APPLICABLE


def test_networks_without_top1_are_not_asked():
    """A failed run has neither."""
    assert found(changed(BOTH, lambda row: row["seed"] == "2", top1=None, top5=None)).verdict is Verdict.PASS
