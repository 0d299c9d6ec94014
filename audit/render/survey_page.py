"""A collection of papers as one HTML page: a single file, which asks nothing of any network."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from audit.figures import Bar, Figure
from audit.render import frame, notation, palette
from audit.render.arc_diagram import arc_diagram
from audit.render.caption import NAMES
from audit.render.html_environment import fill
from audit.render.html_page import DrawnFigure, KeyEntry
from audit.render.palette import Style
from audit.render.survey_words import care, comparisons_told, headline, pairs_told
from audit.render.svg_plot import plot
from audit.survey import PairEntry, Survey

COMMON = 4  # papers from which a pair stands in the table
_COMPARISONS = (
    ("compares_to_histogram", "How many papers a paper compares with", "Papers by how many they compare with."),
    ("compared_to_histogram", "How many papers compare with a paper", "Papers by how many compare with them."),
)
_PAIRS = (
    ("pairs_per_paper", "On how many pairs a paper reports", "Papers by how many pairs they report on."),
    ("points_per_curve", "How many points a curve has", "Papers on a pair by points with an accuracy and a size."),
)
_CURVES = (
    "On each pair where several papers give both, and for results of their own techniques. A curve is a paper, or a "
    "variant of one that has several; curves of accuracy begin at 1× with the paper's own dense network, and changes "
    "are from it. Nothing is averaged: where a paper states a figure in ways that do not agree, the most direct one is "
    "drawn, and all are listed below."
)
_UNDRAWN = " The pairs with the most papers are drawn; {} more would make the page too large to be opened."


class Number(Struct, frozen=True):
    """A number of the page's head, and what it counts."""

    value: int
    words: str


class ChartBar(Struct, frozen=True):
    """A bar of a histogram: how many papers have the number `at`, with the shares of the longest bar in percent."""

    at: int
    reviewed: int
    others: int
    total: int
    reviewed_share: str
    others_share: str


class Chart(Struct, frozen=True):
    """A histogram over papers."""

    title: str
    reading: str
    bars: tuple[ChartBar, ...]


class PairView(Struct, frozen=True):
    """A pair as the page shows it."""

    number: int
    pair: PairEntry
    legend: tuple[KeyEntry, ...]
    figures: tuple[DrawnFigure, ...]


def render(survey: Survey) -> str:
    """The page of a collection."""
    views = tuple(_view(number, pair) for number, pair in enumerate(survey.pairs, start=1))
    statistics = survey.statistics
    return fill(
        "corpus.html",
        None,
        survey=survey,
        heading=f"{notation.quantity(len(survey.papers), 'paper')} on pruning",
        answer=headline(statistics),
        numbers=_numbers(statistics),
        told=comparisons_told(statistics),
        charts=_charts(statistics, _COMPARISONS),
        pair_charts=_charts(statistics, _PAIRS),
        arcs=arc_diagram(survey.papers),
        later=bool(statistics["comparisons_with_later"]),
        alone=sum(not entry.compares_to and not entry.compared_by for entry in survey.papers),
        pairs=statistics["pairs"],
        pairs_told=pairs_told(statistics),
        common=[view for view in views if len(view.pair.papers) >= COMMON] or views,
        curves_told=_CURVES + (_UNDRAWN.format(notation.quantity(survey.undrawn, "pair")) if survey.undrawn else ""),
        drawn=[view for view in views if view.figures],
        care=care(survey),
        colours=palette.COLOURS,
    )


def _numbers(statistics: Mapping) -> tuple[Number, ...]:
    told = (
        ("peer_reviewed", "peer-reviewed papers"),
        ("outside_definition", "outside the definition of pruning"),
        ("comparisons", "comparisons between papers"),
        ("datasets", "data sets"),
        ("architectures", "architectures"),
        ("pairs", "pairs of the two"),
        ("results", "reported results"),
        ("results_with_deviation", "results with a deviation"),
    )
    return tuple(Number(statistics[key], words) for key, words in told)


def _charts(statistics: Mapping, told: Sequence[tuple[str, str, str]]) -> tuple[Chart, ...]:
    return tuple(Chart(title, reading, tuple(_bars(statistics[key]))) for key, title, reading in told)


def _bars(counts: Mapping[str, Sequence[int]]) -> Iterator[ChartBar]:
    both = list(zip(counts["peer_reviewed"], counts["others"], strict=True))
    most = max((sum(each) for each in both), default=0) or 1
    for at, (reviewed, others) in enumerate(both):
        if reviewed or others:
            shares = (f"{100 * each / most:.1f}" for each in (reviewed, others))
            yield ChartBar(at, reviewed, others, reviewed + others, *shares)


def _view(number: int, pair: PairEntry) -> PairView:
    names = [curve.method.name for figure in pair.figures for curve in figure.curves]
    styles = palette.apart(sorted(set(names), key=names.index))
    return PairView(
        number,
        pair,
        tuple(KeyEntry(name, name, style) for name, style in styles.items()),
        tuple(_drawn(figure, styles) for figure in pair.figures),
    )


def _drawn(figure: Figure, styles: Mapping[str, Style]) -> DrawnFigure:
    shown = replace(frame.whole(figure), shifts=dict.fromkeys(styles, 0.0))  # no two papers share a ratio by design
    label = figure.metric.label.partition(" (")[0]
    return DrawnFigure(f"{label} against {NAMES[figure.axis]}", tuple(_remarks(figure)), plot(figure, shown, styles))


def _remarks(figure: Figure) -> Iterator[str]:
    papers = notation.quantity(len(figure.curves), "curve")
    yield f"{papers}."
    if Bar.STATED in figure.bars:
        yield "Bars are standard deviations, as the paper states them."
    if figure.left_out:
        yield f"Left out: {notation.quantity(figure.left_out, 'result')} without one of the two."
