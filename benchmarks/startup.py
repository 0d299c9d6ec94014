"""How quickly the command line starts: `audit check` on 1,000 runs against `import mlflow`, `--help` against click.

    python benchmarks/startup.py [--repeats 5]

Whole processes, medians. Target: `audit check` at most 0.2 of the time of `python -c "import mlflow"`, and `audit
--help` at most 1.5 of that of `python -c "import click"`.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import machine, measure

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
        check = measure([python, "-m", "audit", "check", str(store)], repeats, accepted=(0, 1))
    theirs = measure([python, "-c", "import mlflow"], repeats)
    print(f"audit check on {_RUNS:,} runs: {check}; import mlflow: {theirs}; ratio {check.median / theirs.median:.2f}")
    usage = measure([python, "-m", "audit", "--help"], 2 * repeats)
    click = measure([python, "-c", "import click"], 2 * repeats)
    print(f"audit --help: {usage}; import click: {click}; ratio {usage.median / click.median:.2f}")


if __name__ == "__main__":
    main()
