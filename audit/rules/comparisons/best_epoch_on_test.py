"""The epoch that is reported is not chosen on the split that is reported.

What it checks
`selected_on` of each run, else of its method in audit.toml, against `split`; formats whose programs report the best
test epoch are read as that. And the curves, whatever is recorded: a run is telling where the value that it reports is
on the curve of the reported split, whose best one differs from its last one and from those at its best validation
epochs (by accuracy and by loss). Where `minimum` (3) telling runs of a method on a pair, or `without_validation` (15)
where there are no validation curves, all report their best, it fails; where as many tell and none does, it passes. A
recorded `selected_on` that is another split, or `none`, passes unless the curves contradict it. Networks that were not
trained (0 epochs) choose none. One finding for each method on a pair.

Why it matters
The best of many noisy values is better than any of them deserves, by about as much as the spread between epochs, and by
more where a method's curve is noisier or longer.

Example
Validation peaks at epoch 7, where the test accuracy is 91.8 %; 92.3 %, of epoch 11, is reported, in every run.

What it cannot see
A choice without curves that is not recorded. An honest last epoch is the best one in 13 to 76 % of runs (simulated),
which is why only telling runs count; it is wrong where the epoch was chosen by a validation metric that is not
recorded, and that metric always agrees with the test split. False alarms: at most 0.2 % of clean studies
(docs/false_positives.md).

Source: Blalock et al. 2020, section 6; Dodge et al. 2019 on validation results.
"""

import numpy as np
from msgspec import Struct

from audit.case import Case
from audit.results import Curves
from audit.rule import DECLARED, FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.schema import CURVES
from audit.stats.granularity import FLOAT32, from_half
from audit.subjects import each_method

RULE = Rule(
    "CMP008",
    "best-epoch-on-test",
    Severity.ERROR,
    Scope.METHOD,
    absent=UNDECIDABLE,
    parameters={"minimum": 3, "without_validation": 15},
)

_HALF = 2.0**-11  # of a value that was held in 16 bits
_Said = tuple[Verdict, str, str, np.ndarray]
_REMEDY = {
    FAIL: "choose the epoch on the validation split, or report the last one",
    UNDECIDABLE: "record `selected_on` (`validation`, or `none` for the last epoch) and `split`, or the curves of both "
    "splits",
}


def check(case: Case, *, minimum: int, without_validation: int) -> Judgement:
    """Read on which split epochs were chosen, and hold that against the curves."""
    subjects = each_method(case.results)
    said_of = _Recorded.of(case)
    told = _Told.of(case)
    said = [
        _about(said_of, told, subjects.rows(number), minimum, without_validation) for number in range(len(subjects))
    ]
    verdict, observed, message, rows = (list(each) for each in zip(*said, strict=True)) if said else ([],) * 4
    return Judgement(
        subjects,
        verdict,
        observed,
        "the reported epoch chosen on another split than the one that is reported, or the last",
        message,
        _REMEDY,
        rows,
    )


class _Recorded(Struct, frozen=True):
    """Of each row (rows,): whether it has a number and was trained, and what is said of where its epoch was chosen.

    `same` marks runs whose epoch was chosen on the reported split, `other` those where it was not; `declared` those of
    which only audit.toml says so.
    """

    measured: np.ndarray
    trained: np.ndarray
    same: np.ndarray
    other: np.ndarray
    declared: np.ndarray

    @classmethod
    def of(cls, case: Case) -> "_Recorded":
        """Read `selected_on` and `split`."""
        results = case.results
        recorded, methods = results.text("selected_on"), results.text("method")
        by_method = [
            (m.selected_on or "") if (m := case.study.methods.get(name)) else "" for name in methods.categories
        ]
        own = np.array([*(word.casefold() for word in recorded.categories), ""], object)[recorded.codes]
        stated = np.array([*(word.casefold() for word in by_method), ""], object)[methods.codes]
        chosen = np.where(own == "", stated, own)
        split = results.text("split")
        reported = np.array([*(word.casefold() for word in split.categories), ""], object)[split.codes]
        known = chosen != ""
        same = known & (chosen != "none") & ((chosen == reported) | ((chosen == "test") & (reported == "")))
        other = known & ~same & ((reported != "") | (chosen == "none"))
        untrained = (results.number("epochs") == 0) | (results.number("epochs_completed") == 0)
        return cls(case.measured, ~untrained, same, other, other & (own == ""))


