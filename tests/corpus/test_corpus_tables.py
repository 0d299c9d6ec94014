"""The tables of a collection: what is written is read back, and what is wrong gets one line with its row."""

import csv
import os
from pathlib import Path

import duckdb
import pytest
from msgspec.structs import replace

from audit.corpus import tables
from audit.corpus.columns import TABLES
from audit.corpus.reading import read
from audit.papers import Corpus
from audit.sources.errors import SourceError
from audit.sources.normalised import write_parquet
from tests.corpus.small_corpora import COMPARISONS, PAPERS, RESULTS, write_table, write_tables


def without_places(corpus: Corpus) -> tuple:
    """What a collection says, wherever it was read."""
    parts = (corpus.papers, corpus.results, corpus.comparisons)
    return tuple(tuple(replace(each, place="") for each in part) for part in parts)


@pytest.mark.parametrize("suffix", tables.FORMATS)
def test_what_is_written_reads_back(tmp_path: Path, suffix: str) -> None:
    """Papers, results with every conversion, comparisons: the same in both formats; the same bytes again in CSV."""
    corpus = read(write_tables(tmp_path / "in"))
    written = tables.write(corpus, tmp_path / "out", suffix)
    assert [path.name for path in written] == [f"{name}{suffix}" for name in TABLES]
    assert without_places(read(tmp_path / "out")) == without_places(corpus)
    before = [path.read_bytes() for path in written]
    tables.write(read(tmp_path / "out"), tmp_path / "out", suffix)
    if suffix == ".csv":
        assert [path.read_bytes() for path in written] == before


def test_the_published_ones_survive(published: Corpus, tmp_path: Path) -> None:
    """81 papers with their BibTeX, 551 results with what was written, 173 comparisons."""
    for suffix in tables.FORMATS:
        tables.write(published, tmp_path, suffix)
        assert without_places(read(tmp_path)) == without_places(published)
        assert {path.suffix for path in tmp_path.iterdir()} == {suffix}


