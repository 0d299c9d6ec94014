"""Per-layer counts add up to the totals.

What it checks
No layer keeps more weights than it has; the layers together have no more weights than the network, and as many as
`parameters_prunable` says; the weights that they keep are no more than `parameters_nonzero`, and no fewer than what is
left of it without everything that no layer holds. Layers' MACs are no more than `macs`. All within 0.1 % (`tolerance`),
and the rounding of totals that end in zeros. Rows that stand for several networks, and controls that are smaller by
design, are not judged. One finding for each method on a pair.

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

from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from audit.case import Case
from audit.inconsistencies import Checked, Words, judge_rows, sized
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


class _Sum(Struct, frozen=True):
    """One sum over the layers (rows,): what is said of it, by how much it is off, its size, and what was rounded."""

    text: str
    off: np.ndarray
    size: np.ndarray
    rounded: np.ndarray


def check(case: Case, *, tolerance: float) -> Judgement:
    """Add up the layers of each network, and hold the sums against its totals."""
    counts = Recounts(case)
    sums = list(_sums(counts))
    one = sized(case)
    over = np.stack(
        [np.where(one, each.off - tolerance * np.nan_to_num(each.size) - each.rounded, np.nan) for each in sums]
    )
    comparable = ~np.isnan(over[1:]).all(axis=0) & ~np.isnan(counts.layers("parameters"))
    worst = np.argmax(np.where(np.isnan(over), -np.inf, over), axis=0)
    excess = np.nan_to_num(over[worst, np.arange(len(worst))], nan=-1.0)

    def arithmetic(row: int) -> str:
        numbers = {
            "total": counts.layers("parameters"),
            "kept": counts.layers("nonzero"),
            "macs": counts.layers("macs"),
            "whole": counts.parameters,
            "left": counts.nonzero,
            "prunable": counts.prunable,
            "rest": _rest(counts),
            "whole_macs": counts.macs,
        }
        text = sums[worst[row]].text.format(**{key: f"{value[row]:,.0f}" for key, value in numbers.items()})
        return f"{text} {sums[worst[row]].off[row]:,.0f}"

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
    checked = Checked(comparable, comparable & (excess > 0), excess)
    return judge_rows(case, each_method(case.results), checked, words)


def _sums(counts: Recounts) -> Iterator[_Sum]:
    """Every sum that can be held against something; a single layer first."""
    layers, rows = counts.case.results.layers, len(counts.case.results)
    total, kept, macs = (counts.layers(name) for name in ("parameters", "nonzero", "macs"))
    whole, left, prunable = counts.parameters, counts.nonzero, counts.prunable
    overfull, none = np.zeros(rows), np.zeros(rows)
    np.maximum.at(overfull, layers.row, np.nan_to_num(layers.nonzero - layers.parameters))
    yield _Sum("a layer keeps more weights than it has, by", overfull - 0.5, none, none)
    yield _Sum(
        "the layers have {total} weights, the network {whole} parameters: more by", total - whole, total, slack(whole)
    )
    everything = np.abs(total - whole) <= slack(whole)  # the layers list all parameters, prunable or not
    apart = np.where(everything, np.nan, np.abs(total - prunable))
    yield _Sum(
        "the layers have {total} weights, `parameters_prunable` is {prunable}: apart by", apart, total, slack(prunable)
    )
    rounded = slack(left) + slack(whole)
    yield _Sum("the layers keep {kept} weights, the network {left} parameters: more by", kept - left, kept, rounded)
    yield _Sum(
        "the layers keep {kept} weights and {rest} parameters are in none, the network keeps {left}: more by",
        left - kept - _rest(counts),
        kept,
        rounded,
    )
    yield _Sum(
        "the layers have {macs} MACs, the network {whole_macs}: more by", macs - counts.macs, macs, slack(counts.macs)
    )


def _rest(counts: Recounts) -> np.ndarray:
    """(rows,) parameters that no layer holds."""
    return np.maximum(counts.parameters - counts.layers("parameters"), 0)
