"""What a survey counts of a collection (Blalock et al. 2020, sections 3.1, 4.1, 4.2 and 4.4), in plain numbers.

Data sets, architectures and pairs are counted over comparable results: on a known data set and architecture, of papers
whose figures are not set aside. Results with a deviation, or with a number of trials, are counted over all.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from statistics import mean, quantiles
from typing import Any

from msgspec import Struct

from audit.corpus.graph import BEFORE, Graph
from audit.papers import SIZES, Corpus, Result, plain

COMMON = 4  # papers from which a pair is told as common
# The pairs of the survey's figure 3, on which it counts how many papers report anything; AlexNet and CaffeNet are one.
FIGURE_PAIRS = (
    ("ImageNet", "VGG-16"),
    ("ImageNet", "AlexNet"),
    ("ImageNet", "CaffeNet"),
    ("ImageNet", "ResNet-50"),
    ("CIFAR-10", "ResNet-56"),
)
HALF = 0.5  # Top-1 below which the survey left results out of its figure 3
_CHANGES = ("top1_change", "top5_change")


class PairCount(Struct, frozen=True):
    """A pair, and how many papers report results on it."""

    dataset: str
    architecture: str
    papers: int


class Histogram(Struct, frozen=True):
    """How many papers, or curves of them, have each number from 0 on; those that are peer-reviewed stand apart."""

    reviewed: tuple[int, ...]
    others: tuple[int, ...]


def pair_counts(corpus: Corpus) -> tuple[PairCount, ...]:
    """The pairs and their papers, most papers first, equals in the order of their names."""
    counts = [PairCount(*pair, len({each.paper for each in held})) for pair, held in corpus.of_pair.items()]
    return tuple(sorted(counts, key=lambda each: -each.papers))


def degrees(corpus: Corpus, of: Mapping[str, Sequence[str]]) -> Histogram:
    """The histogram of how many papers stand beside each, by key."""
    return histogram(corpus, ((key, len(others)) for key, others in of.items()))


def histogram(corpus: Corpus, numbers: Iterable[tuple[str, int]]) -> Histogram:
    """The histogram of numbers that belong to papers, each given with its key."""
    held = list(numbers)
    size = max((number for _, number in held), default=0) + 1
    reviewed = Counter(number for key, number in held if corpus.by_key[key].peer_reviewed)
    others = Counter(number for key, number in held if not corpus.by_key[key].peer_reviewed)
    return Histogram(tuple(reviewed[n] for n in range(size)), tuple(others[n] for n in range(size)))


def pairs_per_paper(corpus: Corpus) -> dict[str, int]:
    """How many pairs each paper with comparable results has."""
    pairs: dict[str, set] = {}
    for result in corpus.comparable:
        pairs.setdefault(result.paper, set()).add(result.pair)
    return {key: len(held) for key, held in pairs.items()}


def points_per_curve(corpus: Corpus) -> dict[tuple[str, str, str], int]:
    """How many points each paper has on each pair on which it gives a size and an accuracy, or a change of one.

    Results that it reports for techniques of others are no points of it.
    """
    counts = Counter(
        (result.paper, *result.pair)
        for result in corpus.comparable
        if result.pair and result.sized and result.judged and not result.reported_for
    )
    return dict(sorted(counts.items()))


def reporting_on(corpus: Corpus, pairs: Collection[tuple[str, str]], at_least: float = 0.0) -> tuple[str, ...]:
    """The papers that report a change of accuracy against a size on any of some pairs, for techniques of their own.

    Results of a Top-1 accuracy below `at_least` do not count.
    """
    wanted = frozenset(pairs)
    return _papers(
        result
        for result in corpus.comparable
        if result.pair in wanted
        and not result.reported_for
        and any(result.get(quantity) is not None for quantity in _CHANGES)
        and any(result.get(quantity) is not None for quantity in SIZES)
        and ((top1 := result.get("top1")) is None or top1 >= at_least)
    )


def _papers(results: Iterable[Result]) -> tuple[str, ...]:
    return tuple(sorted({result.paper for result in results}))


def document(corpus: Corpus) -> dict[str, Any]:
    """The statistics of a collection, as `audit corpus statistics --format json` prints them."""
    graph = Graph(corpus)
    counts = pair_counts(corpus)
    held = corpus.comparable
    outs = {key: len(others) for key, others in graph.names.items()}
    deviating = [result for result in corpus.results if "top1_deviation" in result.written]
    tried = [result for result in corpus.results if result.trials is not None]
    conventions = Counter(value.rule for result in corpus.results for value in result.stated("dense_macs"))
    points = points_per_curve(corpus)
    return {
        "papers": len(corpus.papers),
        "peer_reviewed": sum(bool(paper.peer_reviewed) for paper in corpus.papers),
        "outside_definition": sum(bool(paper.outside) for paper in corpus.papers),
        f"before_{BEFORE}": sum(paper.year < BEFORE for paper in corpus.papers),
        "results": len(corpus.results),
        "comparable_results": len(held),
        "papers_set_aside": sorted(paper.key for paper in corpus.papers if paper.set_aside),
        "datasets": len({result.dataset for result in held}),
        "architectures": len({result.architecture for result in held}),
        "pairs": len(counts),
        "pairs_used_once": sum(each.papers == 1 for each in counts),
        "common_pairs": [
            {"dataset": each.dataset, "architecture": each.architecture, "papers": each.papers}
            for each in counts
            if each.papers >= COMMON
        ],
        "pairs_per_paper": _shown(histogram(corpus, pairs_per_paper(corpus).items())),
        "points_per_curve": _shown(histogram(corpus, ((curve[0], number) for curve, number in points.items()))),
        "comparisons": sum(outs.values()),
        "compare_to_none": sum(number == 0 for number in outs.values()),
        "compare_to_one": sum(number == 1 for number in outs.values()),
        "compare_to_three_or_fewer": sum(number <= 3 for number in outs.values()),
        "never_compared_to": sum(not others for others in graph.compared_by.values()),
        "most_compared_to": graph.most_compared_to,
        "compares_to_histogram": _shown(degrees(corpus, graph.names)),
        "compared_to_histogram": _shown(degrees(corpus, graph.compared_by)),
        "compare_to_magnitude": len(graph.comparing_with_magnitude),
        f"compare_to_before_{BEFORE}": len(graph.comparing_with_early),
        "years_to_compared": _ages(graph.ages),
        "cycles": [list(cycle) for cycle in graph.cycles],
        "comparisons_with_later": [[each.paper, each.compared_to] for each in graph.later],
        "comparisons_with_itself": [each.paper for each in graph.with_itself],
        "names_alike": _alike(held),
        "dangling": [[each.paper, each.compared_to] for each in graph.dangling],
        "results_with_deviation": len(deviating),
        "papers_with_deviation": len(_papers(deviating)),
        "results_with_trials": len(tried),
        "papers_with_trials": len(_papers(tried)),
        "results_with_accuracy_and_size": sum(points.values()),
        "results_for_others": sum(bool(result.reported_for) for result in corpus.results),
        "papers_on_figure_pairs": len(reporting_on(corpus, FIGURE_PAIRS)),
        "papers_on_figure_pairs_half_right": len(reporting_on(corpus, FIGURE_PAIRS, HALF)),
        "counted_as": {rule: conventions[rule] for rule in sorted(conventions)},
        "conflicts": [
            {
                "result": result.name,
                "paper": result.paper,
                "quantity": quantity,
                "values": [
                    {"value": each.value, "written": each.written, "rule": each.rule}
                    for each in result.stated(quantity)
                ],
            }
            for result in corpus.results
            for quantity in result.conflicts
        ],
        "doubts": [
            {"result": result.name, "paper": result.paper, "quantity": doubt.quantity, "reason": doubt.reason}
            for result in corpus.results
            for doubt in result.doubts
        ],
        "refused": [
            {"quantity": quantity, "reason": reason, "results": number}
            for (quantity, reason), number in sorted(
                Counter((each.quantity, each.reason) for r in corpus.results for each in r.refusals).items()
            )
        ],
    }


def _alike(results: Iterable[Result]) -> list[list[str]]:
    """The names of one data set, or of one architecture, that differ in case and punctuation alone: they are apart."""
    found: dict[tuple[int, str], dict[str, None]] = {}
    for result in results:
        for place, name in enumerate(result.pair or ()):
            found.setdefault((place, plain(name)), {})[name] = None
    return [sorted(names) for _, names in sorted(found.items()) if len(names) > 1]


def _shown(counts: Histogram) -> dict[str, list[int]]:
    return {"peer_reviewed": list(counts.reviewed), "others": list(counts.others)}


def _ages(ages: Sequence[float]) -> dict[str, float] | None:
    """Mean, quartiles and extremes, in years to a hundredth; None below two comparisons."""
    if len(ages) < 2:
        return None
    low, middle, high = quantiles(ages, n=4, method="inclusive")
    named = {"least": ages[0], "lower_quartile": low, "median": middle, "mean": mean(ages)}
    return {key: round(value, 2) for key, value in {**named, "upper_quartile": high, "most": ages[-1]}.items()}
