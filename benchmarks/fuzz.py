"""Audits spoiled inputs of every format for as long as it is told, and says how many it tried and what was wrong.

    python benchmarks/fuzz.py [--minutes 5] [--seed 0] [--kind csv --kind mlflow …]

An answer is wrong that is a traceback or a defect of ours, holds anything beside one line on stderr, changes a file, or
takes more than LONGEST seconds. Each is told with the seed that gives it again: `--seed N --tries 1`.
"""

import argparse
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.hostile import fuzzing

LONGEST = 20  # seconds


class TooLongError(Exception):
    """An audit took more than LONGEST seconds."""


def _too_long(number: int, frame: object) -> None:
    raise TooLongError


def main() -> int:
    """Spoil, audit, count; exits with 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--tries", type=int, default=sys.maxsize)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", action="append")
    options = parser.parse_args()
    signal.signal(signal.SIGALRM, _too_long)
    tried: Counter[str] = Counter()
    wrong: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as directory:
        seeds = fuzzing.seeds(Path(directory))
        kinds = options.kind or sorted(seeds)
        end, seed = time.monotonic() + 60 * options.minutes, options.seed
        while time.monotonic() < end and seed - options.seed < options.tries:
            dice = random.Random(seed)
            kind = dice.choice(kinds)
            if said := _tried(seeds[kind], dice):
                wrong.setdefault(f"{kind}: {said}", f"--seed {seed} --tries 1")
                print(f"{kind}, --seed {seed} --tries 1: {said}", flush=True)
            tried[kind] += 1
            seed += 1
    print(f"{tried.total()} inputs, {len(wrong)} kinds of wrong answers: {dict(sorted(tried.items()))}")
    return 1 if wrong else 0


def _tried(seed: fuzzing.Seed, dice: random.Random) -> str:
    signal.alarm(LONGEST)
    try:
        return fuzzing.attempt(seed, dice)
    except TooLongError:
        return f"takes more than {LONGEST} s"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    finally:
        signal.alarm(0)


if __name__ == "__main__":
    sys.exit(main())
