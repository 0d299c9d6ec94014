"""Every run records its seed, and the study says what the seed governs.

What it checks
Every network whose run came to its end has a `seed`, and `[study] seed_governs` says what changes with it
(initialisation, order of the examples, augmentation, mask, minibatch of the score). What the data show of it is named
beside: whether initial weights, masks and predictions differ between seeds. Rows that stand for several networks have
no seed of their own. Seeds for every run with the statement: declared; either missing: fail. Judged for the study as a
whole.

Why it matters
A run without its seed cannot be made again. And "three seeds" mean little where the seed moves the data order alone:
the spread over initialisations, which is most of it, is then not in the error bar.

Example
Runs with seeds and no statement fail; with `seed_governs = "initialisation and order of the examples; masks are
deterministic"` the rule is declared.

What it cannot see
Whether the statement is true, beyond what hashes tell; sources of chance without a seed, such as nondeterministic
kernels.

Source: Blalock et al. 2020, appendices B and C; Bouthillier et al. 2021, "Accounting for Variance in Machine Learning
Benchmarks".
"""

from collections.abc import Iterator

import numpy as np

from audit.case import Case
from audit.rule import DECLARED, FAIL, Judgement, Rule, Scope, Severity
from audit.subjects import whole_study

RULE = Rule("REP002", "seed-not-recorded", Severity.ERROR, Scope.STUDY, absent=FAIL)

HASHES = {"initial_weights": "initial weights", "mask": "masks", "predictions": "predictions"}
_EXPECTED = "a seed for every run, and what it governs"


def check(case: Case) -> Judgement:
    """Look for the seed of every run, and for what it governs."""
    results, subject = case.results, whole_study(case.results)
    lacking = results.evaluated & ((results.text("seed").codes < 0) | (results.number("n") > 1))
    governs = case.study.about.seed_governs.strip()
    if lacking.any() or not case.measured.any():
        seen = f"{lacking.sum()} of {results.evaluated.sum()} runs without a seed"
        message, remedy = "not every run records its seed", "record `seed` for every run"
        return Judgement(subject, [FAIL], seen, _EXPECTED, message, remedy, rows=[np.flatnonzero(lacking)])
    shown = "; ".join(_seen(case))
    if not governs:
        seen = "a seed for every run, and no `[study] seed_governs`" + (f"; {shown}" if shown else "")
        message = "what the seed governs is not said"
        return Judgement(subject, [FAIL], seen, _EXPECTED, message, "say it in `[study] seed_governs`")
    message = "every run records its seed, and what it governs is stated"
    return Judgement(subject, [DECLARED], "; ".join(filter(None, (governs, shown))), _EXPECTED, message)


def _seen(case: Case) -> Iterator[str]:
    """What hashes tell of the cells with two seeds or more: how many differ between seeds."""
    results, cells = case.results, case.results.cells
    seed = results.text("seed").codes
    for name, words in HASHES.items():
        codes = results.text(name).codes
        hashed = case.measured & (codes >= 0) & (seed >= 0)
        several = cells.distinct(seed, hashed) > 1
        differing = several & (cells.distinct(codes, hashed) > 1)
        if several.any():
            yield f"{words} differ between seeds in {differing.sum()} of {several.sum()} cells"
