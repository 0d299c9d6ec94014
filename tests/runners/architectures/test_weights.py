"""Weights that were trained elsewhere: which file they are, how it is read, and what does not fit."""

import hashlib
import urllib.error
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torchvision import models

from audit.study import Study, StudyError
from runners.architectures import build, choose, find
from runners.architectures.weights import WeightsError, content_digest, load_weights


def network(seed: int) -> nn.Module:
    """A small one, other for each seed."""
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))


def same(one: nn.Module, other: nn.Module) -> bool:
    """Whether two networks hold the same numbers."""
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: state,
        lambda state: {"state_dict": state, "epoch": 3},
        lambda state: {"model": {f"module.{name}": tensor for name, tensor in state.items()}, "best": 0.5},
        lambda state: {name: tensor for name, tensor in state.items() if "num_batches" not in name},
    ],
)
@pytest.mark.parametrize("suffix", ["pt", "pth"])
def test_checkpoints_of_every_kind_are_read(tmp_path, wrap, suffix):
    """Plain or nested, of a network in parallel, or from before batch normalisation counted its batches."""
    trained, model = network(1), network(2)
    torch.save(wrap(trained.state_dict()), tmp_path / f"mine.{suffix}")
    load_weights(model, f"mine.{suffix}", "mine", tmp_path)
    assert same(model, trained)


def test_safetensors_are_read(tmp_path):
    """By an absolute path too."""
    trained, model = network(1), network(2)
    save_file(trained.state_dict(), tmp_path / "mine.safetensors")
    load_weights(model, str(tmp_path / "mine.safetensors"), "mine", Path("/"))
    assert same(model, trained)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda state: state.pop("0.bias"), r"`0.bias` of the network is not there$"),
        (lambda state: state.update(extra=torch.zeros(1)), r"`extra` is not in the network$"),
        (
            lambda state: state.update({"0.weight": torch.zeros(4, 5), "2.bias": torch.zeros(7)}),
            r"`0.weight` has shape \(4, 5\), and \(4, 3\) in the network \(and 1 more that do not fit\)$",
        ),
        (lambda state: state["2.weight"].fill_(torch.nan), "`2.weight` holds NaN or infinite numbers$"),
        (lambda state: state.update(epoch=3), "'epoch' is int, and no tensor$"),
        (lambda state: state.clear(), "holds no state dict"),
    ],
)
def test_what_does_not_fit_is_one_line_and_changes_nothing(tmp_path, change, reason):
    """The file and the first name are told."""
    state = network(1).state_dict()
    change(state)
    torch.save(state, tmp_path / "mine.pt")
    model = network(2)
    with pytest.raises(WeightsError, match=reason) as refusal:
        load_weights(model, "mine.pt", "mine", tmp_path)
    assert str(refusal.value).startswith(f"{tmp_path / 'mine.pt'}: ")
    assert "\n" not in str(refusal.value)
    assert same(model, network(2))


def test_a_checkpoint_is_never_executed(tmp_path):
    """A pickled object could run anything: only tensors are read."""
    torch.save(network(1), tmp_path / "whole.pt")
    with pytest.raises(WeightsError, match=r"cannot be read as weights .*; expected tensors alone") as refusal:
        load_weights(network(2), "whole.pt", "mine", tmp_path)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["junk.pt", "junk.safetensors"])
def test_a_file_that_is_no_checkpoint_is_told(tmp_path, name):
    """Whatever torch and safetensors raise."""
    (tmp_path / name).write_text("junk")
    with pytest.raises(WeightsError, match=f"{name}: cannot be read as weights"):
        load_weights(network(2), name, "mine", tmp_path)


def test_a_file_that_is_not_there_is_told(tmp_path):
    """With its whole path."""
    with pytest.raises(WeightsError, match=f"{tmp_path}/mine.pt: no such file of weights"):
        content_digest("mine.pt", "mine", tmp_path)


def test_the_digest_is_that_of_the_content(tmp_path):
    """It does not change with the name, and does with the content."""
    for name, content in (("a.pt", b"1"), ("b.pt", b"1"), ("c.pt", b"2")):
        (tmp_path / name).write_bytes(content)
    digests = [content_digest(name, "mine", tmp_path) for name in ("a.pt", "b.pt", "c.pt")]
    assert digests[0] == digests[1] == hashlib.sha256(b"1").hexdigest() != digests[2]


