"""The page of a collection, and what a terminal says of it."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace
from sample import HOSTILE
from test_html_page import Page

from audit.corpus.compose import survey
from audit.corpus.reading import read
from audit.papers import Comparison, Corpus, Doubt, Paper, Result, Value
from audit.render import arc_diagram, palette, survey_page, survey_text
from audit.survey import Survey

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "corpus"


def value(quantity: str, number: float) -> Value:
    """A value without a history."""
    return Value(quantity, number, HOSTILE, HOSTILE, number, number)


def collection(name: str) -> Corpus:
    """Three papers whose names are `name` and a letter, with results on one pair."""
    papers = tuple(Paper(f"{name} {letter}", 2015, 3, title=name, authors=name, venue=name) for letter in "abc")
    results = tuple(
        Result(
            f"{name} {place}",
            paper.key,
            name,
            f"{name} net",
            values=(value("compression_ratio", 2.0 + place), value("top1", 0.9), value("dense_top1", 0.91)),
            doubts=(Doubt("dense_top1", name),),
        )
        for place, paper in enumerate(papers)
    )
    edges = (Comparison(papers[0].key, papers[1].key), Comparison(papers[1].key, papers[0].key))
    return Corpus(name, papers, results, (*edges, Comparison(papers[2].key, f"{name} lost")))


@pytest.fixture(scope="module")
def published() -> Survey:
    """The survey of the published collection."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not there: third-party data for tests and measurements")
    return survey(read(SHARED))


@pytest.mark.parametrize("name", ["plain", HOSTILE])
def test_well_formed_and_self_contained(name: str) -> None:
    """Elements are closed in order, ids are unique, links lead to the page, nothing of a name is markup."""
    source = survey_page.render(survey(collection(name)))
    page = Page(source)
    assert page.wrong == []
    assert len(page.ids) == len(set(page.ids))
    assert {address[1:] for address in page.addresses if address.startswith("#")} <= set(page.ids)
    assert {address for address in page.addresses if not address.startswith("#")} == {"data:,"}
    assert page.elements.count("script") == 1
    assert source.count("<script") == 1
    assert name in page.text


def test_the_published_page(published: Survey) -> None:
    """Every paper, the headline, each arc of the graph, the common pairs, and what is to be taken with care."""
    source = survey_page.render(published)
    page = Page(source)
    assert page.wrong == []
    assert all(entry.paper.key in page.text for entry in published.papers)
    assert "dense control" not in page.text
    assert "43 of 81 papers (53\N{NO-BREAK SPACE}%) compare with no more than one other" in page.text
    assert source.count('class="arc') - source.count('class="arcs') == 173
    assert "optimal-brain-surgeon → learning-both → babu-data-free-pruning → optimal-brain-surgeon" in page.text
    assert len(source.encode()) < 1_000_000
    assert "http://" not in source and "https://" not in source


def test_an_empty_collection_says_so() -> None:
    """One paper without anything: no drawing, and words instead."""
    page = Page(survey_page.render(survey(Corpus("c", (Paper("only", 2020),)))))
    assert page.wrong == []
    assert "Nothing to draw" in page.text
    assert "Nothing stands out" in page.text
    assert page.elements.count("table") == 1  # that of the papers
    assert "On how many pairs" not in page.text
    assert "No result is on a known data set and architecture." in page.text


def test_the_diagram_leads_from_each_paper_to_the_others(published: Survey) -> None:
    """An arc ends where its papers stand, later ones are marked, and papers without a comparison are left out."""
    diagram = arc_diagram.arc_diagram(published.papers)
    rows = {row.label: float(row.y) for row in diagram.rows}
    assert len(diagram.rows) == 70
    for arc in diagram.arcs:
        source, target = arc.words.split(" compares with ")
        ends = re.fullmatch(r"M[\d.]+ ([\d.]+)A[\d.]+ [\d.]+ 0 0 [01] [\d.]+ ([\d.]+)", arc.path)
        assert ends is not None
        assert (float(ends[1]), float(ends[2])) == (rows[source], rows[target])
    assert sum(arc.later for arc in diagram.arcs) == 4
    assert {row.label for row in diagram.rows if row.colour} == set(list(published.statistics["most_compared_to"])[:6])


def test_a_paper_that_one_other_compares_with_is_not_loud() -> None:
    """Colours are for what several compare with."""
    papers = tuple(Paper(letter, 2015) for letter in "abcd")
    edges = (Comparison("b", "a"), Comparison("c", "a"), Comparison("d", "c"))
    told = survey(Corpus("c", papers, (), edges))
    assert set(arc_diagram.loud(told.papers)) == {"a"}
    once = survey(Corpus("c", papers, (), edges[1:]))
    assert arc_diagram.loud(once.papers) == {}
    assert "have colours" in survey_page.render(told) and "have colours" not in survey_page.render(once)


