"""A method is pushed to ratios at which accuracy declines substantially.

What it checks
At some ratio of each method on each pair the mean falls by the substantial drop (5 points of Top-1, else `[metric.NAME]
substantial_drop`) below the dense network, and every seed by more than one point (`every_seed`; for another metric a
fifth of the substantial drop). Where the mean falls but some seed does not, it passes and says that the cell is
bimodal; where all declining points are at chance, it passes and says that the decline itself is not shown. Without a
dense network a fall below the method's own mildest ratio shows the decline, and where there is none it fails; a metric
without a declared drop is undecidable. A method without any number fails. Not applicable to N:M patterns, which have
one ratio.

Why it matters
A curve that never bends hides where the method breaks, and at easy ratios all methods look alike.

Example
92.1 % dense and 91.0 % at 16×, the largest ratio shown: fail. With 84 % at 32× it passes.

What it cannot see
Where between two ratios the decline begins. A method that truly falls by 5 to 8 points may, over a few noisy seeds,
seem not to. False alarms: at most 0.2 % of clean studies whose methods fall by 8 points or more
(docs/false_positives.md).

Source: Blalock et al. 2020, appendix B.
"""

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from audit.case import Case
from audit.rule import FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.study import toml_key
from audit.subjects import each_method

RULE = Rule(
    "RES002",
    "no-extreme-compression",
    Severity.ERROR,
    Scope.METHOD,
    absent=FAIL,
    parameters={"every_seed": 0.01},
)

OF_A_DROP = 0.2  # one point of five, where the metric is another than Top-1
ROUNDING = 1e-9  # 0.95 - 0.90 is five points

_Said = tuple[Verdict, str, str, str]  # verdict, what was seen, message, remedy


def check(case: Case, *, every_seed: float) -> Judgement:
    """Look for a cell of each method whose drop below the dense network is substantial."""
    metric = case.study.metric
    subjects = each_method(case.results, ~case.results.cells.dense)
    shown = case.results.cells.count(case.measured) > 0
    substantial = metric.substantial_drop
    least = every_seed if case.study.metric_name == "top1" else OF_A_DROP * (substantial or 0)
    drops = None if substantial is None else _Drops.of(case, substantial, least)
    said = [_about(case, subjects.cells(number), shown, drops) for number in range(len(subjects))]
    verdict, observed, message, remedy = (list(each) for each in zip(*said, strict=True)) if said else ([],) * 4
    expected = ""
    if substantial is not None:
        fall, falls = _shown(substantial, percent=metric.percent), _shown(least, percent=metric.percent)
        expected = f"at some ratio a mean drop of at least {fall}, and of more than {falls} for every seed"
    return Judgement(subjects, verdict, observed, expected, message, remedy)


class _Drops(Struct, frozen=True):
    """Of each cell (cells,): mean and smallest drop below dense, mean and best value with larger being better, size."""

    substantial: float
    least: float
    percent: bool
    mean: np.ndarray
    smallest: np.ndarray
    level: np.ndarray
    best: np.ndarray
    at_chance: np.ndarray
    size: np.ndarray

    @classmethod
    def of(cls, case: Case, substantial: float, least: float) -> "_Drops":
        cells, upward = case.results.cells, case.direction * case.quality
        return cls(
            substantial - ROUNDING,
            least + ROUNDING,
            case.study.metric.percent,
            cells.mean(case.drop),
            cells.extreme(case.drop, largest=False),
            cells.mean(upward),
            cells.extreme(upward, largest=True),
            cells.count(case.collapsed) == cells.count(case.measured),
            _size(case),
        )

    def below(self, cell: int) -> "_Drops":
        """The same with drops below the mean of one cell."""
        level = self.level[cell]
        return replace(self, mean=level - self.level, smallest=level - self.best)


def _about(case: Case, covered: np.ndarray, shown: np.ndarray, drops: _Drops | None) -> _Said:
    """What is said of one method on one pair."""
    cells, name = case.results.cells, case.study.metric_name
    if all(case.roles.values(cell, "granularity") == {"n_m"} for cell in covered):
        return NOT_APPLICABLE, "", "an N:M pattern has its native ratio alone", ""
    covered = covered[shown[covered]]
    if not len(covered):
        return (
            FAIL,
            "no network with a number",
            f"no `{name}` at any ratio",
            f"record `{name}` at ratios where it falls",
        )
    if drops is None:
        remedy = f"declare `[{toml_key('metric', name)}] substantial_drop` in audit.toml"
        return UNDECIDABLE, "", f"what drop of `{name}` is substantial is not declared", remedy
    known = covered[np.isfinite(drops.mean[covered])]
    if said := _declines(case, known, drops, ""):
        return said
    if len(known) == len(covered):
        message = f"`{name}` never declines substantially: the ratios shown are easy ones"
        return FAIL, _largest(case, known, drops), message, "run it at larger ratios, until it declines"
    mildest = covered[np.argmin(drops.size[covered])]
    below = drops.below(mildest)
    if said := _declines(case, covered, below, f", measured from its own {cells.point(mildest)}"):
        return said
    remedy = "add a dense (1×) network for the pair, or the column `dense_top1`"
    message = "no substantial decline is shown: there is no dense network to measure one from"
    return FAIL, "no dense network", message, remedy


def _declines(case: Case, covered: np.ndarray, drops: _Drops, how: str) -> _Said | None:
    """What is said where the mean of some cell falls substantially; None where none does."""
    declining = covered[drops.mean[covered] >= drops.substantial]
    if not len(declining):
        return None
    clear = declining[drops.smallest[declining] > drops.least]
    if not len(clear):
        message = "declines substantially in the mean but not in every seed: bimodal"
    elif drops.at_chance[declining].all():
        message = "declines straight to chance level: the decline itself is not shown"
    else:
        message = f"declines substantially from {case.results.cells.point(clear[np.argmin(drops.size[clear])])}"
    return PASS, _largest(case, covered, drops), message + how, ""


def _largest(case: Case, covered: np.ndarray, drops: _Drops) -> str:
    worst = covered[np.nanargmax(drops.mean[covered])]
    drop, point = drops.mean[worst], case.results.cells.point(worst)
    if drop < 0:
        return f"better than the dense control at every ratio, by {_shown(-drop, percent=drops.percent)} at {point}"
    return f"largest mean drop {_shown(drop, percent=drops.percent)} at {point}"


def _size(case: Case) -> np.ndarray:
    cells = case.results.cells
    size = np.where(np.isnan(cells.ratio), cells.target, cells.ratio)
    return np.nan_to_num(np.where(np.isnan(size), cells.speedup, size), nan=np.inf)


def _shown(drop: float, *, percent: bool) -> str:
    return f"{100 * drop:.3g} points" if percent else f"{drop:.3g}"