class _Told(Struct, frozen=True):
    """Of each row (rows,): whether its curves are telling, hold a validation curve, and have its value as best."""

    telling: np.ndarray
    validated: np.ndarray
    best: np.ndarray

    @classmethod
    def of(cls, case: Case) -> "_Told":
        """Hold the reported value against the curve of the reported split."""
        results, curves = case.results, case.results.curves
        none = np.zeros(len(results), bool)
        if not len(curves.row) or case.study.metric_name != "top1":
            return cls(none, none, none)
        validating = results.text("split").equals("validation")
        held = from_half(np.nan_to_num(case.quality))
        slack = np.maximum(results.last_places("top1") / 2, np.where(held, _HALF, 4 * FLOAT32)) + FLOAT32
        test = _Curve.of(curves, "test_top1", len(results))
        own = _Curve.of(curves, "validation_top1", len(results))
        reported_best = np.where(validating, own.best, test.best)
        last = np.where(validating, own.last, test.last)
        others = [
            test.at(each) for each in (_peaks(curves, "validation_top1", 1), _peaks(curves, "validation_loss", -1))
        ]
        validated = ~validating & ~np.isnan(others[0])
        with np.errstate(invalid="ignore"):
            shown = np.where(validating, own.gap(case.quality), test.gap(case.quality)) <= slack
            telling = shown & (reported_best - last > 2 * slack)
            for other in others:
                telling &= validating | np.isnan(other) | (reported_best - other > 2 * slack)
            best = np.abs(case.quality - reported_best) <= slack
        return cls(telling, validated, best)


class _Curve(Struct, frozen=True):
    """One curve of every run: its entries, and (rows,) its largest value and the one of the last epoch."""

    row: np.ndarray
    epoch: np.ndarray
    value: np.ndarray
    best: np.ndarray
    last: np.ndarray

    @classmethod
    def of(cls, curves: Curves, name: str, rows: int) -> "_Curve":
        """The finite entries of that curve."""
        code = curves.curve.categories.index(name) if name in curves.curve.categories else -2
        chosen = np.flatnonzero((curves.curve.codes == code) & np.isfinite(curves.value))
        chosen = chosen[np.lexsort((curves.epoch[chosen], curves.row[chosen]))]
        row, epoch, value = curves.row[chosen], curves.epoch[chosen], curves.value[chosen]
        best, last = np.full(rows, -np.inf), np.full(rows, np.nan)
        np.maximum.at(best, row, value)
        last[row] = value  # the last one is kept
        return cls(row, epoch, value, np.where(np.isfinite(best), best, np.nan), last)

    def gap(self, reported: np.ndarray) -> np.ndarray:
        """(rows,) how far a reported value is from the nearest one of its curve; infinite where there is no curve."""
        out = np.full(len(self.best), np.inf)
        np.fmin.at(out, self.row, np.abs(self.value - reported[self.row]))
        return out

    def at(self, peaks: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        """(rows,) the largest value at some (row, epoch); NaN where there is none."""
        width = int(max(self.epoch.max(initial=0), peaks[1].max(initial=0))) + 1
        offset = int(min(self.epoch.min(initial=0), peaks[1].min(initial=0)))
        keys, wanted = ((row * (width - offset) + epoch - offset) for row, epoch in ((self.row, self.epoch), peaks))
        out = np.full(len(self.best), -np.inf)
        here = np.isin(keys, wanted)
        np.maximum.at(out, self.row[here], self.value[here])
        return np.where(np.isfinite(out), out, np.nan)


def _peaks(curves: Curves, name: str, sign: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and epochs at which a curve is at its best: all of them, where several are."""
    assert name in CURVES
    code = curves.curve.categories.index(name) if name in curves.curve.categories else -2
    chosen = np.flatnonzero((curves.curve.codes == code) & np.isfinite(curves.value))
    best = np.full(int(curves.row.max(initial=0)) + 1, -np.inf)
    np.maximum.at(best, curves.row[chosen], sign * curves.value[chosen])
    at = chosen[sign * curves.value[chosen] >= best[curves.row[chosen]]]
    return curves.row[at], curves.epoch[at]


def _about(said: _Recorded, told: _Told, rows: np.ndarray, minimum: int, without_validation: int) -> _Said:
    """What is said of one method on one pair."""
    rows = rows[said.measured[rows]]
    if not len(rows):
        return NOT_APPLICABLE, "", "no run gave a number", rows
    rows = rows[said.trained[rows]]
    if not len(rows):
        return NOT_APPLICABLE, "", "no network was trained: no epoch was chosen", rows
    if said.same[rows].any():
        count = int(said.same[rows].sum())
        seen = f"the epoch of {count} of {len(rows)} runs was chosen on the split that is reported"
        return FAIL, seen, "the reported epoch was chosen on the reported split", rows[said.same[rows]]
    telling = rows[told.telling[rows]]
    needed = minimum if told.validated[telling].all() else without_validation
    enough, best = len(telling) >= needed, int(told.best[telling].sum())
    seen = f"{best} of {len(telling)} telling runs report their best value on the reported split"
    if enough and best == len(telling):
        message = "reported values inconsistent with an epoch that was not chosen on the reported split"
        return FAIL, seen, message, telling
    if said.other[rows].all():
        declared = bool(said.declared[rows].any())
        message = f"the reported epoch was not chosen on the reported split{', as audit.toml says' if declared else ''}"
        return (DECLARED if declared else PASS), seen if len(telling) else "`selected_on`", message, rows
    if enough and not best:
        return PASS, seen, "the reported epoch was not chosen on the reported split", telling
    if not len(telling):
        seen = "no `selected_on` for every run, and no telling curves"
    return (
        UNDECIDABLE,
        f"{seen}; {needed} that agree are needed" if len(telling) else seen,
        ("on which split the reported epoch was chosen cannot be told"),
        rows,
    )
