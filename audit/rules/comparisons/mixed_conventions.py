"""A study uses one unit of accuracy, one convention for multiply–accumulates, and one definition of compression.

What it checks
Accuracy, where the metric lies in [0, 1]: no method on a pair whose best value is at most 1 beside another whose best
value is above 1.5, and no figure of `[[comparison]]` above 1 beside fractions. MACs: on one pair no two methods, each
with one `macs` throughout, that are a factor of two apart (within 2 %), no dense network whose `macs_nonzero` is half
or twice its `macs`, and no pair at twice the count of the standard network of that name beside another at once its
count (1 MAC = 2 FLOPs). Compression: one definition explains every stated ratio from the counts, within 0.005 in log2
or the printed precision: all parameters ÷ remaining ones, the same of prunable parameters alone, or the kept or the
removed share. Where ratios are not stated they are computed from counts, in one way. Two definitions are mixed where
each leaves some explained ratio more than 0.05 in log2 away; where it is less, or a stated ratio has no counts that
explain it, undecidable. Judged for the study as a whole.

Why it matters
Blalock et al. found papers that mean by "compression ratio" original ÷ new, new ÷ original, or the share removed, and
that count a multiply–add once or twice. Two methods in one table under two conventions cannot be compared.

Example
4,089 million for ResNet-50 in the rows of one method and 8,178 million in those of another: fail.

What it cannot see
A convention that is used throughout, but is another than the columns' (EXP001 and NUM004 look for that); definitions
that agree at the ratios shown.

Source: Blalock et al. 2020, sections 2.3, 5.1 and 6.
"""

from collections.abc import Callable, Iterator

import numpy as np

from audit.case import Case
from audit.known_architectures import known_architecture
from audit.results import CELL_GAP
from audit.rule import FAIL, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity
from audit.subjects import each_pair, whole_study

RULE = Rule(
    "CMP010", "mixed-conventions", Severity.ERROR, Scope.STUDY, absent=UNDECIDABLE, parameters={"tolerance": 0.005}
)

PER_CENT = 1.5  # a fraction is at most 1; what is above this is no fraction that overshot
TWICE, SLACK, STANDARD = 2.0, 0.02, 0.10
DEFINITIONS = (
    "all parameters ÷ remaining ones",
    "prunable parameters ÷ remaining prunable ones",
    "remaining ÷ all parameters",
    "share of all parameters removed",
)
_EXPECTED = "one unit of accuracy, one convention for MACs, one definition of compression"


def check(case: Case, *, tolerance: float) -> Judgement:
    """Look for two conventions in accuracies, MACs and ratios; then for what leaves one open."""
    subject = whole_study(case.results)
    rows = case.results.cells.order
    rows = rows[case.measured[rows]]  # by cell and seed, whatever the order of the table
    if not len(rows):
        unclear = "which conventions are used cannot be told"
        remedy = "add networks with numbers"
        return Judgement(subject, [UNDECIDABLE], "no network with a number", _EXPECTED, unclear, remedy)
    fits, far, counted = _definitions(case, tolerance)
    pruned = rows[~case.results.dense[rows]]
    known = pruned[counted[pruned] & fits[:, pruned].any(axis=0)]
    common = fits[:, known].all(axis=1)
    mixed = [*_accuracies(case, rows), *_macs(case, rows)]
    if len(known) and far[:, known].any(axis=1).all():
        mixed.append(_two_definitions(case, fits, far, known))
    if mixed:
        remedy = "convert to one convention, or name each file's in `[[source]] units`"
        return Judgement(subject, [FAIL], "; ".join(mixed), _EXPECTED, "conventions are mixed", remedy)
    if len(known) < len(pruned) or not common.any() or not len(known):
        open_ = len(pruned) - len(known)
        seen = f"{open_} of {len(pruned)} ratios that no counts explain" if len(pruned) else "no pruned network"
        seen = seen if open_ or not len(pruned) else "ratios that no one definition explains, nor clearly two"
        unclear = "which definition of compression is used cannot be told"
        remedy = "record `parameters`, `parameters_nonzero` and `parameters_prunable`"
        return Judgement(subject, [UNDECIDABLE], seen, _EXPECTED, unclear, remedy)
    definition = DEFINITIONS[int(np.argmax(common))]
    message = "accuracies, MACs and compression ratios each follow one convention"
    seen = f"compression is {definition} in {len(known)} networks"
    return Judgement(subject, [PASS], seen, _EXPECTED, message, rows=[rows])


