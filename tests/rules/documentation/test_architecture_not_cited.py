"""EXP002: the citation of the architecture, and how the network departs from it."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Table, case, changed, table

CITED = studies.STUDY + '[architecture.resnet20]\ncitation = "He et al. 2016"\n'
DENSE = changed(table(), parameters=269722.0, macs=40551040.0, split="test", top1=lambda row: row["top1"] + 0.01)

CASES = Cases(
    sound=lambda: case(DENSE, CITED),
    faulty=lambda: case(changed(DENSE, parameters=1_070_000.0), CITED),
    silent=lambda: case(table()),
    on_silence=Verdict.FAIL,
)


def found(columns: Table, toml: str = CITED) -> studies.Finding:
    """What is said of the pair."""
    return studies.only(case(columns, toml), "EXP002")


def test_the_citation_is_offered():
    """Where a standard network of that name is known, its reference is named."""
    said = found(DENSE, studies.STUDY)
    assert said.verdict is Verdict.FAIL
    assert "He et al. 2016" in said.remedy


def test_a_novel_architecture_has_nothing_to_cite():
    """Who declares it novel is not asked for a citation."""
    assert found(DENSE, CITED.replace("He et al. 2016", "novel")).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(("gap", "verdict"), [(0.0, "declared"), (-0.009, "declared"), (-0.02, "fail"), (0.02, "fail")])
def test_dense_accuracy_is_held_against_the_reference(gap: float, verdict: str):
    """More than a point from the published 91.25 %, to either side, is a difference that must be described."""
    columns = changed(DENSE, lambda row: row["method"] == "dense", top1=0.9125 + gap)
    assert found(columns).verdict.value == verdict
    assert found(columns, CITED + 'differences = "another recipe"\n').verdict is Verdict.DECLARED


def test_a_declared_reference_counts():
    """The dense accuracy of the reference may be declared, for a network that is not known."""
    columns = changed(table(architecture="mynet"), split="test")
    toml = studies.STUDY + '[architecture.mynet]\ncitation = "Doe 2020"\n'
    assert found(columns, toml).verdict is Verdict.UNDECIDABLE
    assert found(columns, toml + "top1 = 0.902\n").verdict is Verdict.DECLARED
    assert found(columns, toml + "top1 = 0.95\n").verdict is Verdict.FAIL
    assert found(columns, toml + 'differences = "none"\n').verdict is Verdict.DECLARED


def test_another_split_is_not_compared():
    """An accuracy on the validation split says nothing of the published one."""
    columns = changed(DENSE, lambda row: row["method"] == "dense", top1=0.85, split="validation")
    assert found(columns).verdict is Verdict.DECLARED


def test_no_difference_is_contradicted_by_one():
    """Who declares that there is no difference is held to it."""
    columns = changed(DENSE, parameters=1_070_000.0)
    assert found(columns, CITED + 'differences = "None known"\n').verdict is Verdict.FAIL


def test_another_data_set_is_not_compared():
    """The reference is known on its own data set only."""
    columns = changed(table(dataset="cifar100"), parameters=1_070_000.0)
    assert found(columns).verdict is Verdict.UNDECIDABLE
