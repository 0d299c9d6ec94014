"""Tables with the schema's column names: CSV and TSV files, read as text so that written forms survive."""

import csv
import glob
import io
import re
from pathlib import Path

import numpy as np

from audit.results import Coded, Origin, Results, join
from audit.schema import Group, Kind
from audit.sources.errors import SourceError
from audit.sources.validate import validate
from audit.sources.values import Where, convert, known_columns
from audit.study import Study

NAME = "csv"
SUFFIXES = (".csv", ".tsv")
_DELIMITERS = ",;\t|"
_HEADER_BYTES = 1 << 20


def recognise(path: Path) -> bool:
    """Whether a file is a table by its name, or a directory holds such files directly."""
    return path.suffix.lower() in SUFFIXES if path.is_file() else any(_tables(path))


def read(path: Path, study: Study) -> Results:
    """Read one table, or all tables directly inside a directory as one study."""
    return join([_read(each, study) for each in ([path] if path.is_file() else _tables(path))])


def _tables(directory: Path) -> list[Path]:
    return sorted(
        each
        for each in directory.iterdir()
        if each.is_file() and each.suffix.lower() in SUFFIXES and not each.name.startswith(".")
    )


def _read(path: Path, study: Study) -> Results:
    name = str(path)
    delimiter, header, skip = _header(path)
    columns = known_columns(study)
    known = [title for title in header if title in columns]
    texts, duplicate = _texts(path, delimiter, header, skip, known)
    rows = np.flatnonzero(~duplicate)
    kept = {title: values[rows] for title, values in texts.items()}
    numbers = rows + 2
    where = Where(name, "row", numbers)
    notes = []
    if duplicate.any():
        notes.append(
            f"{name}: {int(duplicate.sum())} exact duplicate rows are counted once "
            f"(the first is row {int(np.flatnonzero(duplicate)[0]) + 2})"
        )
    ignored = [title for title in header if title not in columns]
    if ignored:
        notes.append(
            f"{name}: columns that the schema does not have are not read: {', '.join(ignored[:12])}"
            + (", …" if len(ignored) > 12 else "")
        )
    results = Results(
        columns={title: convert(columns[title], values, where) for title, values in kept.items()},
        origin=Origin(Coded(np.zeros(len(rows), np.int64), (name,)), numbers),
        notes=tuple(notes),
        written={
            title: values
            for title, values in kept.items()
            if columns[title].kind is Kind.NUMBER and columns[title].group in (Group.SIZE, Group.COST, Group.QUALITY)
        },
    )
    return validate(results, study, name, header)


def _header(path: Path) -> tuple[str, list[str], int]:
    """Delimiter, column names, and how many lines precede the first record."""
    try:
        with path.open("rb") as file:
            start = file.read(_HEADER_BYTES)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    if not start.strip():
        raise SourceError(f"{path}: is empty; expected a header line and rows")
    if b"\0" in start:
        raise SourceError(f"{path}: is not a text file; expected comma-separated values in UTF-8")
    text = start.decode("utf-8-sig", errors="replace")
    lines = text.splitlines()
    skip = next(number for number, line in enumerate(lines) if line.strip())
    line = lines[skip]
    if len(line) >= _HEADER_BYTES // 2:
        raise SourceError(
            f"{path}: its first line has over {len(line):,} characters; expected a header line with column names"
        )
    delimiter = max(_DELIMITERS, key=line.count)
    header = [title.strip() for title in next(csv.reader(io.StringIO(line), delimiter=delimiter))]
    repeated = next((title for title in header if title and header.count(title) > 1), None)
    if repeated:
        raise SourceError(f"{path}, row 1: two columns are called {repeated!r}; rename one of them")
    return delimiter, header, skip + 1


def _texts(
    path: Path, delimiter: str, header: list[str], skip: int, wanted: list[str]
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The wanted columns as object arrays (rows,) of texts, and (rows,) whether a row repeats an earlier one."""
    import duckdb  # only where there is a text table to read

    names = [f"c{number}" for number in range(len(header))]
    with duckdb.connect(config={"threads": 2}) as database:
        try:
            fields = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
            chosen = [name for name, title in zip(names, header, strict=True) if title in wanted]
            digest = f"hash({', '.join(names)}) as digest"
            query = (
                f"select {', '.join([*chosen, digest])} from read_csv(?, header = false, "
                f"skip = ?, delim = ?, quote = '\"', escape = '\"', auto_detect = false, columns = {{{fields}}})"
            )
            fetched = database.execute(query, [glob.escape(str(path)), skip, delimiter]).fetchnumpy()
        except duckdb.Error as error:
            raise SourceError(_explain(path, str(error), len(header))) from None
    digests = np.asarray(fetched.pop("digest"))
    first = np.zeros(len(digests), bool)
    first[np.unique(digests, return_index=True)[1]] = True
    texts = {
        header[int(key[1:])]: np.ma.filled(np.ma.asarray(values).astype(object), None)
        for key, values in fetched.items()
    }
    return texts, ~first


def _explain(path: Path, error: str, columns: int) -> str:
    row = re.search(r"Line: (\d+)", error)
    place = f"{path}, row {row[1]}" if row else str(path)
    found = re.search(r"Expected Number of Columns: \d+ Found: (\d+)", error)
    if found:
        return f"{place}: found {found[1]} values, expected {columns} as in the header; correct the row"
    if "utf-8" in error.lower() or "unicode" in error.lower():
        return f"{place}: is not UTF-8 text; save the file as UTF-8"
    if "Maximum line size" in error:
        return f"{place}: the line is too long; expected one network a line"
    return f"{place}: cannot be read as comma-separated values: {error.splitlines()[0]}"
