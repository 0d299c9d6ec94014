"""Where a data set has a hundred classes or more, Top-5 accuracy stands beside Top-1.

What it checks
On data sets with at least `classes` (100) classes, every network with a Top-1 accuracy has `top5` too. The number of
classes is `[dataset.NAME] classes`, else that of the known data set of that name; where neither says it, undecidable.
Not applicable to data sets with fewer classes, and where the study's metric is not Top-1. Judged per method on a pair.

Why it matters
With many classes the two can move apart under pruning, and papers that state one of them cannot be compared with those
that state the other.

Example
ResNet-50 on ImageNet with `top1` alone: a warning. The same on CIFAR-10 is not asked.

What it cannot see
Whether Top-5 is right; that it is at least Top-1 is for NUM010 to say.

Source: Blalock et al. 2020, section 6.
"""

import numpy as np

from audit.case import Case
from audit.rule import FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, verdicts
from audit.subjects import each_cell

RULE = Rule("CMP003", "no-top5", Severity.WARNING, Scope.METHOD, absent=FAIL, parameters={"classes": 100})


def check(case: Case, *, classes: int) -> Judgement:
    """Look for Top-5 in every cell on a data set with many classes."""
    results, cells = case.results, case.results.cells
    stated = np.isfinite(case.quality)
    subjects = each_cell(results, cells.count(stated) > 0)
    found = [case.classes(name) or 0 for name in results.text("dataset").categories]
    number = np.array([*found, 0])[cells.dataset][subjects.covered]
    lacking = cells.count(stated & ~np.isfinite(results.number("top5")))[subjects.covered]
    other = np.full(len(subjects), case.study.metric_name != "top1")
    few = (number > 0) & (number < classes)
    return Judgement(
        subjects,
        verdicts((other | few, NOT_APPLICABLE), (number == 0, UNDECIDABLE), (lacking == 0, PASS), otherwise=FAIL),
        np.select([other | few, number == 0, lacking == 0], ["", "number of classes unknown", "`top5`"], "no `top5`"),
        expected=f"`top5` beside `top1` where there are {classes} classes or more",
        message={
            PASS: "Top-5 is stated beside Top-1",
            FAIL: "Top-5 is not stated beside Top-1",
            UNDECIDABLE: "whether Top-5 is needed cannot be told",
            NOT_APPLICABLE: f"the metric is not Top-1, or there are fewer than {classes} classes",
        },
        remedy={FAIL: "add the column `top5`", UNDECIDABLE: "declare `[dataset.NAME] classes`"},
    )
