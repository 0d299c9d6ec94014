"""Each cell holds at least three runs with distinct seeds.

With one run nobody can tell a better method from a luckier seed. Runs that failed, are still running, or gave no number
are counted apart; runs that agree in initial weights, mask and predictions are one run, whatever their seeds say; a row
without a seed never counts as a seed, and where such rows would make up the number, whether they are repeats or copies
cannot be told. In a table of means the stated `n` is a declaration. Source: Blalock et al. 2020, appendix B.
"""

import numpy as np

from audit.case import Case
from audit.results import numbered
from audit.rule import DECLARED, FAIL, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, verdicts
from audit.subjects import each_cell

RULE = Rule("RES004", "too-few-seeds", Severity.ERROR, Scope.METHOD, absent=FAIL, parameters={"minimum": 3})


def check(case: Case, *, minimum: int) -> Judgement:
    """Count the distinct runs with a seed of each cell among its networks that have a number."""
    results, cells = case.results, case.results.cells
    seed = results.text("seed").codes
    single = case.measured & ~(results.number("n") > 1)
    run = _runs(case, seed)
    named = cells.distinct(seed, single)
    seeds = cells.distinct(run, single & (seed >= 0))
    unseeded = cells.distinct(run, single) - seeds
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


def _runs(case: Case, seed: np.ndarray) -> np.ndarray:
    """(rows,) a number for each run of a cell: rows with one seed, or with one identity, are the same run.

    The identity is initial weights, mask and predictions, where the three are recorded; where predictions are not, the
    study's metric stands in for them.
    """
    results, cell = case.results, case.results.cells.of_row
    own = np.arange(len(results))
    weights, mask, predictions = (results.text(name).codes for name in ("initial_weights", "mask", "predictions"))
    value = numbered(case.quality)
    outcome = np.where(predictions >= 0, predictions, len(results) + value)
    parts = [weights, mask, outcome]
    known = (weights >= 0) & (mask >= 0) & np.isfinite(case.quality)
    same_seed = numbered(cell, seed, np.where(seed >= 0, -1, own))
    identical = numbered(cell, *(np.where(known, part, -1) for part in parts), np.where(known, -1, own))
    run = own
    while True:
        before = run
        for key in (same_seed, identical):
            least = np.full(len(run), len(run))
            np.minimum.at(least, key, run)
            run = least[key]
        if np.array_equal(run, before):
            return run
