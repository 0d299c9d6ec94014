"""The tables of a collection as this project keeps them: read and validated, written whole or not at all."""

import os
from collections.abc import Collection, Iterator, Mapping
from math import isclose
from pathlib import Path

from audit.corpus import complete
from audit.corpus.columns import FIGURES, TABLES
from audit.corpus.rows import Row, file_at, folded, need_columns, once, read_table, rows_of
from audit.papers import Comparison, Corpus, Paper, Result
from audit.sources.errors import SourceError, quote
from audit.sources.normalised import Cell, Table, to_csv, write_parquet
from audit.study import meant

FORMATS = (".csv", ".parquet")
_NOT_READ = (".tsv", ".txt", ".xlsx", ".xls", ".ods", ".json", ".jsonl")
_TOLERANCE = 1e-9


def file_of(directory: Path, table: str) -> Path | None:
    """The file that holds a table; None where there is none. Raises SourceError where it is no file, or one of two."""
    found = [path for suffix in FORMATS if (path := file_at(directory / f"{table}{suffix}"))]
    if len(found) > 1:
        raise SourceError(f"{directory}: holds {found[0].name} and {found[1].name}; remove one of them")
    return found[0] if found else None


def files_in(directory: Path) -> list[Path]:
    """The files of a directory that have the name of a table, whether or not it is a collection's."""
    return [path for table in TABLES if (path := file_of(directory, table))]


def recognise(directory: Path) -> bool:
    """Whether a directory holds the tables of a collection."""
    return file_of(directory, "papers") is not None


def read(directory: Path) -> Corpus:
    """The collection in a directory of tables; raises SourceError, naming file and row, where it is wrong."""
    met: dict[str, Row] = {}
    papers = tuple(_paper(row, once(row, "key", met, "the paper", by=folded)) for row in _rows(directory, "papers"))
    if not papers:
        raise SourceError(f"{file_of(directory, 'papers')}: holds no papers: it has a header and no rows")
    keys = dict.fromkeys(paper.key for paper in papers)
    names: dict[str, Row] = {}
    held = [_result(row, keys, once(row, "result", names, "the result")) for row in _rows(directory, "results")]
    results = complete.complete(held)
    corpus = Corpus(str(directory), papers, results, tuple(_comparisons(directory, keys)))
    _hold_values_against(corpus, directory)
    return corpus


def _rows(directory: Path, table: str) -> Iterator[Row]:
    path = file_of(directory, table)
    if path is None:
        _refuse_other_formats(directory, table)
        return iter(())
    columns = TABLES[table]
    read_ = read_table(path)
    need_columns(read_, [column.name for column in columns if column.required], [column.name for column in columns])
    return rows_of(read_)


def _refuse_other_formats(directory: Path, table: str) -> None:
    """Raise SourceError where a table that is not there stands beside in a format that is not read."""
    for path in sorted(directory.iterdir()):
        if path.stem.lower() == table and path.suffix.lower() in (*FORMATS, *_NOT_READ):
            raise SourceError(f"{path}: is not read; expected {table}.csv or {table}.parquet: save it as one of them")


def _paper(row: Row, key: str) -> Paper:
    year, month, day = row.date("date")
    techniques, outside = row.listed("techniques"), row.listed("outside_definition")
    if unknown := [name for name in outside if name not in techniques]:
        hint = meant(unknown[0], techniques) or "; it must be among `techniques`"
        raise row.error("outside_definition", f"found {quote(unknown[0])}, which the paper does not introduce{hint}")
    return Paper(
        key=key,
        year=year,
        month=month,
        day=day,
        title=row.text("title"),
        authors=row.text("authors"),
        venue=row.text("venue"),
        peer_reviewed=row.flag("peer_reviewed"),
        techniques=techniques,
        outside=outside,
        kind=row.text("kind"),
        set_aside=row.text("set_aside"),
        bibtex=row.text("bibtex"),
        notes=row.text("notes"),
        place=row.place,
    )


def _key(row: Row, column: str, keys: Collection[str]) -> str:
    key = row.needed(column)
    if key not in keys:
        hint = meant(key, tuple(keys)) or "; add it to `papers`"
        raise row.error(column, f"found {quote(key)}, which is no paper of the collection{hint}")
    return key


