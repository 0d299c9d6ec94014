"""Runs that differ in hyperparameters are not counted as repeats of each other.

What it checks
In each cell with two seeds or more: the seeds of the setting that has most of them are as many as those of the whole
cell. A setting is all that is recorded of `optimizer`, `learning_rate`, `learning_rate_schedule`, `weight_decay`,
`batch_size`, `augmentation` and `epochs`; rows of different `setting` are never counted in one cell. A full grid (every
seed at every setting) passes, since its seeds are repeats; runs without a seed never count as seeds. A pass needs
`setting`, or optimiser, learning rate, weight decay and batch size of every run; else undecidable. Cells with fewer
than two seeds: not applicable. Judged per method on a pair.

Why it matters
A deviation over settings says how much tuning matters, not how much luck does. Counted as seeds, it makes error bars
that mean nothing, and a mean over bad settings or a maximum over good ones.

Example
Seeds 1, 2 and 3 with learning rates 0.1, 0.03 and 0.01: one run a setting, fail.

What it cannot see
Hyperparameters that are in no column, such as a method's own: name them in `[[source]] settings`.

Source: Blalock et al. 2020, section 4.5; Henderson et al. 2018.
"""

import numpy as np

from audit.case import Case
from audit.results import distinct
from audit.rule import FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, verdicts
from audit.settings import NEEDED, SETTING, Settings
from audit.subjects import each_cell

RULE = Rule("CMP011", "sweep-posing-as-seeds", Severity.ERROR, Scope.METHOD, absent=UNDECIDABLE)


def check(case: Case) -> Judgement:
    """Count the seeds of each cell, and those of its largest setting."""
    results, cells = case.results, case.results.cells
    seed, settings = results.text("seed").codes, Settings.of(case)
    rows, known = settings.among, settings.known
    seeds = cells.distinct(seed, rows)
    largest = _seeds_of_largest(cells.of_row, settings.of_row, seed, rows, len(cells))
    varying = [name for name, key in settings.keys.items() if (cells.distinct(key, rows) > 1).any()]
    subjects = each_cell(results, cells.count(case.measured) > 0)
    chosen = subjects.covered
    sweep, few = largest < seeds, seeds < 2
    expected = "each seed of a cell at one hyperparameter setting"
    return Judgement(
        subjects,
        verdicts((few[chosen], NOT_APPLICABLE), (sweep[chosen], FAIL), (known[chosen], PASS), otherwise=UNDECIDABLE),
        [_seen(few[cell], seeds[cell], largest[cell], known[cell]) for cell in chosen],
        expected,
        message={
            PASS: "seeds are repeats of one hyperparameter setting",
            FAIL: f"runs that differ in {' and '.join(f'`{name}`' for name in varying) or 'hyperparameters'} "
            "stand as seeds of one cell",
            UNDECIDABLE: "whether seeds are repeats of one hyperparameter setting cannot be told",
            NOT_APPLICABLE: "fewer than two seeds",
        },
        remedy={
            FAIL: "report one setting, or repeat each setting with several seeds",
            UNDECIDABLE: f"record `{SETTING}`, or {', '.join(f'`{name}`' for name in NEEDED)}, for every run",
        },
    )


def _seeds_of_largest(
    cell: np.ndarray, setting: np.ndarray, seed: np.ndarray, rows: np.ndarray, cells: int
) -> np.ndarray:
    """(cells,) the seeds of the setting that has most of them."""
    cell, setting, seed = cell[rows], setting[rows], seed[rows]
    seeds = distinct(setting, seed, int(setting.max(initial=-1)) + 1)
    out = np.zeros(cells, np.int64)
    np.maximum.at(out, cell, seeds[setting])
    return out


def _seen(few: bool, seeds: int, largest: int, known: bool) -> str:
    if few:
        return ""
    if largest < seeds:
        return f"{seeds} seeds, of which {largest} share a setting"
    return f"{seeds} seeds at one setting" if known else "hyperparameters that are not recorded for every run"