def test_one_is_no_plural() -> None:
    """One paper compares, one year before; where each is compared with, none is said not to be."""
    papers = (Paper("a", 2016), Paper("b", 2015), Paper("c", 2014), Paper("d", 2014))
    edges = (Comparison("a", "b"), Comparison("a", "c"), Comparison("b", "c"), Comparison("b", "d"))
    text = survey_text.statistics(survey(Corpus("c", papers, (), edges)))
    assert "compare with no more than one other, and 1 has never been compared with." in text
    assert "was published 1 year before" in " ".join(text.split())
    both = survey(Corpus("c", papers[:2], (), (Comparison("a", "b"), Comparison("b", "a"))))
    assert "and each is compared with." in survey_text.statistics(both)


def test_figures_that_do_not_agree_do_not_look_alike() -> None:
    """Ratios are told with as many digits as tell them apart."""
    values = tuple(Value("theoretical_speedup", x, "x", rule, x, x) for x, rule in ((1.9011, "a"), (1.9045, "b")))
    corpus = Corpus("c", (Paper("a", 2016),), (Result("1", "a", "d", "m", values=values),))
    text = " ".join(survey_text.statistics(survey(corpus)).split())
    assert "1.9011× from x (a); 1.9045× from x (b)" in text


def test_results_for_others_are_not_said_to_be_nowhere() -> None:
    """The page draws them where it was asked to, and says by what."""
    papers = (Paper("a", 2016), Paper("b", 2017))
    values = (value("compression_ratio", 2.0), value("top1", 0.9))
    results = (
        Result("1", "a", "d", "m", values=values),
        Result("2", "b", "d", "m", reported_for="SNIP", values=values),
        Result("3", "b", "d", "m", values=values),
    )
    drawn = Page(survey_page.render(survey(Corpus("c", papers, results), for_others=True))).text
    assert "b (2017), SNIP" in drawn
    assert "1 result for techniques of others: drawn with --for-others, as curves of their own." in drawn


def test_styles_are_apart() -> None:
    """Of a hundred names no two have the same colour, marker and filling."""
    chosen = palette.apart(map(str, range(100)))
    assert len({(each.colour, each.marker, each.filled) for each in chosen.values()}) == 100


def test_the_terminal_says_the_same(published: Survey) -> None:
    """Sentences and tables of the statistics; the graph as a table, most compared with first."""
    text = survey_text.statistics(published)
    assert "81 papers, 57 peer-reviewed, 5 outside the definition of pruning, 3 from before 2010; 551 results" in text
    assert re.search(r"^ImageNet  VGG-16 +22$", text, re.MULTILINE)
    assert "21 compare with no other one, 22 with one" in text
    assert max(map(len, text.splitlines())) <= 100
    lines = survey_text.graph(published).splitlines()
    assert len(lines) == 1 + 81
    assert lines[1].split()[:4] == ["pruning-filters", "2017-03", "20", "1"]


def test_hostile_names_stay_on_their_line() -> None:
    """What steers a terminal is shown as an escape."""
    told = survey(replace(collection("x"), papers=(Paper("bad\x1b[31m\nname", 2020), *collection("x").papers)))
    for text in (survey_text.statistics(told), survey_text.graph(told)):
        assert "\x1b" not in text
    assert len(survey_text.graph(told).splitlines()) == 1 + 4


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1200, "dark")])
def test_the_page_fits(published: Survey, browser: object, tmp_path: Path, width: int, scheme: str) -> None:
    """No sideways scrolling of the page itself, on a narrow screen and on a wide dark one; it asks no network."""
    (tmp_path / "corpus.html").write_text(survey_page.render(published), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[attr-defined]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "corpus.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert all(url.startswith(("file:", "data:")) for url in asked)
    page.close()


def test_a_page_is_not_too_large_to_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Curves are drawn as long as there is room for them, those of the commonest pairs first; the rest is told of."""
    corpus = replace(collection("x"), results=tuple(replace(each, doubts=()) for each in collection("x").results))
    whole = survey(corpus)
    assert whole.undrawn == 0 and any(pair.figures for pair in whole.pairs)
    assert "too large to be opened" not in survey_page.render(whole)
    assert not any(pair.figures for pair in survey(corpus, curves=False).pairs)
    monkeypatch.setattr("audit.corpus.compose.MOST_DRAWN", 0)
    told = survey(corpus)
    assert (told.undrawn, [pair.papers for pair in told.pairs]) == (1, [pair.papers for pair in whole.pairs])
    assert "1 pair more would make the page too large to be opened" in survey_page.render(told)


def test_nothing_on_the_page_turns_a_line_round() -> None:
    """Marks that change the order of a line, and control characters, are shown as what they are."""
    source = survey_page.render(survey(collection("a\u202eb\u2066c\x1b[31m\x07\x9b")))
    assert not {"\u202e", "\u2066", "\x1b", "\x07", "\x9b"} & set(source)
    assert r"a\u202eb\u2066c\x1b[31m\x07\x9b a" in source
