"""Where and with what a run was made, in the schema's names."""

import platform
import subprocess
from pathlib import Path

import torch

from runners import placement


def environment(device: str) -> dict[str, str | int | bool]:
    """Versions, hardware and numerical settings of this process, which trains on `device`."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        **placement.hardware(device),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "threads": torch.get_num_threads(),
    }


def code_state(directory: Path, results: Path) -> dict[str, str | bool]:
    """Commit of the repository that holds `directory`, and whether it had uncommitted or untracked files.

    What lies in `results` does not count. Empty where there is no repository, no commit, or no git, and where the
    repository ignores the directory: an environment below a project is no part of it.
    """
    commit = _git(directory, "rev-parse", "HEAD")
    if commit is None or _git(directory, "check-ignore", "--quiet", ".") is not None:
        return {}
    root = Path(_git(directory, "rev-parse", "--show-toplevel") or directory)
    exclude = []
    if results.resolve().is_relative_to(root) and results.resolve() != root:
        exclude = ["--", ":/", f":(top,exclude){results.resolve().relative_to(root).as_posix()}"]
    status = _git(directory, "status", "--porcelain", *exclude)
    return {"commit": commit} if status is None else {"commit": commit, "dirty": bool(status)}


def _git(directory: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(directory), *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
