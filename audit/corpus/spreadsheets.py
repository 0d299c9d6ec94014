"""The spreadsheets that Blalock et al. published with their survey: `Papers`, `Results` and the lists beside them.

Their headings and their own words are mapped onto those of `audit.corpus.columns`. Names are taken as they are; `???`
says that the paper does not tell. What the authors' analysis does to the spreadsheets is done here by name: figures of
`lempitsky-fast-convnets` are set aside, preprints and workshops do not count as peer-reviewed, and rows of the method
`Magnitude` are results that a paper reports for others.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from audit.corpus import complete
from audit.corpus.columns import FIGURES
from audit.corpus.rows import Row, file_at, folded, need_columns, once, read_table, rows_of
from audit.papers import Comparison, Corpus, Paper, Result
from audit.sources.errors import SourceError, quote
from audit.techniques import technique

PAPERS, RESULTS = "Papers-Grid view.csv", "Results-Grid view.csv"
MODELS, DATASETS = "Models-Grid view.csv", "Datasets-Grid view.csv"

_PAPER_TITLES = {
    "key": "Name",
    "date": "Date",
    "authors": "AuthorName",
    "venue": "Venue",
    "bibtex": "BibTeX",
    "notes": "Notes",
    "compared_to": "Compares To",
    "outside_definition": "Non-pruning",
}
_RESULT_TITLES = {
    "result": "Name",
    "paper": "Paper",
    "dataset": "Dataset",
    "architecture": "Model",
    "method": "Method",
    "notes": "Notes",
    "trials": "NumTrials",
    "error_top1": "Err1",
    "error_top5": "Err5",
    "top1": "Top1",
    "top1_deviation": "stdTop1",
    "top1_change": "dTop1",
    "top5": "Top5",
    "top5_change": "dTop5",
    "parameters_millions": "MParams",
    "parameters_removed": "savedParams",
    "parameters_kept": "keptParams",
    "gigaflops": "GFLOPS",
    "flops_removed": "savedFLOPS",
    "flops_kept": "keptFLOPS",
    "dense_top1": "OrigTop1",
    "dense_top1_deviation": "stdOrigTop1",
    "dense_top5": "OrigTop5",
    "dense_parameters_millions": "OrigMParams",
    "dense_gigaflops": "OrigGFLOPS",
    "compression_ratio": "old/new Nparam",
    "theoretical_speedup": "old/new FLOPS",
    "dense_error_top1": "OrigErr1",
    "dense_error_top5": "OrigErr5",
}
_IN_PERCENT = frozenset(name for name in _RESULT_TITLES if any(word in name for word in ("top", "removed", "kept")))
_NOT_REVIEWED = frozenset({"arXiv", "OpenReview", "CVPR Workshops"})
_CHECKED, _FOR_OTHERS = "checked", "Magnitude"
_SET_ASIDE = {
    "lempitsky-fast-convnets": "its densities are weighted by the time of layers, some of them for one layer alone"
}
# What the papers' techniques are called, where it is not their key: `audit.techniques` knows these names.
_TECHNIQUES = {
    "amc-automl-han": "AMC",
    "babu-data-free-pruning": "Data-free Parameter Pruning",
    "channel-lasso-lstsq": "Channel Pruning",
    "han-prune-quant-huff": "Deep Compression",
    "hard-concrete": "L0 Regularization",
    "learning-both": "Learning Both Weights and Connections",
    "lottery-ticket": "Lottery Ticket Hypothesis",
    "lottery-ticket-followup": "Lottery Ticket Rewinding",
    "net-surgery": "Dynamic Network Surgery",
    "net-trimming-apoz": "Network Trimming",
    "nvidia-taylor-pruning": "Taylor Expansion Criterion",
    "pruning-filters": "Pruning Filters for Efficient ConvNets",
    "sparse-evolutionary": "Sparse Evolutionary Training",
    "structured-log-normal": "Structured Bayesian Pruning",
    "thinet-channel-norms": "ThiNet",
    "zhuang-discriminative-channel": "Discrimination-aware Channel Pruning",
}
_FIELD = re.compile(r"(\w+)\s*=\s*\{")


def recognise(directory: Path) -> bool:
    """Whether a directory holds the published spreadsheets; raises SourceError where what has their name is no file."""
    return file_at(directory / PAPERS) is not None


def read(directory: Path) -> Corpus:
    """The collection in the published spreadsheets; raises SourceError, naming file and row, where they are wrong."""
    if file_at(directory / RESULTS) is None:
        raise SourceError(f"{directory}: holds {PAPERS} and no {RESULTS}; both are needed")
    rows = _rows(directory / PAPERS, _PAPER_TITLES)
    if not rows:
        raise SourceError(f"{directory / PAPERS}: holds no papers: it has a header and no rows")
    met: dict[str, Row] = {}
    papers = tuple(_paper(row, once(row, "key", met, "the paper", by=folded)) for row in rows)
    keys = {paper.key for paper in papers}
    comparisons = tuple(_comparisons(rows))
    held = _rows(directory / RESULTS, _RESULT_TITLES)
    listed = {name: _listed(directory, name) for name in (DATASETS, MODELS)}
    names: dict[str, Row] = {}
    results = complete.complete([_result(row, keys, listed, once(row, "result", names, "the result")) for row in held])
    return Corpus(str(directory), papers, results, comparisons)


def _rows(path: Path, titles: dict[str, str]) -> list[Row]:
    table = read_table(path)
    need_columns(table, list(titles.values()))
    return list(rows_of(table, titles))


def _listed(directory: Path, name: str) -> frozenset[str] | None:
    """The names in a list of data sets or models; None where there is no such file."""
    path = file_at(directory / name)
    if path is None:
        return None
    table = read_table(path)
    need_columns(table, ["Name"])
    return frozenset(row.text("name") for row in rows_of(table, {"name": "Name"}))


def _paper(row: Row, key: str) -> Paper:
    year, month, day = row.date("date")
    checked = row.text("outside_definition")
    if checked not in ("", _CHECKED):
        raise row.error("outside_definition", f"found {quote(checked)}, expected `{_CHECKED}` or nothing")
    venue, bibtex = row.text("venue"), row.text("bibtex").lstrip("'")
    techniques = (_TECHNIQUES.get(key, key),)
    landmark = technique(techniques[0])
    return Paper(
        key=key,
        year=year,
        month=month,
        day=day,
        title=_field(bibtex, "title"),
        authors=_field(bibtex, "author") or row.text("authors"),
        venue=venue,
        peer_reviewed=venue not in _NOT_REVIEWED if venue else None,
        techniques=techniques,
        outside=techniques if checked else (),
        kind=landmark.kind if landmark else "",
        set_aside=_SET_ASIDE.get(key, ""),
        bibtex=bibtex,
        notes=row.text("notes"),
        place=row.place,
    )


def _field(bibtex: str, name: str) -> str:
    """The text of a field of an entry, without the braces in it; "" where it has none.

    Title and authors alone are taken, as the spreadsheets have them: `audit corpus add` reads BibTeX with a parser.
    """
    for match in _FIELD.finditer(bibtex):
        if match[1].lower() == name:
            depth, end = 1, match.end()
            while depth and end < len(bibtex):
                depth += {"{": 1, "}": -1}.get(bibtex[end], 0)
                end += 1
            inside = re.sub(r"\\'\s*\{?(\w)\}?", r"\1", bibtex[match.end() : end - 1])
            return " ".join(re.sub(r"[{}$]|\\_", "", inside).split())
    return ""


def _comparisons(rows: list[Row]) -> Iterator[Comparison]:
    for row in rows:
        for name in dict.fromkeys(row.listed("compared_to", ",")):
            yield Comparison(row.text("key"), name, row.place)


def _result(row: Row, keys: Collection[str], listed: Mapping[str, frozenset[str] | None], name: str) -> complete.Row:
    paper = row.needed("paper")
    if paper not in keys:
        raise row.error("paper", f"found {quote(paper)}, which is no paper in {PAPERS}; correct it, or add the paper")
    for column, (file, known) in zip(("dataset", "architecture"), listed.items(), strict=True):
        text = row.text(column)
        if text and known is not None and text not in known:
            raise row.error(column, f"found {quote(text)}, which is not in {file}; correct it, or add it there")
    method = row.text("method")
    figures = row.figures(FIGURES)
    for column in figures:
        if column in _IN_PERCENT and not figures[column].text.endswith("%") and figures[column].value != 0:
            raise row.error(column, f"found {quote(figures[column].text)}, expected a percentage with its %")
    written = {column: figure.text for column, figure in figures.items()}
    result = Result(
        name=name,
        paper=paper,
        dataset=row.text("dataset") or None,
        architecture=row.text("architecture") or None,
        method=method,
        reported_for=method if method == _FOR_OTHERS else "",
        trials=row.count("trials"),
        notes=row.text("notes"),
        written=written,
        place=row.place,
    )
    return complete.Row(result, figures)
