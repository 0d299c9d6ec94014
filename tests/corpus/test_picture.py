"""The graph as a picture: it says how it is read, and is as wide as its arcs are long."""

import struct
from pathlib import Path

import pytest

from audit.corpus.compose import survey
from audit.papers import Comparison, Corpus, Paper
from audit.survey import Survey

picture = pytest.importorskip("audit.corpus.picture")
pytest.importorskip("networkx")
pytest.importorskip("matplotlib")


def in_a_row(number: int, *more: tuple[int, int]) -> Survey:
    """So many papers, a year apart; each compares with the one before, and some with others."""
    papers = tuple(Paper(f"paper {place:03}", 1900 + place) for place in range(number))
    edges = [*((place, place - 1) for place in range(1, number)), *more]
    return survey(Corpus("c", papers, (), tuple(Comparison(papers[a].key, papers[b].key) for a, b in edges)))


def width(path: Path) -> int:
    """The width of a PNG, in pixels."""
    return struct.unpack(">I", path.read_bytes()[16:20])[0]


def test_a_picture_is_as_wide_as_its_longest_arc(tmp_path: Path) -> None:
    """Short arcs leave no empty half, and long ones are whole."""
    for name, told in (("short", in_a_row(60)), ("long", in_a_row(60, (59, 0)))):
        picture.draw(told, tmp_path / f"{name}.png")
    assert width(tmp_path / "short.png") * 1.2 < width(tmp_path / "long.png")


def test_it_says_how_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arcs, numbers, colours, dashes, and who is left out, where there are such."""
    from matplotlib.figure import Figure

    said: list[str] = []
    monkeypatch.setattr(Figure, "supxlabel", lambda _, text, **how: said.append(" ".join(text.split())))
    picture.draw(in_a_row(3), tmp_path / "plain.png")
    picture.draw(in_a_row(4, (0, 3), (2, 0)), tmp_path / "more.png")
    alone = Corpus("c", (Paper("a", 2015), Paper("b", 2016), Paper("c", 2017)), (), (Comparison("b", "a"),))
    picture.draw(survey(alone), tmp_path / "alone.png")
    arcs = "An arc leads from a paper to one that it compares with; numbers say how many compare with it."
    assert said == [
        arcs,
        f"{arcs} The papers that most compare with have colours. Dashes lead to a paper that was published later.",
        f"{arcs} 1 paper without a comparison is not drawn.",
    ]


def test_a_graph_without_comparisons(tmp_path: Path) -> None:
    """There is nothing to draw, and it is drawn."""
    picture.draw(survey(Corpus("c", (Paper("a", 2015),))), tmp_path / "none.png")
    assert (tmp_path / "none.png").stat().st_size
