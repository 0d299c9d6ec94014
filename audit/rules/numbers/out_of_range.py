"""Every number lies in the range of its column, and a column keeps one unit.

What it checks
Each number of a network that came to its end against the closed range of its column (docs/columns.md), and a declared
metric against `[metric.NAME] range`; counts of parameters, examples, classes and networks are whole, save in means.
In accuracies, a unit that flips: a value of which a hundredfold is what the other
networks of its cell have (within 0.01), and that none of them shares, or two values and more below half of chance of
which a hundredfold lies between chance and the best of the pair; values within twice of chance are ignored. An infinite
ratio is in range: nothing is left of the network. One finding for the study.

Why it matters
A number that cannot be is a defect of the table, and every mean that it enters is wrong.

Example
A `top1` of 93.1 in a column of fractions; 0.0093 beside 0.93 in a column that is declared to be in percent; 25.6
parameters, which are millions.

What it cannot see
A wrong number that is in range, and a unit that is wrong throughout a column. It is wrong about a network of many
classes that falls to a hundredth of its siblings. False alarms: at most 0.2 % of clean studies
(docs/false_positives.md).

Source: the definitions of the columns (docs/columns.md).
"""

import numpy as np
from msgspec import Struct

from audit.case import Case
from audit.results import Coded, numbered
from audit.rule import FAIL, NOT_APPLICABLE, PASS, Judgement, Rule, Scope, Severity, Verdict
from audit.schema import BY_NAME
from audit.subjects import Subjects

RULE = Rule("NUM010", "out-of-range", Severity.ERROR, Scope.STUDY, absent=NOT_APPLICABLE)

ACCURACIES = ("top1", "top5", "dense_top1", "before_finetuning_top1", "recalibrated_top1")
WHOLE = frozenset({"n", "parameters", "n_test", "n_correct", "classes"})
_PERCENT = 100.0
_LIKE = 0.01  # of an accuracy: a hundredfold this near to its siblings is one of them
_ROUNDING = 1e-9  # a fraction that was computed in float32 may be 1.0000001
_FLOAT32 = 2.0**-22
_SHOWN = 3


class _Column(Struct, frozen=True):
    """One column: its numbers that were looked at, those out of range, and those in another unit (row numbers)."""

    name: str
    span: str
    rows: np.ndarray
    outside: np.ndarray
    flipped: np.ndarray


def check(case: Case) -> Judgement:
    """Compare every column with its range, and accuracies with their siblings."""
    columns = [column for name in sorted(case.results.columns) if (column := _column(case, name)) is not None]
    cells = len(case.results.cells)
    subjects = Subjects(case.results, np.tile(np.arange(cells), len(columns)), np.arange(len(columns) + 1) * cells)
    return Judgement(
        subjects,
        [_verdict(column) for column in columns],
        [_seen(case, column) or f"{len(columns)} columns" for column in columns],
        expected="numbers in the ranges of their columns, in one unit",
        message={
            PASS: "every number is in the range of its column",
            FAIL: "numbers inconsistent with the range or the unit of their column",
            NOT_APPLICABLE: "no network came to its end with a number",
        },
        remedy={
            FAIL: "correct the numbers, or declare their unit with `[[source]] units`; an innocent explanation: a "
            "column was taken for another one"
        },
        rows=[_evidence(column) for column in columns],
    )


def _verdict(column: _Column) -> Verdict:
    if len(column.outside) or len(column.flipped):
        return FAIL
    return PASS if len(column.rows) else NOT_APPLICABLE


def _evidence(column: _Column) -> np.ndarray:
    wrong = np.union1d(column.outside, column.flipped)
    return wrong if len(wrong) else column.rows


def _column(case: Case, name: str) -> _Column | None:
    """One column of numbers; None where it is no such column, or has no range."""
    results, known = case.results, BY_NAME.get(name)
    values = results.columns[name]
    if isinstance(values, Coded):
        return None
    low, high = (-np.inf, np.inf) if known is None else (known.low, known.high)
    if name in case.study.metrics and (declared := case.study.metrics[name].range):
        low, high = declared
    if np.isinf(low) and np.isinf(high):
        return None
    looked_at = results.evaluated & ~np.isnan(values)
    slack = _FLOAT32 * max(abs(bound) for bound in (low, high) if np.isfinite(bound)) + _ROUNDING
    outside = looked_at & ~((values >= low - slack) & (values <= high + slack))
    whole = name in WHOLE
    if whole:
        alone = (name == "n") | ~(results.number("n") > 1)
        finite = np.where(np.isfinite(values), values, 0.0)
        outside |= looked_at & alone & (finite % 1 != 0)
    flipped = looked_at & ~outside & _flipped(case, name, values, looked_at & ~outside)
    span = (
        f"the whole numbers from {low:g}"
        if whole
        else f"{low:g} or more"
        if np.isinf(high)
        else f"{high:g} or less"
        if np.isinf(low)
        else f"{low:g} to {high:g}"
    )
    return _Column(name, span, *map(np.flatnonzero, (looked_at, outside, flipped)))


def _flipped(case: Case, name: str, values: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """(rows,) whether an accuracy is a hundredth of what its siblings, or chance, say that it should be."""
    none = np.zeros(len(values), bool)
    small = usable & (values > 0) & (values <= 1 / _PERCENT)
    if name not in ACCURACIES or not small.any():
        return none
    cells = case.results.cells
    chance = np.nan_to_num(case.chance, nan=0.0) if case.study.metric_name == "top1" else np.zeros(len(values))
    if name == "top5":
        chance = 5 * chance
    near = np.abs(np.log2(np.where(small, values, 1.0) / np.maximum(chance, 1e-12))) <= 1
    small &= ~near
    siblings = cells.median(np.where(usable & ~small, values, np.nan))[cells.of_row]
    with np.errstate(invalid="ignore"):
        like_siblings = small & (np.abs(_PERCENT * values - siblings) <= _LIKE)
    same = numbered(cells.of_row, np.unique(values, return_inverse=True)[1], ~small)
    like_siblings &= np.bincount(same)[same] == 1  # several that tie predict one class
    pair = cells.pair[cells.of_row]
    highest = np.zeros(int(pair.max(initial=-1)) + 1)
    np.maximum.at(highest, pair[usable], values[usable])
    best = highest[pair]
    below = small & (values < chance / 2) & (_PERCENT * values >= chance) & (_PERCENT * values <= best + _LIKE)
    several = np.bincount(pair[below], minlength=len(highest))[pair] > 1
    return like_siblings | (below & several)


def _seen(case: Case, column: _Column) -> str:
    values = np.asarray(case.results.columns[column.name], float)
    parts = []
    for rows, what in ((column.outside, f"outside {column.span}"), (column.flipped, "in another unit")):
        if len(rows):
            distinct = np.unique(values[rows])
            shown = ", ".join(f"{value:.6g}" for value in distinct[::-1][:_SHOWN])
            more = ", …" if len(distinct) > _SHOWN else ""
            count = f"{len(rows)} of {len(column.rows)}"
            percent = (
                ", as in percent"
                if what.startswith("outside") and column.name in ACCURACIES and _percent(distinct)
                else ""
            )
            parts.append(f"`{column.name}` {shown}{more} ({count} {what}{percent})")
    return " and ".join(parts)


def _percent(values: np.ndarray) -> bool:
    return bool(((values > 1) & (values <= _PERCENT)).all())
