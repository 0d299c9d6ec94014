"""BAS005: a recent technique by others on the pair of the proposed method."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, case, joined, table

DATED = "[study]\ndate = 2026-11-22\n" + studies.STUDY
WITH_WANDA = {**studies.METHODS, "wanda": {"score": "wanda", "allocation": "per_output"}}

CASES = Cases(
    sound=lambda: case(table(WITH_WANDA), DATED),
    faulty=lambda: case(table({**studies.METHODS, "snip": {}}), DATED),
    silent=lambda: case(table(), DATED),
    on_silence=Verdict.FAIL,
)


def found(columns: studies.Table, toml: str = DATED, **scope: str) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(case(columns, toml), "BAS005", **scope)


def test_each_pair_needs_its_own():
    """A technique that was run on one pair is no baseline on another."""
    both = joined(table(WITH_WANDA), table(dataset="svhn"))
    assert found(both, dataset="cifar10").verdict is Verdict.PASS
    assert found(both, dataset="svhn").verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        ('dataset = "CIFAR-10", architecture = "ResNet-20", top1 = 0.9', "declared"),
        ('dataset = "cifar10", architecture = "resnet56", top1 = 0.9', "fail"),
        ('dataset = "ImageNet", top1 = 0.9', "fail"),
        ('dataset = "CIFAR-10", top1 = 0.9', "undecidable"),
        ("top1 = 0.9", "undecidable"),
        ('dataset = "cifar10", architecture = "resnet20"', "fail"),
    ],
)
def test_figures_count_on_their_pair(figure: str, verdict: str):
    """Figures of a recent technique are declared on the pair that they name, whatever its case and hyphens."""
    toml = DATED + f'[[comparison]]\ntechnique = "SparseGPT"\nfigures = [{{ {figure} }}]\n'
    assert found(table(), toml).verdict.value == verdict


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        ('dataset = "CIFAR-10", architecture = "ResNet-20", top1 = 0.9', "declared"),
        ('dataset = "CIFAR-10", architecture = "cifar_resnet_20", top1 = 0.9', "declared"),
        ('dataset = "CIFAR-10", architecture = "ours", top1 = 0.9', "declared"),
        ('dataset = "CIFAR-10", architecture = "ResNet-56", top1 = 0.9', "fail"),
        ('architecture = "cifar_resnet_20", top1 = 0.9', "undecidable"),
    ],
)
def test_a_pair_is_known_by_each_of_its_names(figure: str, verdict: str):
    """open_lth's cifar_resnet_20 is ResNet-20 on CIFAR-10, and what the study labels it."""
    toml = DATED + '[architecture.cifar_resnet_20]\nlabel = "ours"\n'
    toml += f'[[comparison]]\ntechnique = "SparseGPT"\nfigures = [{{ {figure} }}]\n'
    assert found(table(architecture="cifar_resnet_20"), toml).verdict.value == verdict


@pytest.mark.parametrize("name", ["global_magnitude", "global_random", "magnitude"])
def test_plain_baselines_are_not_the_state_of_the_art(name: str):
    """Random and plain magnitude pruning do not count, whatever year they are given."""
    assert (
        found(table({**studies.METHODS, name: {}}), DATED + f"[method.{name}]\nyear = 2026\n").verdict is Verdict.FAIL
    )


def test_an_undated_technique_leaves_it_open():
    """A technique that nothing dates may be recent."""
    assert found(table({**studies.METHODS, "theirs": {"score": "theirs"}})).verdict is Verdict.UNDECIDABLE


def test_a_declared_year_is_declared():
    """A technique dated by a person is declared."""
    columns = table({**studies.METHODS, "theirs": {"score": "theirs"}})
    assert found(columns, DATED + "[method.theirs]\nyear = 2024\n").verdict is Verdict.DECLARED


def test_nobody_is_proposed():
    """Without a proposed method, or without its runs, it cannot be told."""
    baselines = {name: made_of for name, made_of in studies.METHODS.items() if name != "mine"}
    assert found(table(baselines), "").verdict is Verdict.UNDECIDABLE
    said = found(table(baselines))
    assert said.verdict is Verdict.UNDECIDABLE
    assert said.scope == {"method": "mine"}


def test_batch_normalisation_makes_another_pair():
    """A figure on VGG-16 is none on VGG-16 with batch normalisation, though torchvision has both."""
    columns = table(dataset="imagenet", architecture="vgg16_bn")
    begin = DATED + '[[comparison]]\ntechnique = "SparseGPT"\nfigures = [{ dataset = "ImageNet", top1 = 0.7, '
    assert found(columns, begin + 'architecture = "VGG-16" }]\n').verdict.value == "fail"
    assert found(columns, begin + 'architecture = "VGG-16-BN" }]\n').verdict.value == "declared"
