"""Entry points of installed packages are found wherever `importlib.metadata` finds them."""

from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest

from audit.installed import entry_points
from tests.packages import installed

GROUP = "prune_audit.rules"
TEXT = f"[console_scripts]\nx = x:main\n\n[{GROUP}]\nb = b\na = a\n"


def test_in_a_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By name; a group that only resembles one is none of ours."""
    installed(tmp_path, "one", TEXT)
    installed(tmp_path, "other", f"[{GROUP}.more]\nc = c\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert [each.name for each in entry_points(GROUP)] == ["a", "b"]


def test_in_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wheel on the module path counts."""
    with ZipFile(tmp_path / "one.whl", "w") as archive:
        archive.writestr("one-1.dist-info/METADATA", "Name: one\nVersion: 1\n")
        archive.writestr("one-1.dist-info/entry_points.txt", TEXT)
    monkeypatch.syspath_prepend(str(tmp_path / "one.whl"))
    assert [each.name for each in entry_points(GROUP)] == ["a", "b"]


def test_nothing_is_asked_where_none_names_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no package brings any, `importlib.metadata` does not read them all again."""
    monkeypatch.setattr(metadata, "entry_points", lambda **_: pytest.fail("was asked"))
    assert entry_points("prune_audit.nothing_like_it") == []
