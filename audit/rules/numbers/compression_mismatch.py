"""A stated compression ratio is a quotient of the recorded counts.

What it checks
`compression_ratio` against `parameters`, `parameters_nonzero`, `parameters_prunable` and the layers' counts. It must be
all parameters ÷ those left, or the same of the prunable ones, with and without biases and the last layer, as far as the
counts say; within its printed place or 0.005 in log2 (0.35 %). Any share of what pruning spares may be counted or not.
The reading that fits is shown. The ratio that was asked for is never compared with what was achieved. Where only the
two totals are recorded, a stated ratio above their quotient may be that of the prunable parameters, and one that
differs by less than 1 % of all parameters may count zeros among biases otherwise: neither is judged. Rows that stand
for several networks, and controls that are smaller by design, are not judged. One finding for each method on a pair.

Why it matters
The ratio is the axis on which methods are compared; a method whose ratio counts more than another's looks better than
it is.

Example
Stated 10×, with 270,000 parameters and 45,000 left: 6×.

What it cannot see
Which of two readings was meant where both fit. It is wrong about a ratio of bytes, after quantisation or coding, and
about layers that the counts leave out; the finding names them. False alarms: at most 0.2 % of clean studies
(docs/false_positives.md).

Source: Blalock et al. 2020, sections 2.3 and 5.1: papers define compression in several ways.
"""

import numpy as np

from audit.case import Case
from audit.inconsistencies import Checked, Words, common, judge_rows, sized
from audit.recounts import Recounts
from audit.rule import NOT_APPLICABLE, Judgement, Rule, Scope, Severity
from audit.subjects import each_method

RULE = Rule("NUM004", "compression-mismatch", Severity.ERROR, Scope.METHOD, absent=NOT_APPLICABLE)

_BIASES = 0.01  # of all parameters: biases and normalisation of the usual networks are fewer
_SILENT = "no network has both a stated compression ratio and the counts that it follows from"


def check(case: Case) -> Judgement:
    """Hold each stated ratio against every quotient that the counts allow."""
    results, counts = case.results, Recounts(case)
    stated, units = results.number("compression_ratio"), results.last_places("compression_ratio")
    spans = list(counts.ratios())
    known = np.any([span.known for span in spans], axis=0)
    tested = sized(case) & np.isfinite(stated) & (stated > 0) & known
    readings = {span.by: tested & span.holds(stated, units) for span in spans}
    fits = np.any(list(readings.values()), axis=0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        totals_alone = np.isnan(counts.unprunable) & np.isnan(counts.layers("parameters"))
        above = stated > counts.parameters / counts.nonzero
        nearly = np.abs(counts.parameters / stated - counts.nonzero) <= _BIASES * counts.parameters
        tested &= fits | ~(totals_alone & (above | nearly))
        away = np.abs(np.log2(np.where(tested, stated / _nearest(stated, spans), 1.0)))

    def arithmetic(row: int) -> str:
        values = [f"{span.low[row]:.4g}× of {span.by}" for span in spans if span.known[row]]
        return f"stated {stated[row]:.4g}×; the counts give {' and '.join(dict.fromkeys(values[:2]))}"

    words = Words(
        "stated ratios",
        arithmetic,
        expected="within the printed place or 0.35 % of a quotient of the recorded counts",
        passes="stated compression ratios follow from the recorded counts",
        fails="stated compression ratios inconsistent with the recorded counts",
        silent=_SILENT,
        remedy="correct the ratio or the counts; innocent explanations: a ratio of bytes, or of layers that the counts "
        "leave out (give `parameters_prunable` or the layers' counts)",
        reading=lambda rows: common(readings, rows),
    )
    return judge_rows(case, each_method(results), Checked(tested, tested & ~fits, np.nan_to_num(away)), words)


def _nearest(stated: np.ndarray, spans: list) -> np.ndarray:
    """(rows,) the bound that is nearest to a stated ratio."""
    bounds = np.stack([bound for span in spans for bound in (span.low, span.high)])
    gaps = np.where(np.isnan(bounds), np.inf, np.abs(bounds - stated))
    return bounds[np.argmin(gaps, axis=0), np.arange(len(stated))]
