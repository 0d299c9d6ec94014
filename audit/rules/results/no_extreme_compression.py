"""A method is pushed to ratios at which accuracy declines substantially.

A curve that never bends hides where the method breaks, and at easy ratios all methods look alike. At some ratio the
mean must fall by the substantial drop (5 points of Top-1 by default) below the dense network, and every seed by more
than one point. Where the mean falls but a seed does not, the rule passes and says that the cell is bimodal; where all declining
points are at chance, it passes and says that the decline itself is not shown. Source: Blalock et al. 2020, appendix B.
"""

import numpy as np

from audit.case import Case
from audit.rule import FAIL, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.subjects import each_method

RULE = Rule(
    "RES002",
    "no-extreme-compression",
    Severity.ERROR,
    Scope.METHOD,
    absent=FAIL,
    parameters={"every_seed": 0.01},
)


def check(case: Case, *, every_seed: float) -> Judgement:
    """Look for a cell of each method whose drop below the dense network is substantial."""
    cells = case.results.cells
    substantial = case.study.metric.substantial_drop
    subjects = each_method(case.results, ~cells.dense)
    expected = (
        f"a mean drop of at least {substantial:g}, and more than {every_seed:g} for every seed" if substantial else ""
    )
    if substantial is None:
        return Judgement(
            subjects,
            [UNDECIDABLE] * len(subjects),
            message=f"what drop of {case.study.metric_name} is substantial is not declared",
            remedy=f"declare `[metric.{case.study.metric_name}] substantial_drop` in audit.toml",
        )
    mean = cells.mean(case.drop)
    smallest = cells.extreme(case.drop, largest=False)
    scale = 1 if case.study.metric_name == "top1" else None
    least = every_seed if scale else 0.2 * substantial  # one point of five, where the metric is another
    alive = cells.count(np.isfinite(case.quality) & ~case.collapsed) > 0
    verdicts: list[Verdict] = []
    observed, messages = [], []
    for covered in subjects.cells:
        known = covered[np.isfinite(mean[covered])]
        if not len(known):
            verdicts.append(UNDECIDABLE)
            observed.append("no drop can be computed")
            messages.append("there is no dense network to measure a drop from")
            continue
        declining = known[mean[known] >= substantial]
        worst = known[np.argmax(mean[known])]
        observed.append(f"largest mean drop {mean[worst]:.3g} at {cells.ratio[worst]:.3g}×")
        if not len(declining):
            verdicts.append(FAIL)
            messages.append("accuracy never declines substantially: the ratios shown are easy ones")
            continue
        verdicts.append(PASS)
        clear = declining[smallest[declining] > least]
        if not len(clear):
            messages.append("declines substantially in the mean but not in every seed: bimodal")
        elif not alive[declining].any():
            messages.append("declines straight to chance level: the decline itself is not shown")
        else:
            messages.append(f"declines substantially from {cells.ratio[clear].min():.3g}×")
    return Judgement(
        subjects,
        verdicts,
        observed,
        expected,
        messages,
        remedy={
            FAIL: "run it at larger ratios, until accuracy falls",
            UNDECIDABLE: "add a dense (1×) network for each pair, or the column `dense_top1`",
        },
    )
