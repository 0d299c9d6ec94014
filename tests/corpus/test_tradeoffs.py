"""Trade-off curves over a collection: every point is a figure of a paper."""

from msgspec.structs import replace

from audit.corpus.tradeoffs import tradeoffs
from audit.figures import Axis, Bar, Figure
from audit.papers import Corpus, Doubt, Paper, Result, Value


def result(name: str, paper: str, method: str = "", reported_for: str = "", **values: float) -> Result:
    """A result with exact values."""
    held = tuple(Value(quantity, value, "", "as written", value, value) for quantity, value in values.items())
    return Result(name, paper, "ImageNet", "VGG-16", method, reported_for, values=held)


CORPUS = Corpus(
    "made up",
    (Paper("a", 2016), Paper("b", 2017), Paper("c", 2018, set_aside="timed")),
    (
        result("1", "a", compression_ratio=4.0, top1=0.70, dense_top1=0.72, top1_change=-0.02, top1_deviation=0.01),
        result("2", "a", compression_ratio=2.0, top1=0.71, dense_top1=0.72, top1_change=-0.01),
        result("3", "b", "wide", compression_ratio=3.0, top1=0.69, top1_change=-0.03),
        result("4", "b", "magnitude", "magnitude", compression_ratio=3.0, top1=0.60, top1_change=-0.12),
        result("5", "b", theoretical_speedup=3.0, top1=0.68),
        result("6", "c", compression_ratio=3.0, top1=0.5, top1_change=-0.2),
    ),
)
PAIR = ("ImageNet", "VGG-16")


def one(corpus: Corpus, metric: str, axis: Axis = Axis.COMPRESSION, **how: bool) -> Figure:
    """The figure of a metric on an axis."""
    (figure,) = (f for f in tradeoffs(corpus, PAIR, **how) if (f.metric.name, f.axis) == (metric, axis))
    return figure


def test_accuracy_begins_at_the_papers_own_dense_network() -> None:
    """A curve is a paper or a variant, ordered by size; its dense network stands at 1×."""
    figure = one(CORPUS, "top1")
    assert [curve.method.name for curve in figure.curves] == ["a (2016)", "b (2017), wide"]
    points = figure.curves[0].points
    assert [(point.x, point.mean) for point in points] == [(1.0, 0.72), (2.0, 0.71), (4.0, 0.70)]
    assert points[2].bar is Bar.STATED and points[2].deviation == 0.01
    assert figure.dense == ()
    assert figure.left_out == 1


def test_changes_are_from_dense() -> None:
    """In percentage points, with the dense level at 0."""
    figure = one(CORPUS, "top1_change")
    assert [(point.x, round(point.mean, 9)) for point in figure.curves[0].points] == [(2.0, -1.0), (4.0, -2.0)]
    assert [point.mean for point in figure.dense] == [0.0]
    assert figure.level == "dense"


def test_results_for_others_are_drawn_where_asked() -> None:
    """By default only self-reported results are."""
    assert len(one(CORPUS, "top1", for_others=True).curves) == len(one(CORPUS, "top1").curves) + 1


def test_results_for_others_are_curves_of_their_own() -> None:
    """A technique of others is not drawn as the paper's own, though the paper names no variant."""
    more = result("7", "b", "", "SNIP", compression_ratio=5.0, top1=0.5)
    figure = one(replace(CORPUS, results=(*CORPUS.results, more)), "top1", for_others=True)
    names = [curve.method.name for curve in figure.curves]
    assert names == ["a (2016)", "b (2017), SNIP", "b (2017), magnitude", "b (2017), wide"]


def test_a_ratio_that_reads_like_a_share_is_left_out() -> None:
    """On its own axis alone."""
    upside_down = replace(CORPUS.results[0], doubts=(Doubt("compression_ratio", "below 1"),))
    doubted = replace(CORPUS, results=(upside_down, *CORPUS.results[1:]))
    assert one(doubted, "top1").left_out == 2


def test_one_paper_alone_is_no_figure() -> None:
    """There is nothing to hold it against: the speedup of one paper is not drawn, nor a pair that is not there."""
    assert {figure.axis for figure in tradeoffs(CORPUS, PAIR)} == {Axis.COMPRESSION}
    assert tradeoffs(CORPUS, ("MNIST", "LeNet")) == ()


def test_what_reads_like_an_error_is_left_out() -> None:
    """A result whose dense accuracy is doubted is in no figure of that accuracy, and counted."""
    first, *rest = CORPUS.results
    doubted = replace(CORPUS, results=(replace(first, doubts=(Doubt("dense_top1", "reads like an error"),)), *rest))
    figure = one(doubted, "top1")
    assert [point.x for point in figure.curves[0].points] == [1.0, 2.0]
    assert figure.left_out == 2
    assert len(one(doubted, "top1_change").curves[0].points) == 2


def test_every_pair_of_the_survey(published: Corpus) -> None:
    """Each drawn point is a value of a comparable, self-reported result, or its dense network."""
    drawn = 0
    for pair, held in published.of_pair.items():
        values = {value.value for each in held for value in each.values}
        for figure in tradeoffs(published, pair):
            scale = 100.0 if figure.metric.name.endswith("_change") else 1.0
            for curve in figure.curves:
                for point in curve.points:
                    assert any(abs(point.mean / scale - value) < 1e-12 for value in values)
                    drawn += 1
    assert drawn > 400
