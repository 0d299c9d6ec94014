"""How quickly results are read: the whole `audit check` against `mlflow.search_runs`, and growth with CSV and Parquet.

    python benchmarks/reading.py [--runs 10000 100000] [--rows 100000 1000000] [--repeats 3] [--stores DIRECTORY]

Of `audit check` the whole process counts, with rules and report. Of mlflow only the call counts, without its import.
The two run by turns, above 10,000 runs once. `--stores` keeps the stores in a directory and uses those that are there.
Memory is the peak of each process. Target: at least 15 times as fast at 10,000 runs and 20 times at 100,000, in less
memory; linear growth to 1,000,000 rows.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import bulk_store
from measure import by_turns, machine, measure, ratios, spread

_SEARCH = """
import os, sys, time
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
import mlflow
mlflow.set_tracking_uri(f"sqlite:///{sys.argv[1]}")
start, processor = time.perf_counter(), time.process_time()
frame = mlflow.search_runs(search_all_experiments=True, max_results=int(sys.argv[2]))
print(time.perf_counter() - start, time.process_time() - processor, len(frame))
"""
_TABLE = """
copy (
    select 'dataset ' || (i // 12000) as dataset, 'network ' || (i // 600 % 20) as architecture,
        'method ' || (i // 60 % 10) as method, i % 10 as seed,
        [1, 2, 4, 8, 16, 32][i // 10 % 6 + 1] as compression_target,
        [1, 2, 4, 8, 16, 32][i // 10 % 6 + 1] * 1.001 as compression_ratio, 1.5 as theoretical_speedup,
        round(0.9 - 0.01 * (i // 10 % 6) + random() / 100, 4) as top1, random() as loss, 10000 as n_test,
        'adam' as optimizer, 0.003 as learning_rate
    from range({rows}) as t(i)
) to '{path}'
"""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, nargs="*", default=[10_000])
    parser.add_argument("--rows", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--stores", type=Path)
    options = parser.parse_args()
    print(machine("mlflow", "duckdb", "numpy", "pandas"))
    with tempfile.TemporaryDirectory() as directory:
        for runs in options.runs:
            _stores(options.stores or Path(directory), runs, options.repeats if runs <= 10_000 else 1)
        _tables(Path(directory), options.rows, options.repeats)


def _command(path: Path) -> list[str]:
    return [sys.executable, "-m", "audit", "check", str(path), "--format", "json"]


def _stores(directory: Path, runs: int, repeats: int) -> None:
    store = directory / f"{runs}.db"
    if not store.exists():
        making = [sys.executable, __file__, "--make", str(store), str(runs)]
        subprocess.run(making, check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["cat", str(store)], stdout=subprocess.DEVNULL, check=True)  # neither is the first that reads it
    theirs = [sys.executable, "-c", _SEARCH, str(store), str(runs)]
    ours, search = by_turns([_command(store), theirs], repeats, accepted=(0, 1))
    calls = [[float(word) for word in printed.split()] for printed in search.printed]
    assert all(found == runs for _, _, found in calls)
    wall, processor = ([call[part] for call in calls] for part in (0, 1))
    print(f"{runs:,} runs: audit check {ours}; mlflow.search_runs {spread(wall)}, {search.megabytes:.0f} MB")
    print(f"    {ratios(wall, ours.seconds)} × as fast, {ratios(processor, ours.processor)} × in processor time")
    print(f"    {ours.megabytes / search.megabytes:.2f} × the memory", flush=True)


def _tables(directory: Path, sizes: list[int], repeats: int) -> None:
    for suffix in ("csv", "parquet"):
        before = None
        for rows in sizes:
            path = directory / f"{rows}.{suffix}"
            making = f"import duckdb; duckdb.execute({_TABLE.format(rows=rows, path=path)!r})"
            subprocess.run([sys.executable, "-c", making], check=True)  # apart: what it takes would count as a peak
            ours = measure(_command(path), repeats, accepted=(0, 1))
            per_row = 1e6 * ours.median / rows
            growth = f", {ours.median / before[0]:.1f} × the time of {before[1]:,}" if before else ""
            print(f"{rows:,} rows of {suffix}: {ours}; {per_row:.2f} µs a row{growth}", flush=True)
            before = (ours.median, rows)
            path.unlink()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        bulk_store.make(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
