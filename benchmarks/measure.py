"""Measuring whole processes by turns: wall and processor time, peak memory; and the machine that a figure is from."""

import compileall
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

_SHOWN = 4096  # bytes at the end of what is printed


@dataclass(frozen=True)
class Measured:
    """Wall and processor times (s) of some runs of one command, largest peak memory (MB), the end of each output."""

    seconds: tuple[float, ...]
    processor: tuple[float, ...]
    megabytes: float
    printed: tuple[str, ...]

    @property
    def median(self) -> float:
        """The median wall time."""
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        return f"{spread(self.seconds)} (processor {statistics.median(self.processor):.2f} s), {self.megabytes:.0f} MB"


def spread(seconds: Sequence[float]) -> str:
    """A median with its extremes and their number."""
    extremes = f" ({min(seconds):.2f}–{max(seconds):.2f}, n = {len(seconds)})" if len(seconds) > 1 else " (n = 1)"
    return f"{statistics.median(seconds):.2f} s{extremes}"


def measure(command: Sequence[str], repeats: int, accepted: Sequence[int] = (0,)) -> Measured:
    """Run a command some times; raises SystemExit where it ends with an exit code that is not accepted."""
    return by_turns([command], repeats, accepted)[0]


def by_turns(commands: Sequence[Sequence[str]], repeats: int, accepted: Sequence[int] = (0,)) -> list[Measured]:
    """Run commands one after the other, again and again, so that what else the machine does meets them alike.

    Modules are compiled first, as pip compiles what it installs: a checkout may hold them uncompiled.
    """
    compileall.compile_dir(Path(__file__).parents[1] / "audit", quiet=2)
    rounds = [[_once(command, accepted) for command in commands] for _ in range(repeats)]
    return [
        Measured(tuple(wall), tuple(processor), max(megabytes), tuple(printed))
        for wall, processor, megabytes, printed in (zip(*each, strict=True) for each in zip(*rounds, strict=True))
    ]


def _once(command: Sequence[str], accepted: Sequence[int]) -> tuple[float, float, float, str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    with tempfile.TemporaryFile() as output:  # what is held in memory here would count as the next one's peak
        with subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, env=environment) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        output.seek(max(0, output.tell() - _SHOWN))
        printed = output.read().decode(errors="replace")
    if process.returncode not in accepted:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    megabytes = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return seconds, usage.ru_utime + usage.ru_stime, megabytes, printed


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """The median of ours ÷ theirs, turn by turn, with its extremes."""
    each = sorted(one / other for one, other in zip(ours, theirs, strict=True))
    return f"{statistics.median(each):.2f} ({each[0]:.2f}–{each[-1]:.2f})"


def machine(*packages: str) -> str:
    """One line on the machine, what else it is doing, and the versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return f"{system}; Python {platform.python_version()}; {versions}"
