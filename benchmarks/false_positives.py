"""How often rules accuse clean studies, and how often they find planted faults; writes docs/false_positives.md.

    python benchmarks/false_positives.py [--studies 2000] [--faults 500] [--workers 2] [--write]

A study counts where the rule could look at it. Intervals are Clopper and Pearson's, at 95 %. Each rule states a rate in
its documentation; the last column but one says whether the measured one holds it: its interval reaches down to it.
"""

import argparse
import re
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import simulated_studies as simulated
from measure import machine
from simulated_studies import Fault

from audit.case import Case
from audit.registry import Loaded, rules
from audit.rule import FAIL, NOT_APPLICABLE, Severity
from audit.stats.intervals import clopper_pearson

PAGE = Path(__file__).parents[1] / "docs" / "false_positives.md"
MOST_TRIES = 20  # times the studies that are asked for
CHUNK = 100
_SMALL = {
    "examples": lambda rng: int(rng.choice([50, 100, 200, 360])),
    "printing": lambda rng: str(rng.choice(["4", "5"])),
}
_STATED = re.compile(r"[Ff]alse alarms: at most ([0-9.]+) %")


@dataclass(frozen=True)
class Target:
    """One rule: what the studies that it can look at are like, the fault that it is to find, and in which studies."""

    code: str
    fault: Fault
    fixed: Mapping[str, Any] = field(default_factory=dict)
    where_faulty: Mapping[str, Any] = field(default_factory=dict)


_FINE = {"printing": lambda rng: str(rng.choice(["double", "float32", "5"]))}
_UNSEEDED = {"checkpoint": False, "collapses": 0.0}
TARGETS = (
    Target("NUM001", simulated.made_up_accuracies, where_faulty=_FINE),
    Target("NUM002", simulated.ragged_batches, where_faulty=_FINE),
    Target("NUM003", simulated.made_up_deviations, {"averaged": True, **_SMALL}, {"kind": "std"}),
    Target("NUM004", simulated.another_ratio, where_faulty={"layers": True, "filters": False, "ratio_decimals": None}),
    Target("NUM005", simulated.a_layer_too_many, {"layers": True}),
    Target("NUM006", simulated.beyond_the_end, {"prunable": True}, {"filters": False}),
    Target("NUM007", simulated.another_speedup, where_faulty={"ratio_decimals": None}),
    Target("NUM008", simulated.a_copied_seed, where_faulty=_UNSEEDED),
    Target("NUM008", simulated.a_copied_seed_without_digests, {"loss": "none"}, {"seeds": 5, **_UNSEEDED}),
    Target("NUM009", simulated.another_dense_network, where_faulty={"states_dense": True, "printing": "4"}),
    Target("NUM010", simulated.another_unit),
    Target("CMP008", simulated.best_test_epochs, where_faulty={"validated": True, "epochs": 20, **_UNSEEDED}),
    Target("RES002", simulated.no_decline, where_faulty=_UNSEEDED),
)


@dataclass(frozen=True)
class Counted:
    """Studies that a rule could look at, and those of them that it failed."""

    studies: int
    failed: int

    def __str__(self) -> str:
        if not self.studies:
            return "–"
        low, high = clopper_pearson(np.array([self.failed]), np.array([self.studies]))
        return f"{100 * self.failed / self.studies:.2f} % ({100 * low[0]:.2f}–{100 * high[0]:.2f})"


def judged(loaded: Loaded, case: Case) -> tuple[bool, bool]:
    """Whether a rule could look at a study, and whether it fails it, with more than a note."""
    judgement = loaded.check(case, **loaded.rule.parameters)
    severities = judgement.severity or [loaded.rule.severity] * len(judgement.verdict)
    fails = [
        verdict is FAIL and severity > Severity.NOTE
        for verdict, severity in zip(judgement.verdict, severities, strict=True)
    ]
    return any(verdict is not NOT_APPLICABLE for verdict in judgement.verdict), any(fails)


