"""A collection → all that a reader is told of it."""

from itertools import accumulate

from audit import __version__
from audit.corpus.graph import Graph
from audit.corpus.statistics import document, pair_counts, pairs_per_paper
from audit.corpus.tradeoffs import tradeoffs
from audit.papers import Corpus
from audit.survey import PairEntry, PaperEntry, Survey

MOST_DRAWN = 2000  # results whose curves are drawn: a page with more is too large to be opened


def survey(corpus: Corpus, *, curves: bool = True, for_others: bool = False) -> Survey:
    """The survey of a collection, with the trade-off curves of its pairs where they are asked for.

    Curves are those of the pairs with the most papers, as long as these have MOST_DRAWN results together. `for_others`
    draws results that papers report for techniques of others, too.
    """
    graph, pairs = Graph(corpus), pairs_per_paper(corpus)
    results: dict[str, int] = {}
    for result in corpus.results:
        results[result.paper] = results.get(result.paper, 0) + 1
    shared = [(each.dataset, each.architecture) for each in pair_counts(corpus) if each.papers > 1]
    room = accumulate(len(corpus.of_pair[pair]) for pair in shared)
    drawn = {pair for pair, number in zip(shared, room, strict=True) if curves and number <= MOST_DRAWN}
    return Survey(
        version=__version__,
        corpus=corpus,
        statistics=document(corpus),
        papers=tuple(
            PaperEntry(
                paper,
                graph.compares_to[paper.key],
                tuple(name for name in graph.names[paper.key] if name not in corpus.by_key),
                graph.compared_by[paper.key],
                pairs.get(paper.key, 0),
                results.get(paper.key, 0),
            )
            for paper in sorted(corpus.papers, key=lambda paper: (paper.date, paper.key))
        ),
        pairs=tuple(_pair(corpus, pair, pair in drawn, for_others) for pair in shared),
        undrawn=len(shared) - len(drawn),
    )


def _pair(corpus: Corpus, pair: tuple[str, str], drawn: bool, for_others: bool) -> PairEntry:
    held = corpus.of_pair[pair]
    keys = dict.fromkeys(result.paper for result in held)
    papers = sorted((corpus.by_key[key] for key in keys), key=lambda paper: (paper.date, paper.key))
    without = sum(not (result.sized and result.judged) for result in held)
    figures = tradeoffs(corpus, pair, for_others=for_others) if drawn else ()
    return PairEntry(*pair, tuple(papers), figures, without)
