"""A local checkout of the source code, read as files: git itself is never run, since what it reads can make it run.

It answers two questions about the repository that a study file lies in: from where was it cloned, and does it have a
commit or a tag of a given name.
"""

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

_LARGEST = 1 << 24  # bytes of a text that is read
_URL = re.compile(r"^\s*url\s*=\s*(\S+)\s*$", re.MULTILINE)
_SSH = re.compile(r"(?:\w+@)?([\w.-]+):(?!//)(.+)")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_HASH, _FANOUT = 20, 8  # bytes of a hash; where the counts of a pack's index begin


class Checkout(Struct, frozen=True):
    """A repository: `common` holds its objects and references."""

    root: Path
    common: Path

    @classmethod
    def around(cls, place: Path) -> "Checkout | None":
        """The repository that holds a file or directory; None where there is none."""
        for root in (place, *place.parents):
            git = root / ".git"
            if git.is_dir():
                return cls(root, git)
            pointer = _read(git).strip()
            if pointer.startswith("gitdir:"):
                git = (root / pointer.removeprefix("gitdir:").strip()).resolve()
                shared = _read(git / "commondir").strip()
                return cls(root, (git / shared).resolve() if shared else git)
        return None

    def is_clone_of(self, url: str) -> bool:
        """Whether one of its remotes is the repository at `url`."""
        return _place(url) in {_place(found) for found in _URL.findall(_read(self.common / "config"))}

    @property
    def is_shallow(self) -> bool:
        """Whether it has only a part of the history."""
        return (self.common / "shallow").exists()

    def has_tag(self, name: str) -> bool:
        """Whether it has a tag of that name."""
        loose = self.common / "refs" / "tags"
        packed = f"refs/tags/{name}"
        return name in _names(loose) or any(
            line.endswith(f" {packed}") for line in _read(self.common / "packed-refs").splitlines()
        )

    def has_commit(self, commit: str) -> bool:
        """Whether it has an object whose hash begins so; `commit` is 7 to 40 hexadecimal digits."""
        commit = commit.lower()
        if not _COMMIT.fullmatch(commit):
            return False
        loose = self.common / "objects" / commit[:2]
        if any(name.startswith(commit[2:]) for name in _names(loose)):
            return True
        return any(_in_index(index, commit) for index in sorted((self.common / "objects" / "pack").glob("*.idx")))


def _place(url: str) -> str:
    """Host and path of a repository's address, without scheme, user and `.git`."""
    ssh = _SSH.fullmatch(url)
    host, path = ssh.groups() if ssh else re.sub(r"^\w+://(?:[^/@]*@)?", "", url).partition("/")[::2]
    first_two = "/".join(path.strip("/").split("/")[:2])
    return f"{host}/{first_two}".lower().removesuffix(".git")


def _read(file: Path) -> str:
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return ""
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _names(directory: Path) -> Iterator[str]:
    try:
        yield from (each.relative_to(directory).as_posix() for each in directory.rglob("*") if each.is_file())
    except OSError:
        return


def _in_index(file: Path, commit: str) -> bool:
    """Whether a pack's index (version 2) lists a hash that begins so."""
    try:
        with file.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as held:
            if held[:8] != b"\xfftOc\x00\x00\x00\x02":
                return False
            first = int(commit[:2], 16)
            low, high = (
                int.from_bytes(held[_FANOUT + 4 * each : _FANOUT + 4 * each + 4], "big") if each >= 0 else 0
                for each in (first - 1, first)
            )
            hashes = _FANOUT + 4 * 256
            while low < high:
                middle = (low + high) // 2
                found = held[hashes + _HASH * middle : hashes + _HASH * (middle + 1)].hex()
                if found.startswith(commit):
                    return True
                low, high = (middle + 1, high) if found < commit else (low, middle)
            return False
    except (OSError, ValueError):
        return False
