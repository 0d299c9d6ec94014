"""Per-layer counts add up to the totals.

What it checks
No layer keeps more weights than it has; the layers together have no more weights than the network, and as many as
`parameters_prunable` says; the weights that they keep are no more than `parameters_nonzero`, and no fewer than what is
left of it without everything that no layer holds. Layers' MACs are no more than `macs`. All within 0.1 % (`tolerance`),
and the rounding of totals that end in zeros. One finding for each method on a pair.

Why it matters
Layer counts show where a method prunes, decide which random baseline matches it, and give the theoretical speedup.
Counts that do not add up were not taken from the network that was evaluated.

Example
Layers that keep 52,000 weights in a network that has 45,000 left.

What it cannot see
Counts that are wrong in one layer and made up for in another. It is wrong where a recorded total leaves out what the
layers hold, e.g. embeddings that share weights; the finding names it. False alarms: at most 0.2 % of clean studies
(docs/false_positives.md).

Source: the definitions of the columns (docs/columns.md).
"""

import numpy as np

from audit.case import Case
from audit.inconsistencies import Checked, Words, judge_rows, single
from audit.recounts import Recounts, slack
from audit.rule import NOT_APPLICABLE, Judgement, Rule, Scope, Severity
from audit.subjects import each_method

RULE = Rule(
    "NUM005",
    "layer-sum-mismatch",
    Severity.ERROR,
    Scope.METHOD,
    absent=NOT_APPLICABLE,
    parameters={"tolerance": 0.001},
)


def check(case: Case, *, tolerance: float) -> Judgement:
    """Add up the layers of each network, and hold the sums against its totals."""
    results, counts, layers = case.results, Recounts(case), case.results.layers
    total, kept, macs = (counts.layers(name) for name in ("parameters", "nonzero", "macs"))
    whole, left, prunable = counts.parameters, counts.nonzero, counts.prunable
    overfull = np.zeros(len(results))
    np.maximum.at(overfull, layers.row, np.nan_to_num(layers.nonzero - layers.parameters))
    rest = np.maximum(whole - total, 0)
    excesses = {
        "a layer keeps more weights than it has, by": overfull - 0.5,
        "the layers have {total:,.0f} weights, the network {whole:,.0f} parameters: more by": total - whole,
        "the layers have {total:,.0f} weights, `parameters_prunable` is {prunable:,.0f}: apart by": np.where(
            np.abs(total - whole) <= slack(whole), np.nan, np.abs(total - prunable)
        ),
        "the layers keep {kept:,.0f} weights, the network {left:,.0f} parameters: more by": kept - left,
        "the layers keep {kept:,.0f} weights and {rest:,.0f} parameters are in none, the network keeps {left:,.0f}: "
        "more by": left - kept - rest,
        "the layers have {macs:,.0f} MACs, the network {whole_macs:,.0f}: more by": macs - counts.macs,
    }
    rounding = [
        none := np.zeros(len(results)),
        slack(whole),
        slack(np.nan_to_num(prunable)),
        *[slack(left) + slack(whole)] * 2,
    ]
    rounding = [*rounding, slack(counts.macs)]
    scale = [none, total, total, kept, kept, macs]
    single_row = single(case)
    over = np.stack(
        [
            np.where(single_row, excess - tolerance * np.nan_to_num(size) - off, np.nan)
            for excess, size, off in zip(excesses.values(), scale, rounding, strict=True)
        ]
    )
    comparable = ~np.isnan(over[1:]).all(axis=0) & ~np.isnan(total)
    worst = np.argmax(np.where(np.isnan(over), -np.inf, over), axis=0)
    excess = np.nan_to_num(over[worst, np.arange(len(results))], nan=-1.0)

    def arithmetic(row: int) -> str:
        text, values = list(excesses.items())[worst[row]]
        numbers = {
            "total": total, "whole": whole, "prunable": prunable, "kept": kept, "left": left, "rest": rest,
            "macs": macs, "whole_macs": counts.macs,
        }  # fmt: skip
        return f"{text.format(**{key: value[row] for key, value in numbers.items()})} {values[row]:,.0f}"

    words = Words(
        "networks with layer counts",
        arithmetic,
        expected=f"sums over the layers within {tolerance:.1%} of the totals",
        passes="per-layer counts add up to the totals",
        fails="per-layer counts inconsistent with the totals",
        silent="no network has both layer counts and totals",
        remedy="count layers and totals on the same network; an innocent explanation: a total leaves out, or counts "
        "once, what several layers hold",
    )
    return judge_rows(case, each_method(results), Checked(comparable, comparable & (excess > 0), excess), words)
