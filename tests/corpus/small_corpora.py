"""Small collections that the tests share: tables and spreadsheets written from rows."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from audit.corpus import spreadsheets
from audit.papers import Comparison, Corpus, Paper

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "corpus"

Row = Mapping[str, str]

PAPERS: tuple[Row, ...] = (
    {"key": "old", "date": "1990", "techniques": "Optimal Brain Damage", "kind": "second-order"},
    {"key": "big", "date": "2015-12", "techniques": "Learning Both Weights and Connections", "kind": "magnitude"},
    {"key": "odd", "date": "2016", "techniques": "A; B", "outside_definition": "B", "peer_reviewed": "false"},
    {"key": "new", "date": "2018-03-05", "title": "A new way", "authors": "Doe, Jane and Roe, R.", "venue": "ICLR"},
)
RESULTS: tuple[Row, ...] = (
    {"result": "1", "paper": "big", "dataset": "CIFAR-10", "architecture": "ResNet-56", "top1": "93.1%"},
    {
        "result": "2",
        "paper": "new",
        "dataset": "CIFAR-10",
        "architecture": "ResNet-56",
        "error_top1": "7.0%",
        "dense_top1": "93.5%",
        "parameters_removed": "75%",
        "dense_gigaflops": "0.125",
        "gigaflops": "0.0625",
        "trials": "3",
    },
)
COMPARISONS: tuple[Row, ...] = (
    {"paper": "new", "compared_to": "big"},
    {"paper": "new", "compared_to": "old"},
    {"paper": "odd", "compared_to": "big"},
)


def write_table(path: Path, rows: Iterable[Row], columns: Iterable[str] | None = None) -> None:
    """Rows as a CSV file, with the columns that they have together."""
    rows = list(rows)
    names = list(columns or dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


def write_tables(
    directory: Path,
    papers: Iterable[Row] = PAPERS,
    results: Iterable[Row] = RESULTS,
    comparisons: Iterable[Row] = COMPARISONS,
) -> Path:
    """A collection as tables of ours; one without rows is not written."""
    directory.mkdir(exist_ok=True)
    for name, rows in (("papers", papers), ("results", results), ("comparisons", comparisons)):
        if held := list(rows):
            write_table(directory / f"{name}.csv", held)
    return directory


def spreadsheet_paper(name: str, date: str = "2018-1", **more: str) -> Row:
    """A row of the published `Papers`."""
    given = {"Name": name, "Date": date, "AuthorName": name.title(), "Venue": "NIPS", **more}
    return {column: given.get(column, "") for column in spreadsheets._PAPER_TITLES.values()}


def spreadsheet_result(name: str, paper: str, **more: str) -> Row:
    """A row of the published `Results`."""
    given = {"Name": name, "Paper": paper, "Dataset": "ImageNet", "Model": "VGG-16", **more}
    return {column: given.get(column, "") for column in spreadsheets._RESULT_TITLES.values()}


def write_spreadsheets(directory: Path, papers: Iterable[Row], results: Iterable[Row]) -> Path:
    """A collection as its authors published theirs."""
    directory.mkdir(exist_ok=True)
    write_table(directory / spreadsheets.PAPERS, papers)
    write_table(directory / spreadsheets.RESULTS, results)
    return directory


def corpus_of(edges: Iterable[tuple[str, str]], years: Mapping[str, int] | None = None) -> Corpus:
    """A collection of papers that compare as the edges say; names that have no year are no papers of it."""
    edges = list(edges)
    keys = sorted({key for edge in edges for key in edge}) if years is None else sorted(years)
    papers = tuple(Paper(key, (years or {}).get(key, 2015)) for key in keys)
    return Corpus("made up", papers, (), tuple(Comparison(*edge) for edge in edges))
