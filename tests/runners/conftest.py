"""A tiny data set and network of a user's own, so that whole studies take a second."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from audit.study import Study
from runners import tracking
from runners.datasets import Dataset, Split

TINY_CODE = '''
"""What a user might write: a data set, a network and scores."""

import os
from pathlib import Path

import torch
from runners.datasets import Dataset, Split
from torch import nn


def blobs(root):
    """Two classes of 2 × 2 images that a small network can tell apart."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(120) % 2
    inputs = torch.randn(120, 1, 2, 2, generator=generator) + 2.0 * labels[:, None, None, None]
    parts = [Split(inputs[a:b], labels[a:b]) for a, b in ((0, 64), (64, 88), (88, 120))]
    return Dataset(*parts, classes=2)


def network(classes):
    """A convolution and a hidden layer, with batch normalisation."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 2), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(),
        nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, classes),
    )


class Fragile(nn.Module):
    """Cannot be trained."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, inputs):
        """Fails in training mode."""
        if self.training:
            raise RuntimeError("cannot be trained")
        return self.inner(inputs)


def fragile(classes):
    """A network that can be built, counted and evaluated, and nothing else."""
    return Fragile(network(classes))


def sound(model, batch, loss, generator):
    """A ranking of every parameter."""
    return {name: torch.rand(weight.shape, generator=generator) for name, weight in model.named_parameters()}


def unruly(model, batch, loss, generator):
    """Changes all that it must leave alone, then ranks."""
    model.train()
    model(batch[0])
    loss(model(batch[0]), batch[1]).backward()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(1)
    return sound(model, batch, loss, generator)


def raises(model, batch, loss, generator):
    """Fails."""
    raise ZeroDivisionError("no weights at all")


def incomplete(model, batch, loss, generator):
    """Lacks the layer `4`."""
    return {"0.weight": torch.rand(8, 1, 2, 2)}


def misnamed(model, batch, loss, generator):
    """Names what is no parameter."""
    return sound(model, batch, loss, generator) | {"nonsense": torch.zeros(1)}


def lost(model, batch, loss, generator):
    """Names five things that are no parameters."""
    return {name: torch.zeros(1) for name in "abcde"}


def helped(model, batch, loss, generator):
    """Fails inside of torch, in a function that it calls."""
    return wrong_loss(loss, batch[1])


def wrong_loss(loss, labels):
    """Hands labels over as if they were logits."""
    return loss(labels, None)  # raises


def misshapen(model, batch, loss, generator):
    """Has one number for each output instead of one for each weight."""
    return {name: torch.zeros(len(weight)) for name, weight in model.named_parameters()}


def not_numbers(model, batch, loss, generator):
    """Has NaN."""
    return {name: torch.full(weight.shape, torch.nan) for name, weight in model.named_parameters()}


def killed(model, batch, loss, generator):
    """Dies as if the system had run out of memory, until a file says otherwise."""
    if not (Path(__file__).parent / "tamed").exists():
        os.kill(os.getpid(), 9)
    return sound(model, batch, loss, generator)
'''

TINY_STUDY = """
[run]
datasets = ["blobs"]
architectures = ["tiny"]
methods = ["global_magnitude", "global_gradient"]
ratios = [1, 2]
seeds = [1, 2]
pretrain = {{ epochs = 3, batch_size = 16, optimizer = "sgd", learning_rate = 0.05, momentum = 0.9 }}
finetune = {{ epochs = 2, batch_size = 16, optimizer = "adam", learning_rate = 0.01 }}
{run}
[dataset.blobs]
factory = "{module}:blobs"

[architecture.tiny]
factory = "{module}:network"
classifier = "6"

[method.mine]
score = "{module}:{score}"
"""


@pytest.fixture(scope="session")
def tiny_module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the user's own code."""
    path = tmp_path_factory.mktemp("own") / "tiny_code_of_a_user.py"
    path.write_text(TINY_CODE)
    return path


@pytest.fixture
def tiny_study(tiny_module: Path):
    """Makes a study on the tiny network; keyword `edit` maps pieces of its text to what they are to be instead."""

    def make(*, score: str = "sound", run: str = "", edit: dict[str, str] | None = None) -> Study:
        text = TINY_STUDY.format(module=tiny_module.stem, score=score, run=run)
        for old, new in (edit or {}).items():
            assert old in text
            text = text.replace(old, new)
        path = tiny_module.parent / "study.toml"
        path.write_text(text)
        return Study.read(path)

    return make


@pytest.fixture
def blobs() -> Dataset:
    """Two classes of 2 × 2 images: 64 to train on, 24 to validate, 32 to test."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(120) % 2
    inputs = torch.randn(120, 1, 2, 2, generator=generator) + 2.0 * labels[:, None, None, None]
    return Dataset(*(Split(inputs[a:b], labels[a:b]) for a, b in ((0, 64), (64, 88), (88, 120))), classes=2, digest="b")


@pytest.fixture
def tiny_network() -> nn.Module:
    """A convolution (32 weights), batch normalisation, a hidden layer (128) and a classifier named `6` (32)."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 8, 2), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2)
    )


@pytest.fixture(autouse=True)
def stores_are_copied(monkeypatch: pytest.MonkeyPatch, empty_store: Callable[[Path], None]) -> None:
    """Studies that run in this process copy their store."""
    monkeypatch.setattr(tracking, "make_store", empty_store)


class Silent:
    """A progress that shows nothing."""

    def phase(self, name: str, total: int) -> None:
        """Say nothing."""

    def started(self, label: str) -> None:
        """Say nothing."""

    def ended(self, label: str, failure: str | None) -> None:
        """Say nothing."""


@pytest.fixture
def silent() -> Silent:
    """A progress that shows nothing."""
    return Silent()