def _accuracies(case: Case, rows: np.ndarray) -> Iterator[str]:
    """Two units of accuracy, among methods or against a figure of `[[comparison]]`."""
    if case.study.metric.range != (0.0, 1.0):
        return
    cells = case.results.cells
    group = cells.method_on_pair[cells.of_row[rows]]
    best = np.full(int(group.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(best, group, np.nan_to_num(case.quality[rows], nan=-np.inf))
    best = best[np.isfinite(best)]
    if (best > PER_CENT).any() and (best <= 1).any():
        low, high = best[best <= 1].max(), best.max()
        yield f"`{case.study.metric_name}` up to {low:.4g} of one method and up to {high:.4g} of another"
    if len(best) and (best <= 1).all():
        for comparison in case.study.comparisons:
            figure = next((each.top1 for each in comparison.figures if each.top1 and each.top1 > PER_CENT), None)
            if figure is not None and case.study.metric_name == "top1":
                yield f"`top1` {figure:.6g} in `[[comparison]]` {comparison.technique}, fractions in the results"


def _macs(case: Case, rows: np.ndarray) -> Iterator[str]:
    """Two conventions for MACs: on one pair, in one dense network, or between pairs of standard networks."""
    results = case.results
    macs, left = results.number("macs"), results.number("macs_nonzero")
    dense = rows[results.dense[rows] & (macs[rows] > 0) & (left[rows] > 0) & np.isfinite(left[rows])]
    with np.errstate(invalid="ignore", over="ignore"):
        shares = left[dense] / macs[dense]
    halves = _near(shares, TWICE, SLACK) | _near(shares, 1 / TWICE, SLACK)
    if halves.any():
        first = dense[np.argmax(halves)]
        yield f"a dense network with `macs` {macs[first]:,.0f} and `macs_nonzero` {left[first]:,.0f}"
    cells = results.cells
    counted = rows[(macs[rows] > 0) & np.isfinite(macs[rows])]
    group = cells.method_on_pair[cells.of_row[counted]]
    low, high = (np.full(int(cells.method_on_pair.max(initial=-1)) + 1, bound) for bound in (np.inf, -np.inf))
    np.minimum.at(low, group, macs[counted])
    np.maximum.at(high, group, macs[counted])
    pairs = each_pair(results)
    times = {}
    for number in range(len(pairs)):
        label, methods = pairs.label(number), np.unique(cells.method_on_pair[pairs.cells(number)])
        counts = low[methods][low[methods] == high[methods]]  # of methods that state one count throughout
        if not len(counts):
            continue
        where = f"{label['architecture']} on {label['dataset']}"
        if _near(counts.max() / counts.min(), TWICE, SLACK):
            yield f"`macs` {counts.min():,.0f} and {counts.max():,.0f} for {where}"
        known = known_architecture(str(label["dataset"]), str(label["architecture"]))
        if known:
            times[where] = float(counts.max()) / known.macs
    once = [where for where, share in times.items() if _near(share, 1.0, STANDARD)]
    twice = [where for where, share in times.items() if _near(share, TWICE, STANDARD)]
    if once and twice:
        yield f"MACs of {once[0]}, and twice the MACs of {twice[0]}, as of the standard networks"


def _near(value: np.ndarray | float, wanted: float, share: float) -> np.ndarray:
    return np.abs(np.asarray(value) - wanted) <= share * wanted


def _definitions(case: Case, tolerance: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which definition explains each row's ratio, and which is far from it (definitions, rows); who has counts (rows,).

    A ratio that was asked for, and not quite achieved, lies near every definition that was meant, and far from none.
    """
    results = case.results
    stated, total, kept = map(results.number, ("compression_ratio", "parameters", "parameters_nonzero"))
    prunable = results.number("parameters_prunable")
    counted = (total > 0) & (kept > 0) & np.isfinite(total) & np.isfinite(kept)
    with np.errstate(divide="ignore", invalid="ignore"):
        candidates = np.stack([total / kept, prunable / (kept - (total - prunable)), kept / total, 1 - kept / total])
    slack = results.last_places("compression_ratio") / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.abs(np.log2(candidates / stated))
        printed = np.abs(candidates - stated) <= slack
    fits = (gap <= tolerance) | printed
    fits[0] |= np.isnan(stated)  # computed from the counts, in one way
    far = ~fits & (gap > CELL_GAP)
    return fits & counted, far & counted, counted


def _two_definitions(case: Case, fits: np.ndarray, far: np.ndarray, rows: np.ndarray) -> str:
    """Two rows that no one definition explains, by method."""
    method: Callable[[int], str | None] = case.results.text("method").text
    best = int(np.argmax(fits[:, rows].sum(axis=1)))
    first, other = rows[np.argmax(fits[best, rows])], rows[np.argmax(far[best, rows])]
    another = DEFINITIONS[int(np.argmax(fits[:, other]))]
    return (
        f"compression is {DEFINITIONS[best]} in rows of `{method(first)}`, and {another} in rows of `{method(other)}`"
    )
