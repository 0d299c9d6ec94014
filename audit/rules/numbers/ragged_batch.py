"""An accuracy counts every test example once, also those of the last, smaller batch.

What it checks
Accuracies that are no whole number of the N test examples, but of another number that follows from the evaluation's
batch size B (`eval_batch_size`, or the default of the program that wrote the results): B⌈N/B⌉, where the last batch is
divided by the full batch size; B⌊N/B⌋, where it is left out; W⌈N/W⌉ with W = 2, 4, 8 or 16 times B, where a sampler
pads the batches of so many processes. All accuracies of a method on a pair with one N and B must fit it. Where the mean
over batches of their accuracies gives the same numbers, both readings are shown.

Why it matters
The accuracy is that of another test set: off by up to B/N, alike for all methods, but not alike between papers, and
enough to decide a comparison.

Example
ShrinkBench divides the last 16 of 10,000 images by the batch size of 128: 0.93 becomes 0.9197, and 1 cannot be reached.

What it cannot see
A batch size that is not recorded, or one that divides N; it may name a wrong one of several denominators that fit, but
accuracies that fit N never fail. False alarms: at most 0.2 % of clean studies (docs/false_positives.md).

Source: ShrinkBench's `experiment/train.py` at b244974; PyTorch's `DistributedSampler` pads as described.
"""

from audit.case import Case
from audit.denominators import Denominators
from audit.inconsistencies import Checked, Words, judge_rows
from audit.rule import NOT_APPLICABLE, Judgement, Rule, Scope, Severity
from audit.subjects import each_pair

RULE = Rule("NUM002", "ragged-batch", Severity.ERROR, Scope.PAIR, absent=NOT_APPLICABLE)


def check(case: Case) -> Judgement:
    """Hold accuracies that do not fit the test set against the denominators that its batch size gives."""
    found, name = Denominators.of(case), case.study.metric_name
    batch = case.results.number("eval_batch_size")

    def arithmetic(row: int) -> str:
        value, whole, other = found.values[row], found.whole[row], found.other[row]
        return (
            f"`{name}` {value:.10g} × {whole:,.0f} = {value * whole:,.2f}, but × {other:,.0f} = {value * other:,.2f}: "
            f"{_reading(whole, batch[row], other)}"
        )

    words = Words(
        "accuracies",
        arithmetic,
        expected="a whole number of the test examples, each counted once",
        passes="accuracies count the examples of the last, smaller batch as what they are",
        fails="accuracies inconsistent with counting every test example once",
        silent="no accuracy was evaluated in recorded batches that leave a smaller last one",
        remedy="add up the correct predictions and divide by the examples; an innocent explanation: `n_test` is not "
        "the number of examples that was evaluated",
    )
    checked = Checked(found.batched | found.ragged, found.ragged, found.distance - found.allowed)
    return judge_rows(case, each_pair(case.results), checked, words)


def _reading(whole: float, batch: float, other: float) -> str:
    """What an evaluation with that denominator does with its last batch."""
    rest = whole % batch
    if other < whole:
        return f"the last {rest:.0f} examples are left out of batches of {batch:.0f}"
    if 0 < other - whole < batch and rest:
        also = ", or the mean of the batches' accuracies" if batch % rest == 0 else ""
        return f"the last {rest:.0f} examples are divided by a batch of {batch:.0f}{also}"
    return f"a sampler pads {whole:,.0f} examples to {other:,.0f}"
