"""`audit corpus`: import, add, statistics, graph, report; what each prints, writes and refuses."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audit.cli import _run, group
from tests.corpus.small_corpora import COMPARISONS, PAPERS, RESULTS, SHARED, write_tables

BIB = "@article{wang2020picking, title={Picking Winning Tickets}, author={Wang, Chaoqi}, year={2020}, journal={J}}\n"


def corpus(*arguments: object) -> Result:
    """Run `audit corpus`."""
    answer = CliRunner().invoke(group, ["corpus", *map(str, arguments)], standalone_mode=False)
    if answer.exception is not None:
        raise answer.exception
    return answer


def refused(capsys: pytest.CaptureFixture[str], code: int, *arguments: object) -> str:
    """The one line on stderr of a call that exits with that code and prints nothing."""
    capsys.readouterr()
    assert _run(["corpus", *map(str, arguments)]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1, err
    return err


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A small collection."""
    return write_tables(tmp_path / "corpus")


def test_published_statistics_from_one_command() -> None:
    """The figures of the survey, as JSON."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not there: third-party data for tests and measurements")
    counted = json.loads(corpus("statistics", SHARED, "--format", "json").stdout)
    expected = {
        "papers": 81,
        "outside_definition": 5,
        "datasets": 49,
        "architectures": 132,
        "pairs": 195,
        "comparisons": 173,
        "compare_to_none": 21,
        "compare_to_one": 22,
        "never_compared_to": 33,
    }
    assert {key: counted[key] for key in expected} == expected
    assert max(counted["most_compared_to"].values()) == 20


def test_statistics_in_words(tables: Path) -> None:
    """By default sentences and tables."""
    text = corpus("statistics", tables).stdout
    assert text.startswith(
        "4 papers, 0 peer-reviewed, 1 outside the definition of pruning, 1 from before 2010; 2 results"
    )


def test_imported_and_counted_again(tables: Path, tmp_path: Path) -> None:
    """What is imported prints its files, and gives the same statistics in either format."""
    for parquet in ((), ("--parquet",)):
        out = tmp_path / f"out{len(parquet)}"
        written = corpus("import", tables, "-o", out, *parquet).stdout.split()
        assert [Path(name).stem for name in written] == ["papers", "results", "comparisons", "values"]
        one, other = (corpus("statistics", each, "--format", "json").stdout for each in (tables, out))
        assert one == other


def test_import_replaces_nothing_unasked(tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A collection that is there stays, unless it is the one that is read, or replacing it is asked for."""
    other = write_tables(tmp_path / "other", results=RESULTS[:1])
    before = (other / "results.csv").read_bytes()
    assert "holds a collection already" in refused(capsys, 2, "import", tables, "-o", other)
    assert (other / "results.csv").read_bytes() == before
    corpus("import", tables, "-o", tables)
    corpus("import", tables, "-o", other, "--replace")
    assert (other / "results.csv").read_bytes() == (tables / "results.csv").read_bytes()
    (tmp_path / "file").touch()
    assert "is a file; expected a directory" in refused(capsys, 2, "import", tables, "-o", tmp_path / "file")


