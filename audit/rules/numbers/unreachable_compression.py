"""A compression ratio can be reached by removing everything that pruning may remove.

What it checks
The ratio is at most all parameters ÷ those that no pruning removes (`parameters` − `parameters_prunable`, or less the
layers' weights), within its printed place or 0.35 %. A ratio that is that of the prunable parameters alone, as the
recorded counts show, is left out; so are methods that remove filters, whose biases and normalisation go with them,
controls that prune by no score, and rows that stand for several networks. A ratio that only follows from counted
nonzeros may be twice as large, for spared parameters may be zero. One finding for each method on a pair.

Why it matters
A network cannot be smaller than what is left when everything prunable is gone. Such a ratio is of another network, or
of a part of one, and its accuracy stands at the wrong place of the curve.

Example
Of 270,000 parameters 2,000 are biases and normalisation: 135× is the end, 200× is stated.

What it cannot see
An unreachable ratio where it is not recorded what pruning may remove. It is wrong about a ratio of prunable parameters
where the parameters left are not recorded, and about a ratio of bytes; the finding names them. False alarms: at most
0.2 % of clean studies (docs/false_positives.md).

Source: Blalock et al. 2020, section 2.3.
"""

import numpy as np

from audit.case import Case
from audit.inconsistencies import Checked, Words, judge_rows, sized
from audit.recounts import RATIO_SLACK, Recounts, quotient, slack
from audit.rule import NOT_APPLICABLE, Judgement, Rule, Scope, Severity
from audit.subjects import each_method

RULE = Rule("NUM006", "unreachable-compression", Severity.ERROR, Scope.METHOD, absent=NOT_APPLICABLE)


def check(case: Case) -> Judgement:
    """Compare each ratio with the one at which nothing prunable is left."""
    results, counts = case.results, Recounts(case)
    ratio, units = results.ratio, results.last_places("compression_ratio")
    whole, fixed = counts.parameters, counts.unprunable
    end = quotient("", whole, slack(whole), fixed, slack(whole)).high
    stated = np.isfinite(results.number("compression_ratio"))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        counted = np.abs(np.log2(ratio * counts.nonzero / whole)) <= RATIO_SLACK
        end = np.where(counted | ~stated, 2 * end, end)
        beyond = np.minimum(ratio - units, ratio / 2.0**RATIO_SLACK) / end
        tested = sized(case) & ~results.dense & np.isfinite(ratio) & (ratio > 0) & np.isfinite(end)
        wrong = tested & (beyond > 1)
    if wrong.any():
        exempt = np.any([span.holds(ratio, units) for span in counts.ratios()], axis=0) & ~counted & stated
        exempt |= _of_filters(case, wrong)
        tested, wrong = tested & ~(wrong & exempt), wrong & ~exempt

    def arithmetic(row: int) -> str:
        return (
            f"{ratio[row]:.4g}×, but {whole[row]:,.0f} parameters ÷ {fixed[row]:,.0f} that no pruning removes = "
            f"{whole[row] / fixed[row]:.4g}×"
        )

    words = Words(
        "ratios",
        arithmetic,
        expected="at most all parameters ÷ those that no pruning removes",
        passes="every compression ratio can be reached",
        fails="compression ratios inconsistent with what pruning may remove",
        silent="no network has both a compression ratio and the number of parameters that no pruning removes",
        remedy="correct the ratio or the counts; innocent explanations: a ratio of the prunable parameters alone "
        "(record `parameters_nonzero`), of bytes, or of a network whose filters were removed (declare `granularity`)",
    )
    return judge_rows(
        case, each_method(results, ~results.cells.dense), Checked(tested, wrong, np.nan_to_num(beyond)), words
    )


def _of_filters(case: Case, wrong: np.ndarray) -> np.ndarray:
    """(rows,) of some rows, whether filters of the network were removed."""
    cells = case.results.cells
    filters = np.zeros(len(cells), bool)
    for cell in np.unique(cells.of_row[wrong]):
        filters[cell] = "filter" in case.roles.values(cell, "granularity")
    return filters[cells.of_row]
