"""Measuring whole processes: wall time and peak memory, and the machine and versions that a figure stands with."""

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True)
class Measured:
    """Wall times (s) and the largest peak memory (MB) of some runs of one command, and what the last one printed."""

    seconds: tuple[float, ...]
    megabytes: float
    printed: str

    @property
    def median(self) -> float:
        """The median wall time."""
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        spread = f" ({min(self.seconds):.2f}–{max(self.seconds):.2f}, n = {len(self.seconds)})"
        return f"{self.median:.2f} s{spread if len(self.seconds) > 1 else ''}, {self.megabytes:.0f} MB"


def measure(command: Sequence[str], repeats: int, accepted: Sequence[int] = (0,)) -> Measured:
    """Run a command some times; raises SystemExit where it ends with an exit code that is not accepted."""
    seconds, peak, printed = [], 0, ""
    for _ in range(repeats):
        start = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            assert process.stdout is not None
            printed = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds.append(time.perf_counter() - start)
        peak = max(peak, usage.ru_maxrss)
        if process.returncode not in accepted:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Measured(tuple(seconds), peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), printed)


def machine(*packages: str) -> str:
    """One line on the machine and the versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"{system}; Python {platform.python_version()}; {versions}"
