"""CSV, TSV and the like, read as text so that written forms survive.

The csv module reads a file exactly and tells where it is wrong. A large file goes through duckdb, several times as
fast, when nothing in it makes the two differ; whatever duckdb refuses is read again by the csv module.
"""

import csv
import mmap
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from audit.sources.errors import SourceError, quote
from audit.sources.foreign import Foreign, digest_met_before, met_before, unmasked
from audit.sources.limits import refuse_long_lines

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
_LARGE = 4 << 20  # bytes from which duckdb is worth its import
_PROBED = 20  # records by which the delimiter is chosen
_BLANK_LINE = re.compile(rb"\n[ \t]*\r?\n(?=.)|\r[ \t]*\r(?=.)", re.DOTALL)
_SPACED_QUOTE = re.compile(rb' "|" ')  # read by duckdb in a way of its own
_ESCAPED = re.compile("[\udc80-\udcff]")  # what surrogateescape makes of bytes that are not UTF-8
_SAYS_DELIMITER = re.compile(r"""\s*"?sep=([^\w\s"]|\t)"?[\t ]*(?:\r\n|\r|\n)""", re.IGNORECASE)  # Excel's own line
_QUOTED = re.compile(r'"(?:[^"]|"")*(?:"|$)', re.DOTALL)


def read_delimited(
    path: Path, delimiter: str | None = None, header: int | None = None, *, of_networks: bool = True
) -> Foreign:
    """Read a delimited file; `header` is the record that holds the headings, by default the first that is not blank.

    A file `of_networks` has some, and a study file that can say which row is its header. Raises SourceError, naming the
    record, for what is not such a file.
    """
    encoding = _encoding(path)
    said = _said_delimiter(path, encoding)
    delimiter = delimiter or said or _delimiter(path, encoding)
    titles, at = _header(path, encoding, delimiter, header, past=1 if said else 0)
    table = None
    if encoding == "utf-8-sig" and path.stat().st_size >= _LARGE and at == (2 if said else 1):
        table = _fast(path, delimiter, titles, at)
    if table is None:
        table = _exact(path, encoding, delimiter, titles, at, of_networks)
    return table


def headings(path: Path) -> list[str]:
    """The headings of a delimited file; empty where it has none that can be read."""
    try:
        encoding = _encoding(path)
        said = _said_delimiter(path, encoding)
        return _header(path, encoding, said or _delimiter(path, encoding), None, past=1 if said else 0)[0]
    except (SourceError, OSError):
        return []


def _encoding(path: Path) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(4096)
        refuse_long_lines(path)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise SourceError(f"{path}: is empty; expected a header line and rows")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in start:
        raise SourceError(f"{path}: is not a text file; expected comma-separated values in UTF-8")
    return "utf-8-sig"


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, each with its number; raises SourceError at the first that cannot be read."""
    number = 0
    errors = "surrogateescape" if encoding == "utf-8-sig" else "strict"
    try:
        with path.open(encoding=encoding, errors=errors, newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, skipinitialspace=delimiter != "\t", strict=True)
            for number, fields in enumerate(reader, start=1):
                if len(fields) > 1 or any(map(str.strip, fields)):
                    yield number, fields
    except csv.Error as error:
        raise SourceError(f"{path}, row {number + 1}: {_explain(str(error))}") from None
    except UnicodeError:
        raise SourceError(f"{path}, row {number + 1}: is not {encoding.upper()} text; save the file as UTF-8") from None
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error


def _explain(error: str) -> str:
    if "field larger" in error:
        return (
            f"a value has over {csv.field_size_limit():,} characters; expected less in one cell: is a quote unclosed?"
        )
    if "unexpected end" in error:
        return 'a quote is opened and never closed; close it, or write a quote that belongs to the text as ""'
    if "expected after" in error:
        return 'there is text after a closing quote; write a quote that belongs to the text as ""'
    return f"cannot be read as comma-separated values: {error}"


def _delimiter(path: Path, encoding: str) -> str:
    """The delimiter that cuts the first records into equally many parts, and into most."""
    try:
        with path.open(encoding=encoding, errors="replace", newline=None) as file:
            text = file.read(1 << 16)
    except (OSError, UnicodeError) as error:
        raise SourceError(f"{path}: is not text that can be read; save the file as UTF-8") from error
    lines = [line for line in _QUOTED.sub("", text).split("\n") if line.strip()][:_PROBED]

    def worth(delimiter: str) -> tuple[int, int]:
        in_header = lines[0].count(delimiter)
        alike = sum(line.count(delimiter) == in_header for line in lines)
        return (alike if in_header else 0, in_header)

    return max(DELIMITERS.values(), key=worth) if lines else ","


def _said_delimiter(path: Path, encoding: str) -> str | None:
    """The delimiter that the first line says, as Excel writes and reads it (`sep=;`); None where it is no such line."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        said = _SAYS_DELIMITER.match(file.read(100))
    return said[1] if said else None


