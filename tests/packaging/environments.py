"""Environments of their own, and what is installed into them."""

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
WHEELS = Path(sys.prefix, "wheels")  # `make test` puts there what a base install needs; without it, pip asks its index
OURS = {"PYTHONPATH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE"}
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(WHEELS)} if WHEELS.is_dir() else {}


def environment() -> dict[str, str]:
    """The environment of every subprocess: nothing of the checkout on the path, and pip offline where it can be.

    Python compiles what is imported, where pip would compile all that it installs; it takes PIP_NO_COMPILE for a value
    of `compile`.
    """
    kept = {key: value for key, value in os.environ.items() if key not in OURS}
    return {**kept, **OFFLINE, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_COMPILE": "0", "PIP_QUIET": "1"}


def run(*command: str | Path, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(command, cwd=directory, env=environment(), capture_output=True, text=True, timeout=300)


@dataclass(frozen=True)
class Distributions:
    """What is built: the sdist, the wheel that is made from the sdist, and the wheel that is made from the checkout."""

    sdist: Path
    wheel: Path
    direct_wheel: Path


@dataclass(frozen=True)
class Installed:
    """An environment with the project in it, and an empty directory to work in."""

    scripts: Path
    directory: Path

    def audit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the installed `audit` command."""
        return run(self.scripts / "audit", *arguments, directory=self.directory)

    def python(self, code: str) -> str:
        """What a Python program prints in the environment."""
        done = run(self.scripts / "python", "-c", code, directory=self.directory)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def install(directory: Path, *what: str | Path) -> Installed:
    """Make an environment below `directory`, and install into it."""
    home, work = directory / "environment", directory / "work"
    venv.create(home, symlinks=True)
    work.mkdir()
    scripts = home / "bin"
    done = run(sys.executable, "-m", "pip", "--python", scripts / "python", "install", *what, directory=work)
    assert done.returncode == 0, done.stdout + done.stderr
    return Installed(scripts, work)
