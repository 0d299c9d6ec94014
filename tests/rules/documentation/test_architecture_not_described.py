"""EXP001: the description of the architecture."""

import pytest

from audit.known_architectures import KNOWN, known_architecture
from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Table, case, changed, table, without

PRETRAINED = studies.STUDY + '[architecture.resnet20]\npretraining = "64k steps of SGD"\n'
SIZED = changed(table(), parameters=269722.0, macs=40551040.0)


def layers(row: studies.Row) -> tuple[int, ...]:
    """Every network's layers are counted."""
    return (1000, 4000, 5000)


CASES = Cases(
    sound=lambda: case(SIZED, PRETRAINED, layers),
    faulty=lambda: case(changed(SIZED, parameters=1_070_000.0), PRETRAINED, layers),
    silent=lambda: case(table()),
    on_silence=Verdict.FAIL,
)


def found(columns: Table, toml: str = PRETRAINED, *, counted: bool = True) -> studies.Finding:
    """What is said of the pair."""
    return studies.only(case(columns, toml, layers if counted else None), "EXP001")


@pytest.mark.parametrize("column", ["parameters", "macs"])
def test_sizes_are_recorded_or_declared(column: str):
    """Either is enough, and neither fails."""
    bare = without(SIZED, None, column)
    assert found(bare).verdict is Verdict.FAIL
    value = 269722 if column == "parameters" else 40551040
    assert found(bare, PRETRAINED + f"{column} = {value}\n").verdict is Verdict.DECLARED


def test_layers_are_counted_or_described():
    """Without layer counts, a description of the layers stands in."""
    assert found(SIZED, counted=False).verdict is Verdict.FAIL
    assert (
        found(SIZED, PRETRAINED + 'description = "3 stages of 3 blocks"\n', counted=False).verdict is Verdict.DECLARED
    )


def test_pretraining_is_declared_unless_there_is_none():
    """The recipe stands in audit.toml; methods that start from initial weights have none."""
    assert found(SIZED, studies.STUDY).verdict is Verdict.FAIL
    assert found(SIZED, studies.STUDY + "[run.pretrain]\nepochs = 10\n").verdict is Verdict.DECLARED
    assert found(changed(SIZED, starts_from="init"), studies.STUDY).verdict is Verdict.DECLARED


def test_a_dense_network_has_no_pretraining_of_its_own():
    """It is trained once: only what is pruned, or says that it starts from trained weights, was trained before."""

    def dense(row: studies.Row) -> bool:
        return row["method"] == "dense"

    from_init = changed(SIZED, starts_from="init")
    assert found(changed(from_init, dense, starts_from=None), studies.STUDY).verdict is Verdict.DECLARED
    assert found(changed(from_init, dense, starts_from="trained"), studies.STUDY).verdict is Verdict.FAIL
    assert found(changed(SIZED, dense, starts_from=None), studies.STUDY).verdict is Verdict.FAIL
    unsaid = changed(from_init, lambda row: row["method"] == "mine", starts_from=None)
    assert found(unsaid, studies.STUDY).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"parameters": 272474.0}, "declared"),  # projection shortcuts
        ({"parameters": 268336.0}, "declared"),  # weights alone
        ({"parameters": 271117.0}, "declared"),  # buffers of the normalisation counted
        ({"parameters": 1070000.0}, "fail"),  # twice as wide
        ({"macs": 41_600_000.0}, "declared"),  # another counter
        ({"macs": 81_102_080.0}, "fail"),  # FLOPs
    ],
)
def test_standard_networks_are_known(values: dict, verdict: str):
    """What is merely counted differently contradicts nothing; another width, or FLOPs for MACs, does."""
    assert found(changed(SIZED, **values)).verdict.value == verdict


def test_flops_are_named():
    """Twice the standard MACs are told as what they most likely are."""
    assert "1 MAC = 2 FLOPs" in found(changed(SIZED, macs=81_102_080.0)).observed


@pytest.mark.parametrize(("dataset", "architecture"), [("cifar100", "resnet20"), ("cifar10", "resnet18"),
                                                       ("cifar10", "vgg16"), ("cifar10", "resnet20x4")])  # fmt: skip
def test_a_name_alone_accuses_nobody(dataset: str, architecture: str):
    """A standard network is known on its own data set only."""
    columns = changed(table(dataset=dataset, architecture=architecture), parameters=11_173_962.0, macs=556_000_000.0)
    toml = studies.STUDY + f'[architecture.{architecture}]\npretraining = "64k steps"\n'
    assert found(columns, toml).verdict is Verdict.DECLARED


def test_a_described_difference_is_no_contradiction():
    """Who says that the network is wider has described it; who says that there is no difference has not."""
    wide = changed(SIZED, parameters=1_070_000.0)
    assert found(wide, PRETRAINED + 'differences = "twice as wide"\n').verdict is Verdict.DECLARED
    assert found(wide, PRETRAINED + 'differences = "none"\n').verdict is Verdict.FAIL


@pytest.mark.parametrize(("value", "verdict"), [(269722, "declared"), (270000, "declared"), (850000, "fail")])
def test_a_declared_size_is_held_against_the_results(value: int, verdict: str):
    """A rounded count is no contradiction; another network's is."""
    assert found(SIZED, PRETRAINED + f"parameters = {value}\n").verdict.value == verdict


def test_another_resolution_has_other_macs():
    """MACs are not compared where inputs are declared to be of another size."""
    columns = changed(SIZED, macs=162_000_000.0)
    assert found(columns).verdict is Verdict.FAIL
    assert found(columns, PRETRAINED + '[dataset.cifar10]\nresolution = "64 x 64"\n').verdict is Verdict.DECLARED


@pytest.mark.parametrize("name", ["resnet18", "resnet34", "resnet50", "resnet101", "vgg16", "vgg19", "mobilenet_v2"])
def test_facts_are_those_of_torchvision(name: str):
    """Parameters, MACs and accuracies on ImageNet are torchvision's own."""
    models = pytest.importorskip("torchvision").models
    known = known_architecture("ImageNet", name)
    assert known is not None
    weights = [each.meta for each in models.get_model_weights(name)]
    assert all(each["num_params"] == known.parameters for each in weights)
    assert all(abs(each["_ops"] - known.macs / 1e9) < 5e-4 for each in weights)
    published = {each["_metrics"]["ImageNet-1K"]["acc@1"] for each in weights}
    assert {round(100 * value, 3) for value in known.top1} >= {each for each in published if each == each}


@pytest.mark.parametrize("depth", [20, 32, 44, 56, 110])
def test_facts_are_those_of_the_networks(depth: int):
    """Parameters of the CIFAR networks follow from their layers: 6n+2 of them, with 16, 32 and 64 channels."""
    known = known_architecture("cifar-10", f"ResNet{depth}")
    assert known is not None
    blocks = (depth - 2) // 6
    convolutions = [(3, 16)] + [(16, 16)] * (2 * blocks)
    convolutions += [(16, 32)] + [(32, 32)] * (2 * blocks - 1) + [(32, 64)] + [(64, 64)] * (2 * blocks - 1)
    sides = [32] * (2 * blocks + 1) + [16] * (2 * blocks) + [8] * (2 * blocks)
    assert known.parameters == sum(9 * into * out + 2 * out for into, out in convolutions) + 64 * 10 + 10
    macs = sum(9 * into * out * side**2 for (into, out), side in zip(convolutions, sides, strict=True)) + 640
    assert known.macs == macs
    assert len({each.name for each in KNOWN}) == len(KNOWN)
