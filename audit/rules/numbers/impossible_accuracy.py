"""A network's accuracy is a whole number of test examples.

What it checks
Accuracy × N, with N the examples of the reported split (`n_test`, else the data set's in audit.toml), lies within
max(0.1, half a printed unit × N) of a whole number; a row that stands for `n` networks and has no seed is held against
n × N. One distinct accuracy that does not fit is a warning, three are an error. Before it accuses, every row that was
evaluated alike is tried with decimals that were rounded before they were stored, or cut off, and, without seed and `n`,
as means of up to 10 networks; what follows from a batch size is left to ragged-batch. Not applicable without N, where
rounding leaves 0.25 of an example or more, where values were held in 16 bits, and for metrics that are no counts. Where
`n_correct` is recorded as well, a Top-1 that is another number than it by more than that allowance fails.

Why it matters
An accuracy that no number of examples gives was computed over something else than the test set, or was not computed.
Other numbers of the same table come from the same place.

Example
0.93124 on 10,000 images is 9,312.4 of them.

What it cannot see
Anything in a table whose last place is as coarse as an example (93.12 % of 10,000). It is wrong about metrics of
Top-1's name that weight examples: accuracies per class or per batch that were averaged, test-time crops counted one by
one, and an `n_test` that is not the number that was evaluated; the finding names them. False alarms: at most 0.2 % of
clean studies (docs/false_positives.md).

Source: Brown and Heathers 2017, "The GRIM test" (Social Psychological and Personality Science 8).
"""

import numpy as np

from audit.case import Case
from audit.denominators import DECIDABLE, LEAST, Denominators
from audit.inconsistencies import Checked, Words, judge_rows
from audit.rule import NOT_APPLICABLE, Judgement, Rule, Scope, Severity
from audit.stats.granularity import FLOAT32, from_half
from audit.subjects import each_pair

RULE = Rule(
    "NUM001", "impossible-accuracy", Severity.ERROR, Scope.PAIR, absent=NOT_APPLICABLE, parameters={"error_from": 3}
)


def check(case: Case, *, error_from: int) -> Judgement:
    """Multiply each accuracy by its number of examples."""
    found, name = Denominators.of(case), case.study.metric_name
    counted, apart = _counted(case)

    def arithmetic(row: int) -> str:
        if apart[row] > 0:
            value, examples = case.results.number("top1")[row], case.results.number("n_test")[row]
            correct = case.results.number("n_correct")[row]
            return f"`top1` {value:.10g} × {examples:,.0f} = {value * examples:,.2f}, `n_correct` is {correct:,.0f}"
        value, whole, gap = found.values[row], found.whole[row], found.distance[row]
        return f"`{name}` {value:.10g} × {whole:,.0f} = {value * whole:,.2f}, {gap:.2f} from a whole number"

    def severity(wrong: np.ndarray) -> Severity:
        if (apart[wrong] > 0).any():
            return Severity.ERROR
        distinct = len(np.unique(np.stack([found.values[wrong], found.whole[wrong]]), axis=1).T)
        return Severity.WARNING if 0 < distinct < error_from else Severity.ERROR

    words = Words(
        "accuracies",
        arithmetic,
        expected=f"within {LEAST} examples of a whole number, or half a printed unit",
        passes="accuracies are whole numbers of test examples",
        fails=lambda wrong: (
            "accuracies inconsistent with the recorded count of correct examples"
            if (apart[wrong] > 0).all()
            else "accuracies inconsistent with a whole number of test examples"
        ),
        silent=f"no accuracy is known to within {DECIDABLE} of a test example, or the examples are not counted",
        remedy="check `n_test`; innocent explanations: another number of examples was evaluated, accuracies of "
        "batches, classes or crops were averaged, or a row is the mean of several networks (declare `n`)",
    )
    tested = (found.tested & np.isnan(found.other)) | counted
    checked = Checked(tested, found.unfit | (apart > 0), np.fmax(found.distance - found.allowed, apart))
    return judge_rows(case, each_pair(case.results), checked, words, severity)


def _counted(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """(rows,) whether a Top-1 can be held against `n_correct`, and by how many examples more than rounding it differs.

    Decimals may have been cut off, and values held in 16 bits.
    """
    results = case.results
    value, examples, correct = (results.number(name) for name in ("top1", "n_test", "n_correct"))
    with np.errstate(invalid="ignore", over="ignore"):
        known = results.evaluated & np.isfinite(value + correct) & (examples >= 1) & ~(results.number("n") > 1)
        known &= (value >= 0) & (value <= 1)
        gap = np.abs(value * examples - correct)
        half = from_half(np.where(known, value, 0.5))
        unit = np.maximum(results.last_places("top1"), np.where(half, 2.0**-10, 0.0))
        allowed = np.maximum(LEAST, (unit + 2 * FLOAT32) * examples)
        return known, np.where(known & (gap > allowed), gap - allowed, 0.0)
