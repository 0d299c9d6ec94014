"""A theoretical speedup follows from the multiply–accumulates that are left.

What it checks
A stated `theoretical_speedup` is `macs` ÷ `macs_nonzero`, or that of the layers alone, within its printed place or 0.35
%. Where layers are recorded, the speedup is at least 1 and at most 1 ÷ the smallest layer density; where their MACs are
recorded too, it lies between Σ MACs ÷ Σ MACs × density of the layers and, counting what no layer does, that of the
network; where filters were removed, or it is not known what was, at most the square of that. Apart from this, a
measured gain (`latency_dense` ÷ `latency_pruned`) that exceeds the theoretical speedup by more than 5 %
(`latency_margin`) is a note: smaller weights may fit a cache, and launches may cost more than arithmetic. Rows that
stand for several networks, and controls that are smaller by design, are not judged. One finding for each method on a
pair.

Why it matters
Efficiency is argued with this number, and nobody who reads it can count it anew.

Example
Stated 8×, with 41 million MACs of which 10 million are left: 4.1×.

What it cannot see
MACs that were counted wrongly and consistently. It is wrong about speedups that count zeros in activations, or other
operations than the MACs that are recorded; the finding names them. False alarms: at most 0.2 % of clean studies
(docs/false_positives.md).

Source: Blalock et al. 2020, sections 2.3 and 5.1.
"""

import numpy as np

from audit.case import Case
from audit.inconsistencies import Checked, Words, common, judge_rows, of_weights, sized
from audit.recounts import Recounts, Span, quotient, slack
from audit.rule import NOT_APPLICABLE, Judgement, Rule, Scope, Severity
from audit.subjects import each_method

RULE = Rule(
    "NUM007",
    "impossible-speedup",
    Severity.ERROR,
    Scope.METHOD,
    absent=NOT_APPLICABLE,
    parameters={"latency_margin": 0.05},
)


def check(case: Case, *, latency_margin: float) -> Judgement:
    """Hold speedups against MACs and layer densities, and latencies against speedups."""
    results, counts = case.results, Recounts(case)
    stated, units = results.number("theoretical_speedup"), results.last_places("theoretical_speedup")
    left_slack = np.maximum(slack(counts.macs_nonzero), results.last_places("macs_nonzero"))
    of_macs = quotient("`macs` ÷ `macs_nonzero`", counts.macs, slack(counts.macs), counts.macs_nonzero, left_slack)
    by_layers = list(counts.speedups())
    usable = sized(case) & np.isfinite(results.speedup) & (results.speedup > 0)
    readings = {span.by: span.holds(stated, units) for span in (of_macs, *by_layers)}
    quoted = usable & np.isfinite(stated) & of_macs.known
    apart = quoted & ~np.any(list(readings.values()), axis=0)
    allowed = _allowed(counts, by_layers, of_weights(case))
    bounded = usable & allowed.known
    outside = bounded & ~allowed.holds(results.speedup, np.where(np.isfinite(stated), units, 0.0))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        gain = results.number("latency_dense") / results.number("latency_pruned")
        timed = usable & ~results.dense & np.isfinite(gain)
        faster = timed & (gain > results.speedup * (1 + latency_margin))
        away = np.abs(np.log2(results.speedup)) + 1
    impossible = apart | outside

    def arithmetic(row: int) -> str:
        if apart[row]:
            macs, left = counts.macs[row], counts.macs_nonzero[row]
            return f"stated {stated[row]:.4g}×; {macs:,.0f} MACs ÷ {left:,.0f} = {macs / left:.4g}×"
        if outside[row]:
            low, high = (f"{bound[row]:.4g}×" for bound in (allowed.low, allowed.high))
            between = low if low == high else f"from {low} to {high}"
            return f"{results.speedup[row]:.4g}×; the layers' densities allow {between}"
        return f"measured {gain[row]:.3g}× at a theoretical {results.speedup[row]:.3g}×"

    def fails(rows: np.ndarray) -> str:
        if impossible[rows].any():
            return "theoretical speedups inconsistent with the recorded MACs or layer densities"
        return "measured gains larger than the theoretical speedup: caches and launch overhead may explain them"

    words = Words(
        "speedups",
        arithmetic,
        expected="dense ÷ remaining MACs, within what the layers' densities allow, and measured gains below it",
        passes="speedups follow from the recorded MACs and densities",
        fails=fails,
        silent="no network has both a speedup and the MACs, layers or latencies to hold it against",
        remedy="correct the speedup or the MACs; innocent explanations: zeros of activations, or operations that the "
        "recorded MACs leave out, were counted; of a latency: caches, launch overhead, another batch size",
        reading=lambda rows: common({by: quoted & holds for by, holds in readings.items()}, rows),
    )
    checked = Checked(
        quoted | bounded | timed,
        impossible | faster,
        np.where(impossible, np.nan_to_num(away) + 100, np.nan_to_num(gain)),
    )
    return judge_rows(
        case,
        each_method(results),
        checked,
        words,
        lambda rows: Severity.ERROR if impossible[rows].any() or not len(rows) else Severity.NOTE,
    )


def _allowed(counts: Recounts, by_layers: list[Span], of_weights: np.ndarray) -> Span:
    """The speedups (rows,) that the densities of a network's layers allow; NaN where they are not known.

    A removed filter takes the next layer's inputs along, which its mask may not show: the largest one is squared then.
    """
    layers, rows = counts.case.results.layers, len(counts.case.results)
    known = ~np.isnan(counts.sum(counts.density))
    least = np.full(rows, np.inf)
    np.minimum.at(least, layers.row, np.nan_to_num(counts.density, nan=np.inf))
    with np.errstate(divide="ignore", invalid="ignore"):
        loosest = np.where(known, 1 / np.maximum(least, 0.0), np.nan)
    of_layers, of_all = by_layers
    low = np.where(np.isnan(of_all.low), 1.0, of_all.low)
    high = np.where(np.isnan(of_layers.high), loosest, np.where(np.isnan(of_all.high), of_layers.high, of_all.high))
    low, high = np.where(of_weights, low, 1.0), np.where(of_weights, high, np.maximum(high, 1) ** 2)
    return Span("the layers' densities", np.where(known, low, np.nan), np.where(known, high, np.nan))
