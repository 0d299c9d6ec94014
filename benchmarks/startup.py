"""How quickly the command line starts: `audit check` on 1,000 runs against `import mlflow`, `--help` against click.

    python benchmarks/startup.py [--repeats 5]

Whole processes by turns, medians of their ratios. Target: `audit check` at most 0.2 of the time of `python -c "import
mlflow"`, and `audit --help` at most 1.5 of that of `python -c "import click"`.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import Measured, by_turns, machine, ratios

_RUNS = 1_000


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    print(machine("mlflow", "click", "numpy", "scipy"))
    python = sys.executable
    with tempfile.TemporaryDirectory() as directory:
        store = Path(directory) / "store.db"
        making = [python, str(Path(__file__).with_name("reading.py")), "--make", str(store), str(_RUNS)]
        subprocess.run(making, check=True, stderr=subprocess.DEVNULL)
        check, theirs = by_turns(
            [[python, "-m", "audit", "check", str(store)], [python, "-c", "import mlflow"]], repeats, accepted=(0, 1)
        )
    print(f"audit check on {_RUNS:,} runs: {check}; import mlflow: {theirs}")
    print(f"    {_both(check, theirs)}; target 0.2")
    usage, click = by_turns([[python, "-m", "audit", "--help"], [python, "-c", "import click"]], 2 * repeats)
    print(f"audit --help: {usage}; import click: {click}")
    print(f"    {_both(usage, click)}; target 1.5")


def _both(ours: Measured, theirs: Measured) -> str:
    wall, processor = ratios(ours.seconds, theirs.seconds), ratios(ours.processor, theirs.processor)
    return f"ratio {wall}, of processor time {processor}"


if __name__ == "__main__":
    main()
