"""Where and with what a run was made, in the schema's names."""

import platform
import subprocess
from functools import cache
from pathlib import Path

import torch


def numerics() -> None:
    """One thread and deterministic algorithms: the same bits whatever else the machine is doing."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)


def environment() -> dict[str, str | int | bool]:
    """Versions, hardware and numerical settings of this process."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "device": _processor(),
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


@cache
def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()
