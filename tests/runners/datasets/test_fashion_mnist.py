"""Fashion-MNIST from Debian's package: the real files."""

from pathlib import Path

import pytest
import torch

from audit.study import Study
from runners.datasets import choose, content_digest, fashion_mnist, load
from tests.programs import missing

NAME = ("fashion_mnist", None, None, Path())


@pytest.fixture(scope="module")
def fashion():
    """The data set; its tests are skipped where the package is not installed."""
    if not fashion_mnist.DEBIAN.is_dir():
        missing("Debian's package dataset-fashion-mnist is not installed")
    return load(*NAME)


def test_the_splits_are_those_of_the_paper_with_a_tenth_held_out(fashion):
    """Xiao et al. 2017: 7,000 images of each of ten classes, 1,000 of them for testing; ours hold 600 out."""
    parts = (fashion.train, fashion.validation, fashion.test)
    assert [torch.bincount(part.labels).tolist() for part in parts] == [[5400] * 10, [600] * 10, [1000] * 10]
    assert fashion.input_shape == (1, 28, 28)
    assert fashion.train.inputs.dtype == torch.uint8


def test_mean_and_deviation_are_those_of_the_training_images(fashion):
    """The constants are right to four places for the official training split, and inputs are fed normalised."""
    pixels = torch.cat([fashion.train.inputs, fashion.validation.inputs]).double() / 255
    (mean,), (deviation,) = fashion_mnist.NORMALISATION.mean, fashion_mnist.NORMALISATION.deviation
    assert (float(pixels.mean()), float(pixels.std())) == (
        pytest.approx(mean, abs=5e-5),
        pytest.approx(deviation, abs=5e-5),
    )
    fed = fashion.train.fed(slice(0, 5000))
    assert fed.dtype == torch.float32
    assert torch.allclose(fed.double() * deviation + mean, fashion.train.inputs[:5000].double() / 255, atol=1e-6)


def test_the_content_never_changes(fashion):
    """Images, labels, split and normalisation are pinned."""
    assert fashion.digest == content_digest(fashion)
    assert fashion.digest == "dab768c80dc7647dad3dfe37d39059d8ac0cc54ffba8ab36ed08eceee89072ed"


def test_a_study_derives_a_smaller_one(fashion):
    """14 × 14 pixels, 1,000 training images of each class: another identity, the same validation and test images."""
    text = '[run]\ndatasets = ["small"]\n[dataset.small]\nbase = "fashion_mnist"\nsize = 14\nlimit = 10_000\n'
    choice = choose("small", Study.parse(text), ("run", "datasets", 0))
    small = load("small", None, None, Path.cwd(), "fashion_mnist", 14, 10_000)
    assert choice.digest == small.digest == "b35426c3a6b92055bc30a6fb1480e965b9b8f6cfb6c4d352132d6a38c0ca4bac"
    assert small.input_shape == (1, 14, 14)
    assert torch.bincount(small.train.labels).tolist() == [1000] * 10
    assert torch.equal(small.test.labels, fashion.test.labels)
    assert torch.equal(small.validation.labels, fashion.validation.labels)
    quarters = torch.nn.functional.avg_pool2d(fashion.test.inputs.float(), 2)
    assert float((small.test.inputs.float() - quarters).abs().mean()) < 8  # a wider filter than 2 × 2 means, yet near