def _result(row: Row, keys: Collection[str], name: str) -> complete.Row:
    figures = row.figures(FIGURES)
    result = Result(
        name=name,
        paper=_key(row, "paper", keys),
        dataset=row.text("dataset") or None,
        architecture=row.text("architecture") or None,
        method=row.text("method"),
        reported_for=row.text("reported_for"),
        trials=row.count("trials"),
        notes=row.text("notes"),
        written={column: figure.text for column, figure in figures.items()},
        place=row.place,
    )
    return complete.Row(result, figures)


def _comparisons(directory: Path, keys: Collection[str]) -> Iterator[Comparison]:
    seen: dict[tuple[str, str], Row] = {}
    for row in _rows(directory, "comparisons"):
        edge = (_key(row, "paper", keys), row.needed("compared_to"))
        if edge in seen:
            raise row.error("compared_to", f"is there already, in row {seen[edge].record}; remove one of them")
        seen[edge] = row
        yield Comparison(*edge, row.place)


def _hold_values_against(corpus: Corpus, directory: Path) -> None:
    """Raise SourceError where `values` says of a result what its figures do not give."""
    given = {
        (result.name, value.quantity, value.rule): value.value for result in corpus.results for value in result.values
    }
    results = {result.name for result in corpus.results}
    for row in _rows(directory, "values"):
        name, quantity, rule = (row.needed(column) for column in ("result", "quantity", "rule"))
        if name not in results:
            raise row.error("result", f"found {quote(name)}, which is not in `results`; correct or remove the row")
        said, value = row.needed("value"), given.get((name, quantity, rule))
        if value is None:
            raise row.error("rule", f"no figure of result `{name}` gives `{quantity}` by `{rule}`; {_ANEW}")
        try:
            same = isclose(float(said), value, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
        except ValueError:
            same = False
        if not same:
            raise row.error("value", f"found {quote(said)}, and `results` gives {value!r}; {_ANEW}")


_ANEW = "change `results`, and remove `values`, which `audit corpus import` writes anew"


def tables_of(corpus: Corpus) -> dict[str, Table]:
    """The tables of a collection by name, every column of the schema in its order."""
    rows: dict[str, list[Mapping[str, Cell]]] = {
        "papers": [_of_paper(paper) for paper in corpus.papers],
        "results": [_of_result(result) for result in corpus.results],
        "comparisons": [{"paper": each.paper, "compared_to": each.compared_to} for each in corpus.comparisons],
        "values": [
            {
                "result": result.name,
                "quantity": value.quantity,
                "value": repr(value.value),
                "written": value.written,
                "rule": value.rule,
            }
            for result in corpus.results
            for value in result.values
        ],
    }
    return {
        name: {column.name: [row.get(column.name) or None for row in rows[name]] for column in columns}
        for name, columns in TABLES.items()
    }


def _of_paper(paper: Paper) -> Mapping[str, Cell]:
    return {
        "key": paper.key,
        "date": paper.date,
        "title": paper.title,
        "authors": paper.authors,
        "venue": paper.venue,
        "peer_reviewed": None if paper.peer_reviewed is None else str(paper.peer_reviewed).lower(),
        "techniques": "; ".join(paper.techniques),
        "outside_definition": "; ".join(paper.outside),
        "kind": paper.kind,
        "set_aside": paper.set_aside,
        "bibtex": paper.bibtex,
        "notes": paper.notes,
    }


def _of_result(result: Result) -> Mapping[str, Cell]:
    return {
        "result": result.name,
        "paper": result.paper,
        "dataset": result.dataset,
        "architecture": result.architecture,
        "method": result.method,
        "reported_for": result.reported_for,
        "trials": None if result.trials is None else str(result.trials),
        **result.written,
        "notes": result.notes,
    }


def write(corpus: Corpus, directory: Path, suffix: str = ".csv") -> list[Path]:
    """Write the tables of a collection; none is replaced before all are written. Returns their paths.

    Tables of the other format are removed: there is one file for each table. Raises OSError.
    """
    directory.mkdir(parents=True, exist_ok=True)
    written: dict[Path, Path] = {}
    try:
        for name, table in tables_of(corpus).items():
            final = directory / f"{name}{suffix}"
            temporary = directory / f".{os.getpid()}.{final.name}"
            written[temporary] = final
            if suffix == ".parquet":
                write_parquet(table, frozenset(table), temporary)
            else:
                temporary.write_bytes(to_csv(table))
        for temporary, final in written.items():
            temporary.replace(final)
    finally:
        for temporary in written:
            temporary.unlink(missing_ok=True)
    for final in written.values():
        for other in FORMATS:
            if other != suffix:
                final.with_suffix(other).unlink(missing_ok=True)
    return list(written.values())
