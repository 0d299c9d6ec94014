"""Survey: everything that a reader is told of a collection of papers, in no format; data only."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from audit.figures import Figure
from audit.papers import Corpus, Paper


class PaperEntry(Struct, frozen=True):
    """A paper with its place in the graph: keys of those that it compares with, and that compare with it.

    `elsewhere` are names that it compares with and that are no paper of the collection. `pairs` counts the pairs that
    it reports on, `results` all that it reports.
    """

    paper: Paper
    compares_to: tuple[str, ...]
    elsewhere: tuple[str, ...]
    compared_by: tuple[str, ...]
    pairs: int
    results: int

    @property
    def names(self) -> tuple[str, ...]:
        """All that it compares with, in words."""
        return (*self.compares_to, *(f"{name} (not in the collection)" for name in self.elsewhere))


class PairEntry(Struct, frozen=True):
    """A pair, the papers that report on it, and the trade-offs that can be drawn of it."""

    dataset: str
    architecture: str
    papers: tuple[Paper, ...]
    figures: tuple[Figure, ...]
    left_out: int


class Survey(Struct, frozen=True):
    """A collection and what is counted of it; `statistics` is the document of `audit corpus statistics`.

    `papers` are in the order of their dates; `pairs` those of several papers, most papers first. `undrawn` counts those
    of them whose curves were not drawn.
    """

    version: str
    corpus: Corpus
    statistics: Mapping[str, Any]
    papers: tuple[PaperEntry, ...]
    pairs: tuple[PairEntry, ...]
    undrawn: int
