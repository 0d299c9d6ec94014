"""Each cell holds at least three runs with distinct seeds.

With one run nobody can tell a better method from a luckier seed. Runs that failed, or gave no number, are counted
apart; runs that agree in initial weights, mask and predictions are one run, whatever their seeds say; a row without a
seed never counts as a seed. Repeats whose seeds are not recorded cannot be told from copies: undecidable. In a table of
means the stated `n` is a declaration. Source: Blalock et al. 2020, appendix B.
"""

import numpy as np

from audit.case import Case
from audit.rule import DECLARED, FAIL, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, verdicts
from audit.subjects import each_cell

RULE = Rule("RES004", "too-few-seeds", Severity.ERROR, Scope.METHOD, absent=FAIL, parameters={"minimum": 3})


def check(case: Case, *, minimum: int) -> Judgement:
    """Count the distinct seeds of each cell among its evaluated networks."""
    results, cells = case.results, case.results.cells
    valid = results.evaluated & (np.isfinite(case.quality) | results.present("top1_change"))
    seed = results.text("seed").codes
    seeds = np.minimum(cells.distinct(seed, valid), cells.distinct(_identity(case), valid & (seed >= 0)))
    unseeded = cells.count(valid & (seed < 0))
    stated = np.nan_to_num(cells.extreme(results.number("n"), largest=True), nan=1.0)
    lost = cells.count(np.ones(len(results), bool)) - cells.count(valid)
    verdict = verdicts(
        (seeds >= minimum, PASS),
        (stated >= minimum, DECLARED),
        ((unseeded > 1) & (seeds + unseeded >= minimum), UNDECIDABLE),
        otherwise=FAIL,
    )
    observed = [
        f"{count} distinct seed{'' if count == 1 else 's'}"
        + (f", {bare} run{'' if bare == 1 else 's'} without a seed" if bare and n <= 1 else "")
        + (f", n = {n:g} stated" if n > 1 else "")
        + (f", {gone} failed or without a number" if gone else "")
        for count, bare, n, gone in zip(seeds, unseeded, stated, lost, strict=True)
    ]
    return Judgement(
        each_cell(results),
        verdict,
        observed,
        expected=f"at least {minimum} distinct seeds",
        message={
            PASS: f"at least {minimum} distinct seeds",
            DECLARED: "means over a stated number of networks; their seeds cannot be seen",
            UNDECIDABLE: "repeated, but the seeds are not recorded",
            FAIL: f"fewer than {minimum} distinct seeds",
        },
        remedy={
            FAIL: f"run {minimum} or more seeds at each ratio, and record `seed`",
            UNDECIDABLE: "add the column `seed`",
        },
    )


def _identity(case: Case) -> np.ndarray:
    """(rows,) a number for what a run did: initial weights, mask and predictions where recorded, else the row."""
    results = case.results
    parts = [results.text(name).codes for name in ("initial_weights", "mask", "predictions")]
    known = np.all([part >= 0 for part in parts], axis=0)
    parts.append(np.where(known, -1, np.arange(len(results))))
    return np.unique(np.stack(parts), axis=1, return_inverse=True)[1].reshape(-1) if len(results) else parts[0]
