"""Who compares with whom: cycles, later papers, names that are none, degrees and ages."""

import hypothesis.strategies as st
import networkx
import pytest
from hypothesis import given

from audit.corpus.graph import Graph, _components
from audit.papers import Comparison, Corpus, Paper
from tests.corpus.small_corpora import corpus_of

EDGES = st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")), unique=True, max_size=20)


@given(EDGES)
def test_components_are_those_of_networkx(edges: list[tuple[str, str]]) -> None:
    """The strongly connected components, whatever the graph."""
    neighbours = {key: tuple(b for a, b in edges if a == key) for key in "abcdefg"}
    graph = networkx.DiGraph(edges)
    graph.add_nodes_from("abcdefg")
    found = set(_components(neighbours))
    assert found == set(map(frozenset, networkx.strongly_connected_components(graph)))


@given(EDGES)
def test_cycles_are_cycles(edges: list[tuple[str, str]]) -> None:
    """Each that is told goes round along edges, and there is one for each group of papers that goes round."""
    graph = Graph(corpus_of(edges))
    for cycle in graph.cycles:
        assert len(set(cycle)) == len(cycle) > 1
        assert all(pair in edges for pair in zip(cycle, (*cycle[1:], cycle[0]), strict=True))
    groups = [c for c in networkx.strongly_connected_components(networkx.DiGraph(edges)) if len(c) > 1]
    assert len(graph.cycles) == len(groups)


def test_degrees_leave_out_what_is_no_paper() -> None:
    """A name that is no paper, and a paper itself, are told and have no part in degrees."""
    graph = Graph(corpus_of([("a", "b"), ("a", "x"), ("b", "b")], {"a": 2018, "b": 2017}))
    assert graph.compares_to == {"a": ("b",), "b": ()}
    assert graph.compared_by == {"a": (), "b": ("a",)}
    assert [each.compared_to for each in graph.dangling] == ["x"]
    assert [each.paper for each in graph.with_itself] == ["b"]
    assert graph.names == {"a": ("b", "x"), "b": ()}


def test_the_most_compared_to_come_first() -> None:
    """Equals are in the order of their dates."""
    years = {"a": 2010, "b": 2009, "c": 2015, "d": 2016}
    graph = Graph(corpus_of([("c", "a"), ("c", "b"), ("d", "a"), ("d", "b"), ("d", "c")], years))
    assert list(graph.most_compared_to.items()) == [("b", 2), ("a", 2), ("c", 1)]
    assert graph.comparing_with_early == ("c", "d")


@pytest.mark.parametrize(
    ("one", "other", "later"),
    [
        ((2015, 3, None), (2015, 4, None), True),
        ((2015, None, None), (2015, 4, None), False),
        ((2015, 3, None), (2016, None, None), True),
        ((2015, 3, 2), (2015, 3, 3), True),
        ((2015, 3, 3), (2015, 3, 3), False),
        ((2016, 1, None), (2015, 4, None), False),
    ],
)
def test_later_is_what_dates_tell(one: tuple, other: tuple, later: bool) -> None:
    """A month that is not known decides nothing."""
    corpus = Corpus("c", (Paper("a", *one), Paper("b", *other)), (), (Comparison("a", "b"),))
    assert bool(Graph(corpus).later) is later


def test_ages_are_in_years() -> None:
    """By month where both have one."""
    papers = (Paper("a", 2018, 7), Paper("b", 2017, 1), Paper("c", 2019))
    comparisons = (Comparison("a", "b"), Comparison("c", "b"), Comparison("a", "c"))
    assert Graph(Corpus("c", papers, (), comparisons)).ages == (-1.0, 1.5, 2.0)
