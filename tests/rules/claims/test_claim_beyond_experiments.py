"""CLM001: claims inside what was run."""

import pytest

from audit.rule import Finding, Verdict
from tests import studies
from tests.contests import superiority
from tests.studies import STUDY, Cases, case, changed, joined, table, without

INSIDE = superiority("random_all", "ratios = [2, 32]", 'datasets = ["cifar10"]', 'architectures = ["resnet20"]')
CASES = Cases(
    sound=lambda: case(table(), STUDY + INSIDE),
    faulty=lambda: case(table(), STUDY + superiority("random_all", "ratios = [2, 64]")),
    silent=lambda: case(table()),
    on_silence=Verdict.UNDECIDABLE,
)


def found(toml: str, columns: studies.Table | None = None) -> Finding:
    """What is said of one claim, or of none."""
    return studies.only(case(table() if columns is None else columns, toml), "CLM001")


def test_a_pass_says_what_was_run():
    """What a claim speaks of stands in the finding, with the rows."""
    passed = found(INSIDE)
    assert passed.observed == "resnet20 on cifar10; 2×, 32×; `top1`"
    assert passed.scope == {"claim": "superiority of mine to random_all"}
    assert passed.evidence_total == 12


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        (superiority("random_all", "ratios = [2, 64]"), "`mine` was not run at 64× for resnet20 on cifar10"),
        (superiority("random_all", 'datasets = ["imagenet"]'), "`mine` was not run for any architecture on imagenet"),
        (superiority("random_all", 'architectures = ["vgg16"]'), "`mine` was not run for vgg16 on any data set"),
        (superiority("wanda"), "`wanda` has no pruned network"),
        (superiority("random_all", 'metric = "top5"'), "has no pruned network with a `top5`"),
        ('[[claim]]\nkind = "superiority"\nmethod = "mine"\nratios = [64]\n', "`mine` was not run at 64×"),
        ('[[claim]]\nkind = "efficiency"\nmethod = "mine"\nmetric = "latency_pruned"\n', "`latency_pruned`"),
    ],
)
def test_what_was_not_run(toml: str, why: str):
    """A ratio, data set, architecture, method or metric that was not run is named."""
    failed = found(toml)
    assert failed.verdict is Verdict.FAIL
    assert why in failed.observed


def test_every_pair_that_was_run_has_each_ratio():
    """A ratio that is claimed and missing on one pair goes beyond it; without ratios the pairs differ as they may."""
    columns = joined(table(), table(dataset="svhn", ratios=(2, 4)))
    failed = found(superiority("random_all", "ratios = [2, 32]"), columns)
    assert failed.verdict is Verdict.FAIL
    assert failed.observed == "`mine` was not run at 32× for resnet20 on svhn"
    assert found(superiority("random_all"), columns).verdict is Verdict.PASS


def test_each_data_set_needs_one_of_the_architectures():
    """Data sets and architectures that are named need not be crossed: each was run with one of the others."""
    columns = joined(table(), table(dataset="svhn", architecture="vgg16"))
    both = superiority("random_all", 'datasets = ["cifar10", "svhn"]', 'architectures = ["resnet20", "vgg16"]')
    assert found(both, columns).verdict is Verdict.PASS


def test_the_reference_is_there_too():
    """What the method is held against must have been run at the same place."""
    columns = without(table(), lambda row: row["method"] == "random_all" and row["compression_target"] == 32)
    failed = found(superiority("random_all", "ratios = [32]"), columns)
    assert failed.observed == "`random_all` was not run at the size of `mine` at 32× for resnet20 on cifar10"


def test_reported_figures_are_declared():
    """A technique with reported figures may be held against; it is never shown as run."""
    compared = '[[comparison]]\ntechnique = "SNIP"\nfigures = [{ top1 = 0.9, compression_ratio = 8 }]\n'
    assert found(compared + superiority("SNIP")).verdict is Verdict.DECLARED
    assert found('[[comparison]]\ntechnique = "SNIP"\n' + superiority("SNIP")).verdict is Verdict.FAIL


def test_nothing_claimed():
    """`claims = []` declares it; a file that says nothing leaves it open."""
    assert found("claims = []\n").verdict is Verdict.DECLARED
    assert found("").verdict is Verdict.UNDECIDABLE


def test_ratios_are_those_asked_for_or_achieved():
    """A claimed ratio is there where it was the target, or where the achieved one is near it."""
    off = changed(table(), lambda row: row["compression_target"] == 8, compression_ratio=7.2)
    assert found(superiority("random_all", "ratios = [8]"), off).verdict is Verdict.PASS
    assert found(superiority("random_all", "ratios = [7.2]"), off).verdict is Verdict.PASS
    assert found(superiority("random_all", "ratios = [7.7]"), off).verdict is Verdict.FAIL


def test_one_finding_for_each_claim():
    """Claims are judged by themselves, under their names."""
    toml = superiority("random_all", 'name = "first"') + superiority("random_all", "ratios = [64]", 'name = "second"')
    said = {each.scope["claim"]: each.verdict for each in studies.findings(case(table(), toml), "CLM001")}
    assert said == {"first": Verdict.PASS, "second": Verdict.FAIL}


def test_spelling_is_no_experiment():
    """A data set is the same however it is spelled, or under the label that is declared for it."""
    toml = superiority("random_all", 'datasets = ["CIFAR-10"]', 'architectures = ["ResNet 20"]')
    assert found(toml).verdict is Verdict.PASS
    label = '[dataset.cifar10]\nlabel = "Small pictures"\n'
    assert found(label + superiority("random_all", 'datasets = ["small pictures"]')).verdict is Verdict.PASS


def test_unknown_ratios_are_no_proof():
    """Where networks have no ratio, whether a claimed one was run cannot be told."""
    columns = without(table(), None, "compression_ratio", "compression_target")
    open_ = found(superiority("random_all", "ratios = [8]"), columns)
    assert open_.verdict is Verdict.UNDECIDABLE
    assert "compression_ratio" in open_.remedy
    assert found(superiority("random_all", 'datasets = ["imagenet"]'), columns).verdict is Verdict.FAIL
