"""Data sets of the user's own, by `module:factory`."""

import re
from pathlib import Path

import pytest
import torch

from audit.study import Study, StudyError
from runners.datasets import Dataset, Split, choose, content_digest


def test_a_factory_of_the_users_own_is_found_beside_the_study_file(tiny_study):
    """The data set is made, and identified by its content."""
    choice = choose("blobs", tiny_study(), ("run", "datasets", 0))
    assert choice.factory.endswith(":blobs")
    assert len(choice.digest) == 64


def test_the_digest_covers_every_array(blobs):
    """One pixel or one label makes another digest."""
    before = content_digest(blobs)
    blobs.test.inputs[0, 0, 0, 0] += 1
    changed = content_digest(blobs)
    blobs.validation.labels[0] = 1 - blobs.validation.labels[0]
    assert len({before, changed, content_digest(blobs)}) == 3


def test_an_unknown_data_set_is_named_with_its_line():
    """The error says what is known."""
    study = Study.parse('[run]\ndatasets = ["digit"]')
    with pytest.raises(StudyError, match=r"audit.toml:2: unknown data set `digit`; known are cifar10, .*, digits, "):
        choose("digit", study, ("run", "datasets", 0))


def test_a_factory_that_cannot_be_imported_is_named(tiny_study):
    """The error has the line of `factory` and says what was looked for."""
    study = tiny_study(edit={":blobs": ":clouds"})
    with pytest.raises(StudyError, match="has no function `clouds`"):
        choose("blobs", study, ("run", "datasets", 0))


def test_labels_outside_the_classes_are_refused(tiny_study, monkeypatch):
    """A data set is validated when it is made."""
    import runners.datasets as module

    broken = Dataset(*(Split(torch.zeros(2, 1, 2, 2), torch.tensor([0, 7])) for _ in range(3)), classes=2)
    monkeypatch.setattr(module.own_code, "load", lambda name, directory: lambda root: broken)
    module.load.cache_clear()
    with pytest.raises(StudyError, match="labels outside 0 … 1"):
        choose("blobs", tiny_study(), ("run", "datasets", 0))
    module.load.cache_clear()


def test_the_data_set_that_the_documentation_shows_works(tmp_path, monkeypatch):
    """It is planned with, from a file beside the study file."""
    page = (Path(__file__).parents[3] / "docs" / "usage.md").read_text(encoding="utf-8")
    (text,) = (block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "Dataset(" in block)
    (tmp_path / "data_set_as_shown.py").write_text(text)
    (tmp_path / "study.toml").write_text('[dataset.mine]\nfactory = "data_set_as_shown:load"')
    monkeypatch.chdir(tmp_path)
    assert len(choose("mine", Study.read(tmp_path / "study.toml"), ("run", "datasets", 0)).digest) == 64
