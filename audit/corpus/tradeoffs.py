"""Trade-off curves over a collection, pair by pair: accuracy, and its change, against compression ratio and speedup.

A curve is one paper's, or one variant's of a paper with several. Each accuracy curve begins at 1× with the accuracy
of its own dense network, where that is known; a change from dense is 0 there by definition. Results that are reported
for others are drawn where asked, as curves of their own. What reads like an error, or like a share that is kept, is
drawn nowhere.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from audit.figures import Axis, Bar, Curve, Figure, Point
from audit.papers import Corpus, Result
from audit.report import MethodReport, MetricReport, PairReport

FEWEST = 2  # papers that a figure shows at least
_HUNDRED = 100.0


class _Metric(Struct, frozen=True):
    """What is drawn: its quantity, that of its dense network, that of its deviation, and by what it is multiplied."""

    report: MetricReport
    dense: str
    deviation: str
    factor: float = 1.0


_METRICS = (
    _Metric(MetricReport("top1_change", "Change of Top-1 accuracy (percentage points)", True, False), "", "", _HUNDRED),
    _Metric(MetricReport("top1", "Top-1 accuracy", True, True), "dense_top1", "top1_deviation"),
    _Metric(MetricReport("top5_change", "Change of Top-5 accuracy (percentage points)", True, False), "", "", _HUNDRED),
    _Metric(MetricReport("top5", "Top-5 accuracy", True, True), "dense_top5", ""),
)


def tradeoffs(corpus: Corpus, pair: tuple[str, str], *, for_others: bool = False) -> tuple[Figure, ...]:
    """The figures of a pair that show several papers, one for each metric and measure of size."""
    held = [result for result in corpus.of_pair.get(pair, ()) if for_others or not result.reported_for]
    figures = (_figure(corpus, pair, held, metric, axis) for metric in _METRICS for axis in Axis)
    return tuple(figure for figure in figures if figure is not None)


def _figure(
    corpus: Corpus, pair: tuple[str, str], results: Sequence[Result], metric: _Metric, axis: Axis
) -> Figure | None:
    by_curve: dict[tuple[str, str], list[Result]] = {}
    left_out = 0
    for result in results:
        doubted = any(doubt.quantity in (metric.dense, axis.value) for doubt in result.doubts)
        if result.get(metric.report.name) is None or result.get(axis.value) is None or doubted:
            left_out += 1
            continue
        by_curve.setdefault((result.paper, _variant(result)), []).append(result)
    if len({paper for paper, _ in by_curve}) < FEWEST:
        return None
    order = sorted(by_curve, key=lambda key: (corpus.by_key[key[0]].date, key))
    return Figure(
        pair=PairReport(*pair, "", "", None, None, None, 0),
        axis=axis,
        metric=metric.report,
        curves=tuple(Curve(_method(corpus, key), tuple(_points(by_curve[key], metric, axis))) for key in order),
        dense=() if metric.dense else (Point(1.0, 0.0, Bar.NONE, 0.0, 0.0, None, 1, ()),),
        left_out=left_out,
        level="dense",
    )


def _variant(result: Result) -> str:
    """Which of a paper's curves a result is on: that of a technique of others, or of a variant of its own."""
    return ", ".join(dict.fromkeys(filter(None, (result.reported_for, result.method))))


def _method(corpus: Corpus, key: tuple[str, str]) -> MethodReport:
    paper, variant = corpus.by_key[key[0]], key[1]
    label = f"{paper.called}, {variant}" if variant else paper.called
    return MethodReport(label, label, paper.kind if paper.kind == "magnitude" else "other", {}, {})


def _points(results: Sequence[Result], metric: _Metric, axis: Axis) -> Iterator[Point]:
    """The points of a curve by size, the dense network first."""
    dense = {value: result for result in results if metric.dense and (value := result.get(metric.dense)) is not None}
    for value in dense:
        yield _point(1.0, value, dense[value].get(f"dense_{metric.deviation}"), dense[value].trials)
    placed = [(result.get(axis.value), result.get(metric.report.name), result) for result in results]
    for x, y, result in sorted(((x, y, r) for x, y, r in placed if x and y is not None), key=lambda each: each[:2]):
        deviation = result.get(metric.deviation) if metric.deviation else None
        yield _point(x, metric.factor * y, deviation, result.trials)


def _point(x: float, y: float, deviation: float | None, trials: int | None) -> Point:
    bar = Bar.NONE if deviation is None else Bar.STATED
    half = deviation or 0.0
    return Point(x, y, bar, y - half, y + half, deviation, trials or 1, (), "std" if deviation is not None else "")
