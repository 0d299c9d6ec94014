"""CMP001: pairs of data set and architecture."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Table, case, changed, joined, table

THREE = joined(table(), table(dataset="svhn"), table(architecture="vgg16"))

CASES = Cases(
    sound=lambda: case(THREE),
    faulty=lambda: case(table()),
    silent=lambda: case(table(methods={})),
    on_silence=Verdict.FAIL,
)


def found(columns: Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the study."""
    return studies.only(case(columns, toml), "CMP001")


@pytest.mark.parametrize("dataset", ["MNIST", "digits", "mnist"])
def test_toy_data_sets_are_not_counted(dataset: str):
    """MNIST and digits count for nothing, and are named."""
    said = found(joined(table(), table(dataset="svhn"), table(dataset=dataset)))
    assert said.verdict is Verdict.FAIL
    assert said.observed == f"2 pairs: resnet20 on cifar10, resnet20 on svhn; not counted: resnet20 on {dataset}"


@pytest.mark.parametrize(
    ("architecture", "verdict"),
    [("LeNet-5", "fail"), ("lenet_300_100", "fail"), ("AlexNet", "fail"), ("CaffeNet", "fail"), ("mnist_lenet", "fail"),
     ("googlenet", "pass"), ("resnet56", "pass")],
)  # fmt: skip
def test_early_networks_are_not_counted(architecture: str, verdict: str):
    """LeNet, AlexNet and CaffeNet count for nothing; GoogLeNet only ends like one."""
    assert found(joined(table(), table(dataset="svhn"), table(architecture=architecture))).verdict.value == verdict


def test_a_pair_without_numbers_is_none():
    """A pair whose pruned networks all failed is not covered."""
    lost = changed(table(dataset="cifar100"), lambda row: row["method"] != "dense", status="failed", top1=None)
    assert found(joined(table(), table(dataset="svhn"), lost)).verdict is Verdict.FAIL


def test_the_number_is_a_parameter():
    """How many pairs it takes can be set."""
    assert found(table(), studies.STUDY + "[rules.too-few-pairs]\nminimum = 1\n").verdict is Verdict.PASS
