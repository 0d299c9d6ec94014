"""From what papers write to one set of metrics, each conversion by a named rule (Blalock et al. 2020, appendix A).

| rule | from | to |
| --- | --- | --- |
| `as written` | an accuracy, a change, a deviation, a ratio | itself, as a fraction or ratio |
| `1 − error` | an error | an accuracy |
| `dense + change` | the dense accuracy and a change, where no accuracy is written | the pruned accuracy |
| `pruned − change` | an accuracy and a change, where no dense accuracy is written | the dense accuracy |
| `pruned − dense` | both accuracies | the change |
| `1 ÷ (1 − removed)` | the share removed: sparsity | a compression ratio or theoretical speedup |
| `1 ÷ kept` | the share kept | a compression ratio or theoretical speedup |
| `original ÷ new` | both counts | a compression ratio or theoretical speedup |
| `millions` | millions of parameters | a count |
| `MACs` | 10⁹ operations, where the dense network has as many MACs by the table of known networks | MACs |
| `FLOPs ÷ 2` | 10⁹ operations, where the dense network has half as many MACs by that table | MACs |

A quantity that is written in several ways has a value by each of them, the most direct one first: they are kept and
shown, never averaged. A size is never converted into a speedup nor a speedup into a size: how much computation a
parameter costs depends on its layer.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from math import inf, log2

from audit.corpus.written import Written
from audit.known_architectures import known_architecture
from audit.papers import SIZES, Refusal, Value

AS_WRITTEN, ERROR, MILLIONS = "as written", "1 − error", "millions"
DENSE_PLUS, PRUNED_LESS, DIFFERENCE = "dense + change", "pruned − change", "pruned − dense"
REMOVED, KEPT, COUNTS = "1 ÷ (1 − removed)", "1 ÷ kept", "original ÷ new"
MACS, FLOPS = "MACs", "FLOPs ÷ 2"
RULES = (AS_WRITTEN, ERROR, DENSE_PLUS, PRUNED_LESS, DIFFERENCE, REMOVED, KEPT, COUNTS, MILLIONS, MACS, FLOPS)

TOLERANCE = 0.15  # octaves: how far a count may lie from that of the known network, or from twice it
_ONE = Decimal(1)
_LEAST = Decimal("1e-9")  # share kept, of which a ratio is made
_MILLION, _BILLION = Decimal(10**6), Decimal(10**9)
_OTHER = {"compression_ratio": "theoretical_speedup", "theoretical_speedup": "compression_ratio"}
_NOUN = {"compression_ratio": "a size", "theoretical_speedup": "a speedup"}
_OF_SIZE = {
    "compression_ratio": ("parameters_removed", "parameters_kept", "parameters_millions", "dense_parameters_millions"),
    "theoretical_speedup": ("flops_removed", "flops_kept", "gigaflops", "dense_gigaflops"),
}

Figures = Mapping[str, Written]
Bounds = tuple[float, float]


def convention(dataset: str | None, architecture: str | None, figures: Figures) -> str:
    """How a paper counts operations: `MACs`, `FLOPs ÷ 2`, or "" where the table of known networks does not tell.

    The dense count decides; without it, a pruned one that is above all MACs of the known network is of FLOPs.
    """
    known = known_architecture(dataset, architecture) if dataset and architecture else None
    if known is None:
        return ""
    if dense := figures.get("dense_gigaflops"):
        octaves = log2(float(dense.value * _BILLION) / known.macs)
        if abs(octaves) <= TOLERANCE:
            return MACS
        return FLOPS if abs(octaves - 1) <= TOLERANCE else ""
    pruned = figures.get("gigaflops")
    return FLOPS if pruned and log2(float(pruned.value * _BILLION) / known.macs) > TOLERANCE else ""


def normalise(figures: Figures, counted_as: str = "") -> tuple[tuple[Value, ...], tuple[Refusal, ...]]:
    """What the figures of one result mean, by column of `audit.corpus.columns.FIGURES`, and what cannot be had of them.

    `counted_as` is the convention by which operations are counted.
    """
    values = [*_sizes(figures), *_qualities(figures), *_counts(figures, counted_as)]
    return tuple(values), tuple(_refused(figures, {value.quantity for value in values}, counted_as))


def _sizes(figures: Figures) -> Iterator[Value]:
    for quantity in SIZES:
        removed, kept, new, original = _OF_SIZE[quantity]
        if stated := figures.get(quantity):
            yield _one(quantity, stated, AS_WRITTEN, lambda value: value)
        if (share := figures.get(removed)) and _ONE - share.value >= _LEAST:
            yield _one(quantity, share, REMOVED, lambda value: _inverse(_ONE - value))
        if (share := figures.get(kept)) and share.value >= _LEAST:
            yield _one(quantity, share, KEPT, _inverse)
        if (count := figures.get(new)) and (of := figures.get(original)):
            (least, most), (few, many) = count.ends(), of.ends()
            bounds = (float(few / most), float(many / least) if least > 0 else inf)
            yield Value(quantity, float(of.value / count.value), f"{of.text} ÷ {count.text}", COUNTS, *bounds)


def _inverse(share: Decimal) -> Decimal:
    return _ONE / share if share > 0 else Decimal("Infinity")


def _one(quantity: str, figure: Written, rule: str, convert: Callable[[Decimal], Decimal]) -> Value:
    """A value by a rule that is monotonous in one figure."""
    low, high = sorted(float(convert(end)) for end in figure.ends())
    return Value(quantity, float(convert(figure.value)), figure.text, rule, low, high)


def _qualities(figures: Figures) -> Iterator[Value]:
    for top in ("top1", "top5"):
        accuracy, dense = _accuracies(figures, top, ""), _accuracies(figures, top, "dense_")
        change = figures.get(f"{top}_change")
        if change and not accuracy and dense:
            accuracy = [_sum(top, dense[0], change, 1, DENSE_PLUS)]
        elif change and accuracy and not dense:
            dense = [_sum(f"dense_{top}", accuracy[0], change, -1, PRUNED_LESS)]
        yield from accuracy
        if change:
            yield _one(f"{top}_change", change, AS_WRITTEN, lambda value: value)
        if accuracy and dense and accuracy[0].rule != DENSE_PLUS and dense[0].rule != PRUNED_LESS:
            yield _difference(f"{top}_change", accuracy[0], dense[0])
        if deviation := figures.get(f"{top}_deviation"):
            yield _one(f"{top}_deviation", deviation, AS_WRITTEN, lambda value: value)
        yield from dense
        if deviation := figures.get(f"dense_{top}_deviation"):
            yield _one(f"dense_{top}_deviation", deviation, AS_WRITTEN, lambda value: value)


def _accuracies(figures: Figures, top: str, of: str) -> list[Value]:
    found = []
    if stated := figures.get(f"{of}{top}"):
        found.append(_one(f"{of}{top}", stated, AS_WRITTEN, lambda value: value))
    if error := figures.get(f"{of}error_{top}"):
        found.append(_one(f"{of}{top}", error, ERROR, lambda value: _ONE - value))
    return found


def _sum(quantity: str, accuracy: Value, change: Written, sign: int, rule: str) -> Value:
    low, high = sorted(sign * float(end) for end in change.ends())
    value = round(accuracy.value + sign * float(change.value), 12)
    written = f"{_shown(accuracy)}, {change.text}"
    return Value(quantity, value, written, rule, accuracy.low + low, accuracy.high + high)


def _difference(quantity: str, pruned: Value, dense: Value) -> Value:
    written, value = f"{_shown(pruned)}, {_shown(dense)}", round(pruned.value - dense.value, 12)
    return Value(quantity, value, written, DIFFERENCE, pruned.low - dense.high, pruned.high - dense.low)


def _shown(accuracy: Value) -> str:
    return f"error {accuracy.written}" if accuracy.rule == ERROR else accuracy.written


def _counts(figures: Figures, counted_as: str) -> Iterator[Value]:
    for of in ("", "dense_"):
        if count := figures.get(f"{of}parameters_millions"):
            yield _one(f"{of}parameters", count, MILLIONS, lambda value: value * _MILLION)
    factor = {MACS: _BILLION, FLOPS: _BILLION / 2}.get(counted_as)
    for of in ("", "dense_"):
        if factor is not None and (count := figures.get(f"{of}gigaflops")):
            yield _one(f"{of}macs", count, counted_as, lambda value: value * factor)


def _refused(figures: Figures, had: set[str], counted_as: str) -> Iterator[Refusal]:
    for quantity in SIZES:
        removed, kept, new, original = _OF_SIZE[quantity]
        if quantity in had:
            continue
        if removed in figures or kept in figures:
            yield Refusal(quantity, "nothing is left: there is no ratio to it")
        elif new in figures:
            yield Refusal(quantity, "a count without that of the original network")
        elif _OTHER[quantity] in had:
            given = _NOUN[_OTHER[quantity]]
            yield Refusal(
                quantity,
                f"only {given} is written, and {_NOUN[quantity]} does not follow from it: what a parameter costs "
                "depends on its layer",
            )
        elif original in figures:
            yield Refusal(quantity, "only the original network's count is written")
    if not counted_as and ("gigaflops" in figures or "dense_gigaflops" in figures):
        yield Refusal("macs", "MACs or FLOPs: the dense count is missing, of no known network, or neither of the two")
    for top in ("top1", "top5"):
        if f"{top}_change" in had and top not in had:
            yield Refusal(top, "a change without the accuracy of the dense network")