def count(place: int, studies: int, seed: int, *, faulty: bool) -> Counted:
    """Simulate until a rule could look at so many studies; a study in which the fault cannot be seen counts too."""
    target = TARGETS[place]
    loaded = next(each for each in rules() if each.rule.code == target.code)
    rng = np.random.default_rng([place, seed, faulty])
    seen = failed = 0
    for _ in range(MOST_TRIES * studies):
        study = simulated.clean(rng, **target.fixed, **({**target.where_faulty} if faulty else {}))
        if faulty:
            target.fault(study, rng)
        looked, fails = judged(loaded, study.case())
        seen, failed = seen + looked, failed + fails
        if seen == studies:
            break
    return Counted(seen, failed)


def stated(code: str) -> float | None:
    """The rate in percent that a rule's documentation states."""
    (documentation,) = (each.documentation for each in rules() if each.rule.code == code)
    found = _STATED.search(" ".join(documentation.split()))
    return float(found[1]) if found else None


def main() -> None:
    """Measure, print the table, and write the page where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--faults", type=int, default=500)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    options = parser.parse_args()
    chunks = {False: -(-options.studies // CHUNK), True: -(-options.faults // CHUNK)}
    with ProcessPoolExecutor(options.workers) as pool:
        jobs = {
            (place, faulty): [pool.submit(count, place, CHUNK, seed, faulty=faulty) for seed in range(number)]
            for place in range(len(TARGETS))
            for faulty, number in chunks.items()
        }
        found = {
            key: Counted(sum(each.result().studies for each in parts), sum(each.result().failed for each in parts))
            for key, parts in jobs.items()
        }
    lines = ["| rule | clean studies | false alarms (95 %) | stated | holds | planted fault | found (95 %) |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- |")
    broken = []
    for place, target in enumerate(TARGETS):
        alarms, faults = found[place, False], found[place, True]
        rate = stated(target.code)
        low = clopper_pearson(np.array([alarms.failed]), np.array([max(alarms.studies, 1)]))[0][0]
        holds = rate is not None and 100 * alarms.failed / max(alarms.studies, 1) <= rate
        broken += [] if holds or (rate is not None and 100 * low <= rate) else [target.code]
        words = (target.fault.__doc__ or "").rstrip(".")
        at_most = "–" if rate is None else f"at most {rate:g} %"
        cells = (target.code, alarms.studies, alarms, at_most, "yes" if holds else "no", words, faults)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    table = "\n".join(lines)
    footing = f"{options.studies} clean and {options.faults} faulty studies a row; {machine('numpy', 'scipy')}"
    print(table, footing, sep="\n\n")
    if options.write:
        PAGE.write_text(page(table, footing), encoding="utf-8")
    if broken:
        raise SystemExit(f"above the stated rate: {', '.join(broken)}")


def page(table: str, footing: str) -> str:
    """The page of the documentation."""
    return f"""# False alarms, and what is found

How often a rule fails a clean study, and how often it finds a planted fault. The studies are simulated
(`benchmarks/simulated_studies.py`): every number comes from a count, and what varies is what honest studies vary in:
100 to 50,000 test examples, 2 to 1,000 classes, 2 to 10 seeds, the spread over them, collapsed cells, values in double,
single and half precision, rounded to one, two or three digits of percent, when they were printed or before, or cut off,
dense rows that are copied to every method, one checkpoint for all seeds, ratios of all or of the prunable parameters,
counts in thousands, the last epoch, the best validation epoch or the smallest validation loss. A study counts where the
rule could look at it. Those of NUM003 are tables of means on 50 to 360 examples to two or three digits of percent;
those of RES002 decline by 8 points or more.

Faults are planted where they leave a trace: for NUM001 and NUM002 accuracies are known to three digits of percent or
better, for NUM003 the deviation is declared as `std`, for NUM004 layers are recorded and ratios are not rounded, for
NUM008 not all seeds start from one checkpoint, for NUM009 the dense accuracy stands in the row to two digits of
percent, for CMP008 there are validation curves of 20 epochs. What else is recorded, and how coarsely, varies as in the
clean studies.

{table}

NUM011 never fails. The claim tests are measured on their own (`benchmarks/claims.py`).

`python benchmarks/false_positives.py --write`: {footing}.
"""


if __name__ == "__main__":
    main()
