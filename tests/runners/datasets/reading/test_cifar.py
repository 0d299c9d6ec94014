"""The archives of CIFAR: read, and never trusted."""

import io
import pickle
import tarfile
from typing import ClassVar

import numpy as np
import pytest
import torch

from runners.datasets import cifar10, cifar100, load
from runners.datasets.reading import DatasetError

IMAGES = np.random.RandomState(0).randint(0, 256, (120, 3072), np.uint8)
LABELS = [row % 10 for row in range(120)]


class Python2Pickler(pickle._Pickler):
    """Writes bytes as Python 2 wrote its `str`: this is what the archives hold."""

    dispatch: ClassVar = pickle._Pickler.dispatch.copy()

    def save_bytes(self, value):
        """The opcode BINSTRING, which Python 3 reads and does not write."""
        self.write(b"T" + len(value).to_bytes(4, "little") + value)
        self.memoize(value)

    dispatch[bytes] = save_bytes


def pickled(value):
    """Protocol 2, with numpy's module under its name of the time."""
    file = io.BytesIO()
    Python2Pickler(file, 2).dump(value)
    return file.getvalue().replace(b"cnumpy._core.", b"cnumpy.core.")


def batch(rows, key=b"labels", **more):
    """A member of an archive."""
    return pickled({b"batch_label": b"a batch", b"data": IMAGES[rows], key: LABELS[rows], **more})


def archive(path, directory, members):
    """A gzipped tar file of the members by name."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(f"{directory}/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


MEMBERS = {f"data_batch_{number}": batch(slice(20 * number - 20, 20 * number)) for number in range(1, 6)} | {
    "test_batch": batch(slice(100, 120))
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Torchvision's downloads fail."""
    from torchvision import datasets

    def fail(root, download):
        raise OSError("no route to host")

    for kind in ("CIFAR10", "CIFAR100"):
        monkeypatch.setattr(datasets, kind, fail)
    load.cache_clear()


def cifar10_in(root, **members):
    """CIFAR-10 read from an archive of MEMBERS, some of which are others."""
    archive(root / cifar10.ARCHIVE.file, cifar10.ARCHIVE.directory, MEMBERS | members)
    return load("cifar10", None, root, root)


def test_cifar10_is_read_from_its_archive(tmp_path):
    """Five batches of colour images, red plane first; one in ten held out, evenly over the classes; no image twice."""
    dataset = cifar10_in(tmp_path)
    assert torch.bincount(dataset.validation.labels).tolist() == [1] * 10
    assert torch.bincount(dataset.train.labels).tolist() == [9] * 10
    found = torch.cat([dataset.train.inputs, dataset.validation.inputs]).flatten(1)
    assert {bytes(row) for row in found.numpy()} == {bytes(row) for row in IMAGES[:100]}
    assert torch.equal(dataset.test.inputs, torch.from_numpy(IMAGES[100:].reshape(-1, 3, 32, 32)))
    assert dataset.resolution == "32 × 32, 3 channels"


def test_the_extracted_directory_does_as_well(tmp_path):
    """In `root`, or as `root` itself; and Python 3's own pickles of the same arrays are read too."""
    before = cifar10_in(tmp_path).digest
    directory = tmp_path / "here" / cifar10.ARCHIVE.directory
    directory.mkdir(parents=True)
    for name, content in MEMBERS.items():
        (directory / name).write_bytes(content)
    assert load("cifar10", None, directory.parent, tmp_path).digest == before
    assert load("cifar10", None, directory, tmp_path).digest == before
    table = {b"data": IMAGES[100:], b"labels": LABELS[100:]}
    (directory / "test_batch").write_bytes(pickle.dumps(table, protocol=4))
    load.cache_clear()
    assert load("cifar10", None, directory, tmp_path).digest == before