def test_values_keep_what_was_written_and_by_which_rule(tmp_path: Path) -> None:
    """Each value stands beside its texts and its rule."""
    tables.write(read(write_tables(tmp_path)), tmp_path)
    with (tmp_path / "values.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["result"], row["quantity"], row["rule"]): row for row in csv.DictReader(file)}
    assert rows["2", "top1", "1 − error"]["written"] == "7.0%"
    assert float(rows["2", "top1", "1 − error"]["value"]) == 0.93
    assert rows["2", "top1_change", "pruned − dense"]["written"] == "error 7.0%, 93.5%"
    assert rows["2", "theoretical_speedup", "original ÷ new"]["written"] == "0.125 ÷ 0.0625"
    assert rows["2", "macs", "MACs"]["value"] == "62500000.0"


def test_a_pruned_count_tells_how_its_own_row_counts(tmp_path: Path) -> None:
    """A paper that repeats counts of others mixes MACs and FLOPs; a dense count speaks for its paper on the pair."""
    where = {"dataset": "ImageNet", "architecture": "ResNet-50"}
    rows = (
        {"result": "thinet", "paper": "odd", "gigaflops": "4.88", **where},
        {"result": "sss", "paper": "odd", "gigaflops": "3.473", **where},
        {"result": "dense", "paper": "new", "gigaflops": "3.41", "dense_gigaflops": "7.72", **where},
        {"result": "pruned", "paper": "new", "gigaflops": "2.20", **where},
    )
    read_ = {result.name: result for result in read(write_tables(tmp_path, results=rows)).results}
    assert {name: result.get("macs") for name, result in read_.items()} == {
        "thinet": 2.44e9,
        "sss": None,
        "dense": 1.705e9,
        "pruned": 1.1e9,
    }
    assert [each.quantity for each in read_["sss"].refusals if each.quantity == "macs"] == ["macs"]


def changed(rows: tuple, place: int, **cells: str) -> list[dict]:
    """The rows with some cells of one changed."""
    return [{**row, **(cells if number == place else {})} for number, row in enumerate(rows)]


BROKEN = {
    "two papers with one key": (
        {"papers": [*PAPERS, {"key": "old", "date": "1991"}]},
        r"papers\.csv, row 6, column `key`: the paper `old` is there already, in row 2",
    ),
    "no date": (
        {"papers": changed(PAPERS, 0, date="")},
        r"papers\.csv, row 2, column `date`: is empty; every row needs it",
    ),
    "a month that is none": (
        {"papers": changed(PAPERS, 0, date="1990-13")},
        r"papers\.csv, row 2, column `date`: found '1990-13', expected a date as 2019, 2019-06 or 2019-06-15",
    ),
    "an unknown column": (
        {"papers": changed(PAPERS, 0, tecniques="x")},
        r"papers\.csv, row 1: unknown column `tecniques`; did you mean `techniques`\?",
    ),
    "a technique outside that is not introduced": (
        {"papers": changed(PAPERS, 2, outside_definition="C")},
        r"papers\.csv, row 4, column `outside_definition`: found 'C', which the paper does not introduce",
    ),
    "a flag that is none": (
        {"papers": changed(PAPERS, 0, peer_reviewed="yes")},
        r"papers\.csv, row 2, column `peer_reviewed`: found 'yes', expected true or false",
    ),
    "an unknown paper of a result": (
        {"results": changed(RESULTS, 1, paper="nw")},
        r"results\.csv, row 3, column `paper`: found 'nw', which is no paper of the collection; did you mean `new`\?",
    ),
    "a percentage over 100": (
        {"results": changed(RESULTS, 1, error_top1="170%")},
        r"results\.csv, row 3, column `error_top1`: found '170%', expected from 0 % to 100 %",
    ),
    "an unknown paper that compares": (
        {"comparisons": [*COMPARISONS, {"paper": "nobody", "compared_to": "big"}]},
        r"comparisons\.csv, row 5, column `paper`: found 'nobody', which is no paper of the collection",
    ),
    "a comparison twice": (
        {"comparisons": [*COMPARISONS, COMPARISONS[0]]},
        r"comparisons\.csv, row 5, column `compared_to`: is there already, in row 2",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_ones_get_one_line(tmp_path: Path, case: str) -> None:
    """The file, the row, the column, what was found and what was expected."""
    given, line = BROKEN[case]
    write_tables(tmp_path, **given)
    with pytest.raises(SourceError, match=line) as refused:
        read(tmp_path)
    assert "\n" not in str(refused.value)


def test_a_column_that_is_needed(tmp_path: Path) -> None:
    """A table without it is refused with what it has."""
    write_tables(tmp_path)
    write_table(tmp_path / "comparisons.csv", [{"paper": "new"}])
    with pytest.raises(SourceError, match=r"comparisons\.csv, row 1: has no column `compared_to`; found paper"):
        read(tmp_path)


def test_dangling_names_stay(tmp_path: Path) -> None:
    """A name that is no paper of the collection is kept among the comparisons."""
    write_tables(tmp_path, comparisons=[*COMPARISONS, {"paper": "new", "compared_to": "lost"}])
    assert read(tmp_path).comparisons[-1].compared_to == "lost"


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        ({"value": "0.94"}, r"values\.csv, row \d+, column `value`: found '0\.94', and `results` gives 0\.93"),
        ({"rule": "a guess"}, r"column `rule`: no figure of result `2` gives `top1` by `a guess`"),
        ({"result": "9"}, r"column `result`: found '9', which is not in `results`"),
    ],
)
def test_values_are_held_against_results(tmp_path: Path, cells: dict[str, str], line: str) -> None:
    """A value that its figures do not give is refused with what they give."""
    tables.write(read(write_tables(tmp_path)), tmp_path)
    with (tmp_path / "values.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if (row["result"], row["quantity"], row["rule"]) == ("2", "top1", "1 − error"):
            row.update(cells)
    write_table(tmp_path / "values.csv", rows)
    with pytest.raises(SourceError, match=line):
        read(tmp_path)


def test_tables_that_are_not_there_are_empty(tmp_path: Path) -> None:
    """Papers alone are a collection, and so are tables with a header alone; no papers are none."""
    write_table(tmp_path / "papers.csv", PAPERS)
    assert read(tmp_path).results == ()
    write_table(tmp_path / "comparisons.csv", [], ("paper", "compared_to"))
    assert read(tmp_path).comparisons == ()
    write_table(tmp_path / "papers.csv", [], ("key", "date"))
    with pytest.raises(SourceError, match=r"papers\.csv: holds no papers"):
        read(tmp_path)


def test_parquet_of_other_programs(tmp_path: Path) -> None:
    """Numbers, dates and flags of their own types read as their texts do."""
    papers = "select 'a' as key, date '2020-05-01' as date, true as peer_reviewed"
    results = (
        "select 'r' as result, 'a' as paper, 'CIFAR-10' as dataset, 'ResNet-56' as architecture, 0.93::double as top1, "
        "0.0625::double as gigaflops, 0.125 as dense_gigaflops, 3 as trials, 2.5::float as compression_ratio"
    )
    for name, query in (("papers", papers), ("results", results)):
        duckdb.sql(f"copy ({query}) to '{tmp_path}/{name}.parquet'")
    corpus = read(tmp_path)
    assert (corpus.papers[0].date, corpus.papers[0].peer_reviewed) == ("2020-05-01", True)
    (result,) = corpus.results
    assert (result.trials, result.get("top1"), result.get("compression_ratio")) == (3, 0.93, 2.5)
    assert (result.get("theoretical_speedup"), result.get("macs")) == (2.0, 62.5e6)


@pytest.mark.parametrize("suffix", tables.FORMATS)
def test_papers_alone_are_written_and_read(tmp_path: Path, suffix: str) -> None:
    """Tables without rows come back without rows."""
    write_table(tmp_path / "papers.csv", PAPERS)
    corpus = read(tmp_path)
    tables.write(corpus, tmp_path / "out", suffix)
    assert without_places(read(tmp_path / "out")) == without_places(corpus)


def test_two_files_for_one_table(tmp_path: Path) -> None:
    """Which one counts is not guessed."""
    corpus = read(write_tables(tmp_path))
    tables.write(corpus, tmp_path / "other", ".parquet")
    (tmp_path / "other" / "papers.parquet").rename(tmp_path / "papers.parquet")
    with pytest.raises(SourceError, match=r"holds papers\.csv and papers\.parquet; remove one"):
        read(tmp_path)


def test_nothing_is_replaced_where_one_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full in the middle leaves the old tables as they were."""
    corpus = read(write_tables(tmp_path))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(self: Path, data: bytes) -> int:
        if "comparisons" in self.name:
            raise OSError(28, "No space left on device", str(self))
        with self.open("wb") as file:
            return file.write(data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        tables.write(corpus, tmp_path)
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("table", TABLES)
def test_no_table_is_passed_over(tmp_path: Path, table: str) -> None:
    """A directory, a pipe, a dead link or another format where a table should be is refused, not taken for none."""
    tables.write(read(write_tables(tmp_path)), tmp_path)
    path = tmp_path / f"{table}.csv"
    path.rename(tmp_path / "aside")
    path.mkdir()
    with pytest.raises(SourceError, match=rf"{table}\.csv: is no file; expected a table"):
        read(tmp_path)
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(SourceError, match=rf"{table}\.csv: is no file; expected a table"):
        read(tmp_path)
    path.unlink()
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(SourceError, match=rf"{table}\.csv: is a link to nothing; expected a table"):
        read(tmp_path)
    path.unlink()
    if table != "papers":
        (tmp_path / "aside").rename(tmp_path / f"{table}.xlsx")
        with pytest.raises(SourceError, match=rf"{table}\.xlsx: is not read; expected {table}\.csv or "):
            read(tmp_path)


@pytest.mark.parametrize(
    ("text", "what"), [("a\0b", "holds a NUL byte"), ("x" * 200_000, "has over 100,000 characters")]
)
def test_what_no_csv_file_could_hold(tmp_path: Path, text: str, what: str) -> None:
    """Parquet can: it is refused with its row, before it is written where nothing reads it again."""
    rows = {"key": ["a", "b"], "date": ["2018", "2019"], "title": ["A", text]}
    write_parquet(rows, frozenset(rows), tmp_path / "papers.parquet")
    with pytest.raises(SourceError, match=rf"papers\.parquet, row 2, column `title`: {what}; expected a text"):
        read(tmp_path)


def test_a_row_that_is_too_wide_is_one_of_papers(tmp_path: Path) -> None:
    """No study file is spoken of, which could not mend it."""
    (tmp_path / "papers.csv").write_text("key,date\na,2018,more\n")
    with pytest.raises(SourceError, match=r"row 2: found 3 values, expected 2 as in the header; correct the row$"):
        read(tmp_path)
