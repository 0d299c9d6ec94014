"""What the tests of the sources share: the real command line, and a directory that must stay as it was."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from audit.cli import _run


@dataclass(frozen=True)
class Answer:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines on stderr."""
        return self.err.splitlines()


@pytest.fixture
def audit(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Run `audit …` in this process."""

    def call(*arguments: str | os.PathLike[str]) -> Answer:
        capsys.readouterr()
        code = _run([str(each) for each in arguments])
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return call


@contextmanager
def untouched(directory: Path) -> Iterator[None]:
    """Assert that no byte, name or time of a directory changes."""
    before = _state(directory)
    yield
    assert _state(directory) == before


def _state(directory: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(each.relative_to(directory)): (each.lstat().st_mtime_ns, each.read_bytes() if each.is_file() else b"")
        for each in [directory, *sorted(directory.rglob("*"))]
    }


@pytest.fixture
def refused(audit: Callable[..., Answer], tmp_path: Path) -> Callable[..., str]:
    """Check a location that cannot be audited: exit 3, one line that holds some words, nothing on stdout, no change."""

    def check(location: str | Path, *words: str, options: tuple[str, ...] = ()) -> str:
        with untouched(tmp_path):
            answer = audit("check", location, *options)
        assert answer.code == 3, answer.err
        assert answer.out == ""
        assert len(answer.lines) == 1, answer.err
        for word in words:
            assert word in answer.err
        return answer.err

    return check


HEADER = "dataset,architecture,method,seed,compression_ratio,top1"


def rows(count: int = 4, method: str = "global_magnitude") -> str:
    """Sound rows under HEADER."""
    return "\n".join(f"cifar10,resnet20,{method},{seed},2,0.9{seed}" for seed in range(1, count + 1)) + "\n"
