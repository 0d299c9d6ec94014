"""Files of MNIST's format."""

import gzip

import numpy as np
import pytest
import torch

from audit.study import Study, StudyError
from runners.datasets import choose, load
from runners.datasets.reading import DatasetError, download, idx

IMAGES = np.random.RandomState(0).randint(0, 256, (60, 28, 28), np.uint8)


def packed(values):
    """The bytes of an idx file, as LeCun's page describes it."""
    head = bytes([0, 0, 8, values.ndim]) + b"".join(size.to_bytes(4, "big") for size in values.shape)
    return head + values.astype(np.uint8).tobytes()


@pytest.fixture
def files(tmp_path):
    """40 + 20 images in MNIST's four files."""
    labels = np.arange(60) % 10
    for part, rows in (("train", slice(0, 40)), ("t10k", slice(40, 60))):
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(packed(IMAGES[rows])))
        (tmp_path / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(packed(labels[rows])))
    return tmp_path


@pytest.fixture(autouse=True)
def no_network(monkeypatch, tmp_path):
    """Torchvision's downloads fail, and the cache is empty."""
    from torchvision import datasets

    def fail(root, download):
        raise OSError("no route to host")

    for kind in ("MNIST", "FashionMNIST"):
        monkeypatch.setattr(datasets, kind, fail)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    load.cache_clear()


def test_training_images_are_split_and_the_official_test_split_stays(files):
    """4 of 40 training images are held out, and no image is in two splits."""
    dataset = load("mnist", None, files, files)
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (36, 4, 20)
    found = torch.cat([dataset.train.inputs, dataset.validation.inputs]).flatten(1)
    assert {tuple(image) for image in found.tolist()} == {
        tuple(image) for image in IMAGES[:40].reshape(40, -1).tolist()
    }
    assert torch.equal(dataset.test.inputs[:, 0], torch.from_numpy(IMAGES[40:]))
    assert torch.equal(dataset.test.labels, torch.arange(40, 60) % 10)


def test_torchvisions_directories_and_unpacked_files_do(files):
    """`root/MNIST/raw`, each file with or without `.gz`, gives the same data set."""
    before = load("mnist", None, files, files).digest
    raw = files / "other" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for file in files.glob("*.gz"):
        (raw / file.stem).write_bytes(gzip.decompress(file.read_bytes()))
    assert load("mnist", None, files / "other", files).digest == before


def test_an_image_is_as_torchvision_reads_it(files):
    """The same bytes as torchvision's own reader of these files."""
    from torchvision.datasets.mnist import read_image_file

    path = files / "images"
    path.write_bytes(packed(IMAGES))
    assert torch.equal(torch.from_numpy(idx.array(path).copy()), read_image_file(str(path)))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda whole: whole[: len(whole) // 2], "cannot be read: .*; fetch it again"),
        (lambda whole: b"<html>not found</html>", "cannot be read: .*; fetch it again"),
        (lambda whole: gzip.compress(gzip.decompress(whole)[:-1]), "has 31359 values where it announces"),
        (lambda whole: gzip.compress(b"\0\0\x0d" + gzip.decompress(whole)[3:]), "is no idx file of bytes"),
        (lambda whole: gzip.compress(b""), "is no idx file of bytes"),
    ],
)
def test_a_broken_file_is_named_in_one_line(files, spoil, said):
    """Truncated, another format, or announcing more than it has."""
    path = files / "train-images-idx3-ubyte.gz"
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(DatasetError, match=said) as caught:
        load("mnist", None, files, files)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_files_and_network_one_line_says_what_to_do(files):
    """Which file is missing, where it was looked for, why it is not downloaded, and what to write in the study file."""
    (files / "t10k-labels-idx1-ubyte.gz").unlink()
    study = Study.parse(f'[run]\ndatasets = ["mnist"]\n[dataset.mnist]\nroot = "{files}"\n')
    with pytest.raises(StudyError) as caught:
        choose("mnist", study, ("run", "datasets", 0))
    (line,) = caught.value.problems
    for said in ("t10k-labels-idx1-ubyte.gz", f"{files / 'raw'}", "no route to host", '[dataset.mnist] root = "…"'):
        assert said in line
    assert "\n" not in line


def test_what_is_missing_is_downloaded_into_the_cache(files, monkeypatch):
    """Torchvision puts it there once; the second time nothing is downloaded."""
    from torchvision import datasets

    def fetch(root, download):
        raw = files / "cache" / "prune-audit" / "mnist" / "MNIST" / "raw"
        raw.mkdir(parents=True)
        for file in files.glob("*.gz"):
            (raw / file.name).write_bytes(file.read_bytes())
        assert root == str(download_root)

    download_root = download.cache() / "mnist"
    monkeypatch.setattr(datasets, "MNIST", fetch)
    first = load("mnist", None, None, files)
    load.cache_clear()
    monkeypatch.delattr(datasets, "MNIST")
    assert load("mnist", None, None, files).digest == first.digest