def test_import_spares_what_is_no_collection(tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The results of a study are not taken for a collection's, whatever is asked for."""
    (tmp_path / "study").mkdir()
    results = tmp_path / "study" / "results.csv"
    results.write_text("method,top1\nours,0.9\n")
    for more in ((), ("--replace",), ("--parquet", "--replace")):
        line = refused(capsys, 2, "import", tables, "-o", results.parent, *more)
        assert "results.csv: is of no collection: no papers are beside it" in line
        assert [path.name for path in results.parent.iterdir()] == ["results.csv"]
        assert results.read_text() == "method,top1\nours,0.9\n"


def test_papers_are_added(tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what they compare with; a second time the key is there already, and nothing changes."""
    pytest.importorskip("bibtexparser")
    (tmp_path / "new.bib").write_text(BIB)
    told = corpus("add", tables, tmp_path / "new.bib", "--compares-to", "big", "--compares-to", "old").stdout
    assert told == "wang2020picking  2020  Wang 2020 (wang2020picking): Picking Winning Tickets\n"
    counted = json.loads(corpus("statistics", tables, "--format", "json").stdout)
    assert (counted["papers"], counted["most_compared_to"]) == (5, {"big": 3, "old": 2})
    before = {path: path.read_bytes() for path in tables.iterdir()}
    assert "the key `wang2020picking` is a paper's already" in refused(capsys, 3, "add", tables, tmp_path / "new.bib")
    assert before == {path: path.read_bytes() for path in tables.iterdir()}


def test_what_cannot_be_added(tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown paper to compare with; several entries that would share what one compares with."""
    pytest.importorskip("bibtexparser")
    file = tmp_path / "new.bib"
    file.write_text(BIB)
    line = refused(capsys, 2, "add", tables, file, "--compares-to", "bigg")
    assert "--compares-to bigg: no such paper; did you mean `big`?" in line
    key = BIB[BIB.index("{") + 1 : BIB.index(",")]
    assert f"--compares-to {key}: is the new paper itself" in refused(
        capsys, 2, "add", tables, file, "--compares-to", key
    )
    file.write_text(BIB + BIB.replace("wang2020picking", "x").replace("Winning", "Other"))
    assert "has 2 entries; --compares-to and --technique are of one paper" in refused(
        capsys, 2, "add", tables, file, "--compares-to", "big"
    )
    assert len(corpus("add", tables, file).stdout.splitlines()) == 2


def test_what_is_added_steers_no_terminal(tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Titles are shown as what they are; a technique is one name."""
    pytest.importorskip("bibtexparser")
    file = tmp_path / "new.bib"
    file.write_text(BIB)
    for name in ("", "???", "a;b", "a\x1b[2J"):
        assert "expected a name without `;`" in refused(capsys, 2, "add", tables, file, "--technique", name)
    file.write_text(BIB.replace("Winning", "\u202eWinning\x07"))
    assert "Picking \\u202eWinning\\x07 Tickets" in corpus("add", tables, file).stdout


def test_without_the_extra(
    tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pictures and BibTeX say what to install; everything else works without."""
    for name in ("bibtexparser", "networkx", "matplotlib"):
        monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "new.bib").write_text(BIB)
    for arguments in (("add", tables, tmp_path / "new.bib"), ("graph", tables, "-o", tmp_path / "graph.png")):
        assert "pip install 'prune-audit[corpus]'" in refused(capsys, 3, *arguments)
    assert not (tmp_path / "graph.png").exists()
    corpus("report", tables, "-o", tmp_path / "page.html")
    corpus("graph", tables)
    corpus("import", tables, "-o", tmp_path / "out")


def test_the_graph_as_a_table_and_as_data(tables: Path) -> None:
    """Most compared with first; as JSON by date."""
    assert corpus("graph", tables).stdout.splitlines()[1].split() == ["big", "2015-12", "2", "0", "–"]
    document = json.loads(corpus("graph", tables, "--format", "json").stdout)
    assert [each["paper"] for each in document] == ["old", "big", "odd", "new"]
    assert document[1]["compared_by"] == ["new", "odd"]


@pytest.mark.parametrize(("suffix", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_the_graph_is_drawn(tables: Path, tmp_path: Path, suffix: str, start: bytes) -> None:
    """In the format of the name, the same bytes each time."""
    pytest.importorskip("networkx")
    pytest.importorskip("matplotlib")
    for name in ("one", "two"):
        corpus("graph", tables, "-o", tmp_path / f"{name}.{suffix}")
    one, two = ((tmp_path / f"{name}.{suffix}").read_bytes() for name in ("one", "two"))
    assert one == two
    assert one.startswith(start)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "key", ["\U0001f525", "a\x1b[31m\x07", "\u202ex", "x" * 10_000, "$\\frac{", "a\nb", "<script>"]
)
def test_any_name_is_drawn(tmp_path: Path, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a paper is called: one line on stderr, and no warning of what draws it."""
    pytest.importorskip("networkx")
    pytest.importorskip("matplotlib")
    papers, edge = [*PAPERS, {"key": key, "date": "2019"}], {"paper": key, "compared_to": "big"}
    directory = write_tables(tmp_path / "c", papers=papers, comparisons=[*COMPARISONS, edge])
    assert _run(["corpus", "graph", str(directory), "-o", str(tmp_path / "graph.svg")]) == 0
    out, err = capsys.readouterr()
    assert err == f"audit: wrote {tmp_path / 'graph.svg'}\n"
    assert not {"\x1b", "\x07", "\u202e"} & set(out)


def test_a_picture_has_its_limits(tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    """More comparisons than could be drawn, or seen, are refused before anything is written."""
    pytest.importorskip("networkx")
    pytest.importorskip("matplotlib")
    monkeypatch.setattr("audit.corpus.picture.MOST", 2)
    line = refused(capsys, 3, "graph", tables, "-o", tmp_path / "graph.png")
    assert "has 3 comparisons, expected 2 at most for a picture; the page of `audit corpus report` draws all" in line
    assert not (tmp_path / "graph.png").exists()


def test_pictures_that_cannot_be(tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name without a format, a directory, one that is not there."""
    assert "must end in .png, .svg, .pdf" in refused(capsys, 2, "graph", tables, "-o", tmp_path / "graph.txt")
    (tmp_path / "x.png").mkdir()
    assert "is a directory; name a file" in refused(capsys, 2, "graph", tables, "-o", tmp_path / "x.png")
    assert "nowhere: is not there" in refused(capsys, 3, "graph", tables, "-o", tmp_path / "nowhere" / "graph.png")


def test_the_page_is_written(tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where it is asked for, the same bytes each time; never over an input."""
    for name in ("one.html", "two.html"):
        assert corpus("report", tables, "-o", tmp_path / name).stdout == f"{tmp_path / name}\n"
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    assert "is part of the input" in refused(capsys, 2, "report", tables, "-o", tables / "papers.csv")


def test_dangling_names_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr, with the row."""
    directory = write_tables(tmp_path / "c", comparisons=[*COMPARISONS, {"paper": "new", "compared_to": "lost"}])
    assert _run(["corpus", "statistics", str(directory)]) == 0
    err = capsys.readouterr().err
    assert "comparisons.csv, row 5: `new` compares with `lost`, which is no paper of the collection" in err


def test_many_dangling_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first of them are told one by one, the rest counted; a name of another case gets the paper that was meant."""
    lost = [{"paper": "new", "compared_to": f"lost{number}"} for number in range(30)]
    directory = write_tables(tmp_path / "c", comparisons=[{"paper": "new", "compared_to": "BIG"}, *lost])
    assert _run(["corpus", "statistics", str(directory), "--format", "json"]) == 0
    out, err = capsys.readouterr()
    first, *_, last = err.splitlines()
    assert "`new` compares with `BIG`, which is no paper of the collection" in first
    assert first.endswith("; did you mean `big`?")
    assert last == "audit: and 11 more comparisons with what is no paper; `audit corpus statistics` lists all"
    assert (len(err.splitlines()), len(json.loads(out)["dangling"])) == (21, 31)


def test_data_steers_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON is ASCII, so that nothing of a name reaches a terminal as it is."""
    papers = [*PAPERS, {"key": "a\x9b31m\u202e", "date": "2019"}]
    directory = write_tables(tmp_path / "c", papers=papers)
    for name in ("statistics", "graph"):
        assert _run(["corpus", name, str(directory), "--format", "json"]) == 0
        out = capsys.readouterr().out
        assert json.loads(out) and out.isascii()


def test_without_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    """What can be asked is listed, line by line."""
    assert _run(["corpus"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert {"add", "graph", "import", "report", "statistics"} <= {line.split()[0] for line in err.splitlines() if line}


def test_no_collection(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A directory without one, and one that is not there: one line, and exit code 3."""
    assert "holds no collection" in refused(capsys, 3, "statistics", tmp_path)
    assert "nowhere: is not there" in refused(capsys, 3, "report", tmp_path / "nowhere")


@pytest.mark.parametrize(("name", "paper"), [("OBD", "old"), ("neww", "new"), ("Big!", "big")])
def test_a_name_that_may_be_a_paper_is_asked_about(tables: Path, name: str, paper: str) -> None:
    """By a technique, by its spelling, by its punctuation; it is left as it is."""
    with (tables / "comparisons.csv").open("a") as file:
        file.write(f"odd,{name}\n")
    answer = corpus("statistics", tables, "--format", "json")
    assert f"`{name}`, which is no paper of the collection; counted, and left as it is; did you mean `{paper}`?" in (
        answer.stderr
    )
    assert json.loads(answer.stdout)["dangling"] == [["odd", name]]
