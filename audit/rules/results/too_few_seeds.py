"""Each cell holds at least three runs with distinct seeds.

What it checks
Each cell has `minimum` (3) or more distinct seeds among its networks with a number. Runs that failed, are still
running, or gave no number are counted apart. Runs that agree in initial weights, mask and predictions are one run,
whatever their seeds say. A row without a seed never counts as a seed; where such rows would make up the number, it is
undecidable whether they are repeats or copies. In a table of means the stated `n` is declared.

Why it matters
With one run nobody can tell a better method from a luckier seed.

Example
Seeds 1, 2 and 3, of which 3 diverged: two, fail.

What it cannot see
Seeds that are stated and were not run (NUM008 looks for copies); what a seed governs (REP002).

Source: Blalock et al. 2020, appendix B.
"""

import numpy as np

from audit.case import Case
from audit.rule import DECLARED, FAIL, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, verdicts
from audit.subjects import each_cell

RULE = Rule("RES004", "too-few-seeds", Severity.ERROR, Scope.METHOD, absent=FAIL, parameters={"minimum": 3})


def check(case: Case, *, minimum: int) -> Judgement:
    """Count the distinct runs with a seed of each cell among its networks that have a number."""
    results, cells = case.results, case.results.cells
    seed = results.text("seed").codes
    single = case.measured & ~(results.number("n") > 1)
    named = cells.distinct(seed, single)
    seeds = cells.distinct(case.run, single & (seed >= 0))
    unseeded = cells.distinct(case.run, single) - seeds
    n = np.where(case.measured, results.number("n"), np.nan)
    stated = np.nan_to_num(cells.extreme(n, largest=True), nan=1.0)
    lost = cells.count(~case.measured)
    verdict = verdicts(
        (seeds >= minimum, PASS),
        (stated >= minimum, DECLARED),
        ((unseeded > 0) & (seeds + unseeded >= minimum), UNDECIDABLE),
        otherwise=FAIL,
    )
    told = np.flatnonzero((cells.count(case.measured) > 0) | np.isfinite(cells.ratio) | np.isfinite(cells.target))
    observed = [_seen(*map(int, each)) for each in zip(seeds, named, unseeded, stated, lost, strict=True)]
    return Judgement(
        each_cell(results, np.isin(np.arange(len(cells)), told)),
        verdict[told],
        [observed[cell] for cell in told],
        expected=f"at least {minimum} distinct seeds",
        message={
            PASS: f"at least {minimum} distinct seeds",
            DECLARED: "means over a stated number of networks, whose seeds cannot be seen",
            UNDECIDABLE: "whether runs without a seed are repeats or copies cannot be told",
            FAIL: f"fewer than {minimum} distinct seeds",
        },
        remedy={
            FAIL: f"run {minimum} or more seeds at each ratio, and record `seed`",
            UNDECIDABLE: "add the column `seed`",
        },
    )


def _seen(seeds: int, named: int, unseeded: int, stated: int, lost: int) -> str:
    parts = [] if stated > 1 and not named else [f"{named} distinct seed{'' if named == 1 else 's'}"]
    if seeds < named:
        parts.append(f"whose runs are {seeds} by weights, mask and predictions")
    if unseeded:
        parts.append(f"{unseeded} run{'' if unseeded == 1 else 's'} without a seed")
    if stated > 1:
        parts.append(f"n = {stated} stated")
    if lost:
        parts.append(f"{lost} failed, unfinished or without a number")
    return ", ".join(parts)