def test_cifar100_has_its_fine_labels(tmp_path):
    """The hundred classes, and not the twenty coarse ones that stand beside them."""
    coarse = {b"coarse_labels": [0] * 100}
    fine = {"train": pickled({b"data": IMAGES[:100], b"fine_labels": list(range(100)), **coarse})}
    fine["test"] = batch(slice(100, 120), b"fine_labels")
    archive(tmp_path / cifar100.ARCHIVE.file, cifar100.ARCHIVE.directory, fine)
    dataset = load("cifar100", None, tmp_path, tmp_path)
    both = torch.cat([dataset.train.labels, dataset.validation.labels])
    assert both.sort().values.tolist() == list(range(100))
    assert (len(dataset.train), len(dataset.validation), dataset.classes) == (90, 10, 100)


class Malicious:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return exec, (f"open({str(self.path)!r}, 'w').close()",)


@pytest.mark.parametrize("write", [pickled, pickle.dumps])
def test_nothing_in_an_archive_is_executed(tmp_path, write):
    """A pickle that calls a function is refused before the function is called."""
    evil = write({b"data": Malicious(tmp_path / "harmed"), b"labels": []})
    with pytest.raises(DatasetError, match=r"data_batch_3 cannot be read: .* it asks for \w+\.exec"):
        cifar10_in(tmp_path, data_batch_3=evil)
    assert not (tmp_path / "harmed").exists()
    pickle.loads(evil)  # it would have worked
    assert (tmp_path / "harmed").exists()


@pytest.mark.parametrize(
    ("member", "said"),
    [
        (MEMBERS["data_batch_2"][:1000], "data_batch_2 cannot be read: .*truncated"),
        (b"", "data_batch_2 cannot be read: EOFError"),
        (pickled({b"data": IMAGES[:5]}), "data_batch_2 cannot be read: KeyError"),
        (pickled({b"data": IMAGES[:5], b"labels": [1]}), "its images or labels are not those of CIFAR"),
        (pickled({b"data": [1], b"labels": [1]}), "its images or labels are not those of CIFAR"),
        (pickled({b"data": IMAGES[:5, :7], b"labels": [1] * 5}), "data_batch_2 cannot be read: ValueError"),
    ],
)
def test_a_broken_member_is_named_in_one_line(tmp_path, member, said):
    """Truncated, or other than it should be."""
    with pytest.raises(DatasetError, match=said) as caught:
        cifar10_in(tmp_path, data_batch_2=member)
    assert str(tmp_path / cifar10.ARCHIVE.file) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("part", [0.0, 0.01, 0.5, 0.95])
def test_a_truncated_archive_is_named_in_one_line(tmp_path, part):
    """What an interrupted download leaves."""
    cifar10_in(tmp_path)
    path = tmp_path / cifar10.ARCHIVE.file
    path.write_bytes(path.read_bytes()[: int(part * path.stat().st_size)])
    load.cache_clear()
    with pytest.raises(DatasetError, match=r"cannot be read: .*; fetch it again") as caught:
        load("cifar10", None, tmp_path, tmp_path)
    assert str(path) in str(caught.value)


def test_a_missing_member_is_named(tmp_path):
    """The archive of another data set, under this one's name."""
    archive(tmp_path / cifar10.ARCHIVE.file, cifar10.ARCHIVE.directory, {"data_batch_1": MEMBERS["data_batch_1"]})
    with pytest.raises(DatasetError, match="data_batch_2 cannot be read: KeyError"):
        load("cifar10", None, tmp_path, tmp_path)


def test_without_files_and_network_one_line_says_what_to_do(tmp_path):
    """Both forms that would do are named, with the place and the key of the study file."""
    with pytest.raises(DatasetError) as caught:
        load("cifar10", None, tmp_path, tmp_path)
    for said in (cifar10.ARCHIVE.file, cifar10.ARCHIVE.directory, str(tmp_path), "no route", "[dataset.cifar10] root"):
        assert said in str(caught.value)