def _header(path: Path, encoding: str, delimiter: str, wanted: int | None, past: int = 0) -> tuple[list[str], int]:
    """The headings, and the record that they are in: the one that is wanted, else the first `past` some."""
    for number, fields in _records(path, encoding, delimiter):
        if number == wanted or (wanted is None and number > past):
            titles = [title.strip() for title in fields]
            while titles and not titles[-1]:
                titles.pop()
            if wrong := next((title for title in titles if "\0" in title or _ESCAPED.search(title)), None):
                raise SourceError(f"{path}, row {number}: is not UTF-8 text ({quote(wrong)}); save the file as UTF-8")
            repeated = next((title for title, count in Counter(titles).items() if title and count > 1), None)
            if repeated is not None:
                raise SourceError(f"{path}, row {number}: two columns are called {repeated!r}; rename one of them")
            return [title or f"column {place}" for place, title in enumerate(titles, start=1)], number
    raise SourceError(f"{path}: has no row {wanted} for its headings; see `header` in [[source]]")


def _exact(
    path: Path, encoding: str, delimiter: str, titles: Sequence[str], header: int, of_networks: bool = True
) -> Foreign:
    numbers: list[int] = []
    rows: list[list[str]] = []
    wide = len(titles)
    for number, fields in _records(path, encoding, delimiter):
        if number <= header:
            continue
        while len(fields) > wide and not fields[-1].strip():
            fields.pop()
        if len(fields) != wide:
            remedy = "correct the row"
            if of_networks and not rows and (len(fields) > wide or titles[0].startswith("#")):
                remedy = f"row {header} is taken as the header: name another with `header` in [[source]], or {remedy}"
            found = _count(len(fields), "value")
            raise SourceError(f"{path}, row {number}: found {found}, expected {wide} as in the header; {remedy}")
        for title, text in zip(titles, fields, strict=True):
            if "\0" in text:
                raise SourceError(f"{path}, row {number}, column `{title}`: holds a NUL byte; the file is damaged")
            if _ESCAPED.search(text):
                shown = quote(text.encode("utf-8", "surrogateescape").decode("latin-1"))
                raise SourceError(
                    f"{path}, row {number}, column `{title}`: is not UTF-8 text ({shown} in Latin-1); save the file as "
                    "UTF-8"
                )
        numbers.append(number)
        rows.append(fields)
    if not rows and of_networks:
        raise SourceError(f"{path}: holds no networks: it has a header and no rows")
    columns = {
        title: np.array([text or None for text in texts], object)
        for title, texts in zip(titles, zip(*rows, strict=True) if rows else [()] * len(titles), strict=True)
    }
    return Foreign(str(path), columns, np.array(numbers, np.int64), again=met_before(map(tuple, rows)))


def _fast(path: Path, delimiter: str, titles: Sequence[str], header: int) -> Foreign | None:
    """The table by duckdb, or None where its records could not be numbered as the csv module does, or it refuses."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(b"\0") >= 0 or _BLANK_LINE.search(content) or _SPACED_QUOTE.search(content):
            return None
    import duckdb  # only where there is a large table to read

    names = [f"c{number}" for number in range(len(titles))]
    fields = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    query = (
        f"select *, hash({', '.join(names)}) as digest from read_csv([?], header = false, skip = {header}, delim = ?, "
        f"quote = '\"', escape = '\"', auto_detect = false, columns = {{{fields}}})"
    )
    with duckdb.connect(config={"threads": 2}) as database:
        try:
            fetched = database.execute(query, [_no_glob(path), delimiter]).fetchnumpy()
        except duckdb.Error:
            return None
    digests = np.asarray(fetched.pop("digest"))
    columns = {title: unmasked(fetched[name]) for title, name in zip(titles, names, strict=True)}
    return Foreign(str(path), columns, np.arange(len(digests)) + header + 1, again=digest_met_before(digests))


def _no_glob(path: Path) -> str:
    import glob

    return glob.escape(str(path))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
