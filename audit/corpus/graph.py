"""Who compares with whom: a directed graph from a paper to the papers that it compares with.

What cannot be, or should not, is reported and left as it is: cycles, comparisons with later papers, names that are no
paper of the collection. These names have no degrees and no age, and count among those that a paper compares with; where
they name a landmark technique, its kind and its year count, too.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from audit.papers import MAGNITUDE, Comparison, Corpus, Paper
from audit.techniques import Technique, technique

BEFORE = 2010  # the year from which techniques are no longer "proposed prior to the 2010s"
_MONTHS = 12


class Graph(Struct, frozen=True, dict=True):
    """The comparisons of a collection; every tuple of papers is in the collection's order."""

    corpus: Corpus

    @cached_property
    def edges(self) -> tuple[Comparison, ...]:
        """The comparisons with papers of the collection, without those of a paper with itself."""
        known = self.corpus.by_key
        return tuple(c for c in self.corpus.comparisons if c.compared_to in known and c.compared_to != c.paper)

    @cached_property
    def dangling(self) -> tuple[Comparison, ...]:
        """Comparisons with names that are no paper of the collection."""
        return tuple(c for c in self.corpus.comparisons if c.compared_to not in self.corpus.by_key)

    @cached_property
    def with_itself(self) -> tuple[Comparison, ...]:
        """Comparisons of a paper with itself."""
        return tuple(c for c in self.corpus.comparisons if c.compared_to == c.paper)

    @cached_property
    def compares_to(self) -> dict[str, tuple[str, ...]]:
        """By key, the papers that each compares with."""
        found: dict[str, list[str]] = {key: [] for key in self.corpus.by_key}
        for edge in self.edges:
            found[edge.paper].append(edge.compared_to)
        return {key: tuple(others) for key, others in found.items()}

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """By key, all that each says it compares with but itself: papers, and names that are no paper here."""
        found: dict[str, list[str]] = {key: [] for key in self.corpus.by_key}
        for comparison in self.corpus.comparisons:
            if comparison.compared_to != comparison.paper:
                found[comparison.paper].append(comparison.compared_to)
        return {key: tuple(others) for key, others in found.items()}

    @cached_property
    def compared_by(self) -> dict[str, tuple[str, ...]]:
        """By key, the papers that compare with each."""
        found: dict[str, list[str]] = {key: [] for key in self.corpus.by_key}
        for edge in self.edges:
            found[edge.compared_to].append(edge.paper)
        return {key: tuple(others) for key, others in found.items()}

    @cached_property
    def most_compared_to(self) -> dict[str, int]:
        """How many papers compare with each that is compared with, most first; equals by date, then by key."""
        by_key = self.corpus.by_key
        counts = {key: len(others) for key, others in self.compared_by.items() if others}
        order = sorted(counts, key=lambda key: (-counts[key], by_key[key].date, key))
        return {key: counts[key] for key in order}

    @cached_property
    def later(self) -> tuple[Comparison, ...]:
        """Comparisons with papers that were published later, as far as their dates tell."""
        by_key = self.corpus.by_key
        return tuple(edge for edge in self.edges if by_key[edge.paper].before(by_key[edge.compared_to]))

    @cached_property
    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """The groups of papers that compare with each other all the way round, each from its earliest paper on.

        Of a group that holds several cycles, a shortest one through its earliest paper.
        """
        groups = [group for group in _components(self.compares_to) if len(group) > 1]
        by_key = self.corpus.by_key
        starts = [min(group, key=lambda key: (by_key[key].date, key)) for group in groups]
        found = [self._cycle(start, group) for start, group in zip(starts, groups, strict=True)]
        return tuple(sorted(found, key=lambda cycle: (by_key[cycle[0]].date, cycle)))

    def _cycle(self, start: str, group: frozenset[str]) -> tuple[str, ...]:
        paths: list[tuple[str, ...]] = [(start,)]
        seen: set[str] = set()
        for path in paths:  # grows meanwhile: breadth first
            for other in self.compares_to[path[-1]]:
                if other == start:
                    return path
                if other in group and other not in seen:
                    seen.add(other)
                    paths.append((*path, other))
        raise AssertionError("a component that is strongly connected has a cycle through each of its papers")

    def comparing_with(self, papers: frozenset[str]) -> tuple[str, ...]:
        """The papers that compare with any of some, which may be names that are no paper of the collection."""
        return tuple(key for key, others in self.names.items() if papers & set(others))

    @cached_property
    def comparing_with_magnitude(self) -> tuple[str, ...]:
        """The papers that compare with a paper, or a landmark technique, that prunes by magnitude."""
        named = self._landmarks(lambda landmark: landmark.kind == MAGNITUDE)
        return self.comparing_with(frozenset(p.key for p in self.corpus.papers if p.kind == MAGNITUDE) | named)

    @cached_property
    def comparing_with_early(self) -> tuple[str, ...]:
        """The papers that compare with a paper from before 2010, or a landmark technique that is not magnitude pruning.

        Plain magnitude pruning is as old as that, and what is compared with under its name is of today.
        """
        named = self._landmarks(lambda landmark: landmark.year < BEFORE and landmark.kind != MAGNITUDE)
        return self.comparing_with(frozenset(p.key for p in self.corpus.papers if p.year < BEFORE) | named)

    def _landmarks(self, wanted: Callable[[Technique], bool]) -> frozenset[str]:
        """The names that are no paper of the collection, and mean a landmark technique that is wanted."""
        names = {comparison.compared_to for comparison in self.dangling}
        return frozenset(name for name in names if (landmark := technique(name)) and wanted(landmark))

    @cached_property
    def ages(self) -> tuple[float, ...]:
        """How many years before the comparing paper each paper that it compares with was published, youngest first.

        By month where both are known, else by year; negative for a later paper.
        """
        by_key = self.corpus.by_key
        return tuple(sorted(_age(by_key[edge.paper], by_key[edge.compared_to]) for edge in self.edges))


def _age(paper: Paper, other: Paper) -> float:
    years = paper.year - other.year
    if paper.month is None or other.month is None:
        return float(years)
    return years + (paper.month - other.month) / _MONTHS


def _components(neighbours: Mapping[str, Sequence[str]]) -> list[frozenset[str]]:
    """The strongly connected components: papers that lead to each other."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    place = {key: number for number, key in enumerate(neighbours)}
    edges = [(place[key], place[other]) for key, others in neighbours.items() for other in others]
    rows, columns = zip(*edges, strict=True) if edges else ((), ())
    matrix = coo_array(([1] * len(edges), (rows, columns)), shape=(len(place), len(place)))
    number, labels = connected_components(matrix, directed=True, connection="strong")
    groups: list[set[str]] = [set() for _ in range(number)]
    for key, label in zip(place, labels.tolist(), strict=True):
        groups[label].add(key)
    return list(map(frozenset, groups))