def test_an_unknown_name_of_weights_is_told(tmp_path):
    """With those that there are; `DEFAULT` is none, since it changes."""
    for weights in ("IMAGENET1K_V3", "DEFAULT"):
        with pytest.raises(WeightsError, match=rf"`{weights}` is neither .*IMAGENET1K_V1, IMAGENET1K_V2.* nor a file"):
            content_digest(weights, "resnet50", tmp_path)
    with pytest.raises(WeightsError, match="`IMAGENET1K_V1` is neither a weight name nor a file"):
        content_digest("IMAGENET1K_V1", "resnet20", tmp_path)


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """An empty cache of torch's, without a network."""

    def unreachable(*args, **kwargs):
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    monkeypatch.setattr(torch.hub, "download_url_to_file", unreachable)
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    return tmp_path / "hub" / "checkpoints"


def publish(monkeypatch, cache: Path, weights: models.WeightsEnum, model: nn.Module) -> Path:
    """Put a network into the cache as if torchvision had published it."""
    torch.save(model.state_dict(), cache / "made.pth")
    path = cache / f"made-{hashlib.sha256((cache / 'made.pth').read_bytes()).hexdigest()[:8]}.pth"
    (cache / "made.pth").rename(path)
    monkeypatch.setattr(weights.value, "url", f"https://download.pytorch.org/models/{path.name}")
    return path


def test_torchvisions_weights_are_taken_from_its_cache(tmp_path, monkeypatch, cache):
    """Those of the name that is asked for."""
    trained = models.squeezenet1_1(weights=None)
    path = publish(monkeypatch, cache, models.SqueezeNet1_1_Weights.IMAGENET1K_V1, trained)
    model = find("squeezenet1_1").build((3, 224, 224), 1000)
    load_weights(model, "IMAGENET1K_V1", "squeezenet1_1", tmp_path)
    assert same(model, trained)
    assert content_digest("IMAGENET1K_V1", "squeezenet1_1", tmp_path) == hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(WeightsError, match=r"squeezenet1_1 IMAGENET1K_V1: `classifier.1.weight` has shape \(1000, "):
        load_weights(find("squeezenet1_1").build((3, 224, 224), 7), "IMAGENET1K_V1", "squeezenet1_1", tmp_path)


def test_googlenets_weights_come_without_auxiliary_classifiers(tmp_path, monkeypatch, cache):
    """And the network is fed as it was trained, which a study's choice says."""
    trained = models.googlenet(weights=None, aux_logits=True, init_weights=False)
    publish(monkeypatch, cache, models.GoogLeNet_Weights.IMAGENET1K_V1, trained)
    study = Study.parse('[architecture.googlenet]\nweights = "IMAGENET1K_V1"')
    model = build(choose("googlenet", study, ()), (3, 224, 224), 1000, tmp_path)
    load_weights(model, "IMAGENET1K_V1", "googlenet", tmp_path)
    assert torch.equal(model.fc.weight, trained.fc.weight)
    assert model.transform_input
    torch.save(trained.state_dict(), tmp_path / "mine.pt")
    load_weights(model, "mine.pt", "googlenet", tmp_path)


def test_weights_that_cannot_be_had_are_told(tmp_path, cache):
    """In one line: where to find them, and where to put them."""
    expected = r"resnet50-0676ba61.pth is not in torch's cache and cannot be downloaded .*no network.* put the file of "
    with pytest.raises(WeightsError, match=expected + r"https://\S+ at \S+/checkpoints/resnet50-0676ba61.pth$"):
        content_digest("IMAGENET1K_V1", "resnet50", tmp_path)


def test_a_file_in_the_cache_that_is_another_is_told(tmp_path, cache):
    """Its name holds the beginning of its SHA-256."""
    (cache / "resnet50-0676ba61.pth").write_bytes(b"half a download")
    with pytest.raises(WeightsError, match=r"not what .* is, whose SHA-256 begins with 0676ba61; remove it"):
        content_digest("IMAGENET1K_V1", "resnet50", tmp_path)


def test_a_study_names_weights_and_their_content_is_identified(tmp_path):
    """Relative to the study file; without any, the choice is what it ever was."""
    torch.save(find("resnet8").build((1, 8, 8), 10).state_dict(), tmp_path / "mine.pt")
    study = tmp_path / "audit.toml"
    study.write_text('[architecture.resnet8]\nweights = "mine.pt"')
    choice = choose("resnet8", Study.read(study), ())
    assert choice.weights == "mine.pt"
    assert choice.weights_digest == hashlib.sha256((tmp_path / "mine.pt").read_bytes()).hexdigest()
    assert choose("resnet8", Study.parse(""), ()).weights is None


def test_weights_of_a_study_that_are_not_there_are_told_with_their_line(tmp_path):
    """Before anything is trained."""
    study = tmp_path / "audit.toml"
    study.write_text('[architecture.resnet8]\nweights = "mine.pt"')
    with pytest.raises(StudyError, match=r"audit.toml:2: `architecture.resnet8.weights`: .*mine.pt: no such file"):
        choose("resnet8", Study.read(study), ())
