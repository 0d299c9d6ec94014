"""Reading rows of a table by a schema: what a cell may hold, or one clear error with file, row and column."""

import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from audit.corpus.columns import Column, Held
from audit.corpus.dates import Day, read_date
from audit.corpus.written import Written, read_figure
from audit.sources.delimited import read_delimited
from audit.sources.errors import SourceError, quote
from audit.sources.foreign import Foreign
from audit.sources.parquet import read_parquet
from audit.study import meant

MISSING = frozenset({"", "???"})
LONGEST = 100_000  # characters of a cell: what the csv module reads, and some to spare
_FIGURES = (Held.SHARE, Held.CHANGE, Held.DEVIATION, Held.RATIO, Held.AMOUNT)


class Row:
    """One row: its texts by column, stripped, and where it stands. An empty cell, or `???`, is missing."""

    __slots__ = ("record", "table", "texts", "titles")

    def __init__(self, table: str, record: int, texts: dict[str, str], titles: dict[str, str] | None = None) -> None:
        self.table, self.record, self.texts, self.titles = table, record, texts, titles or {}

    @property
    def place(self) -> str:
        """Its file and row."""
        return f"{self.table}, row {self.record}"

    def where(self, column: str) -> str:
        """Where a column of it stands, under the file's own heading."""
        return f"{self.place}, column `{self.titles.get(column, column)}`"

    def error(self, column: str, message: str) -> SourceError:
        """The error to raise for a column of it."""
        return SourceError(f"{self.where(column)}: {message}")

    def text(self, column: str) -> str:
        """A text; "" where it is missing."""
        return self.texts.get(column, "")

    def needed(self, column: str) -> str:
        """A text that every row needs; raises SourceError where it is missing."""
        text = self.text(column)
        if not text:
            raise self.error(column, "is empty; every row needs it")
        return text

    def listed(self, column: str, separator: str = ";") -> tuple[str, ...]:
        """The names in a list."""
        return tuple(name for each in self.text(column).split(separator) if (name := each.strip()))

    def date(self, column: str) -> Day:
        """Year, month and day, as far as written."""
        text = self.needed(column)
        found = read_date(text)
        if found is None:
            raise self.error(column, f"found {quote(text)}, expected a date as {Held.DATE.value}; correct it")
        return found

    def flag(self, column: str) -> bool | None:
        """True, false, or None where it is missing."""
        text = self.text(column).lower()
        if text not in ("", "true", "false"):
            raise self.error(column, f"found {quote(text)}, expected true or false, or nothing")
        return None if not text else text == "true"

    def count(self, column: str) -> int | None:
        """A whole number of at least 1, or None where it is missing."""
        text = self.text(column)
        if not text:
            return None
        if not re.fullmatch(r"\d{1,9}(\.0+)?", text) or not int(text.partition(".")[0]):
            raise self.error(column, f"found {quote(text)}, expected a whole number, 1 or more")
        return int(text.partition(".")[0])

    def figures(self, columns: Sequence[Column]) -> dict[str, Written]:
        """The figures of those columns that hold some."""
        return {
            column.name: read_figure(column, self.texts[column.name], self.where)
            for column in columns
            if column.name in self.texts and column.held in _FIGURES
        }


def file_at(path: Path) -> Path | None:
    """The file of that name; None where there is nothing. Raises SourceError for what is no file, or a dead link."""
    if not os.path.lexists(path):
        return None
    if not path.is_file():
        raise SourceError(f"{path}: is {'no file' if path.exists() else 'a link to nothing'}; expected a table")
    return path


def read_table(path: Path) -> Foreign:
    """The texts of a CSV or Parquet file; raises SourceError where it cannot be read."""
    return read_parquet(path) if path.suffix.lower() == ".parquet" else read_delimited(path, of_networks=False)


def rows_of(table: Foreign, titles: dict[str, str] | None = None) -> Iterator[Row]:
    """The rows of a table; `titles` are the file's own headings by column, where they differ."""
    name_of = {heading: column for column, heading in (titles or {}).items()}
    names = [name_of.get(heading, heading) for heading in table.headings]
    columns = [list(map(_text, values.tolist())) for values in table.columns.values()]
    for record, cells in zip(table.records.tolist(), zip(*columns, strict=True), strict=True):
        row = Row(table.name, record, {name: text for name, text in zip(names, cells, strict=True) if text}, titles)
        for name, text in row.texts.items():
            if len(text) > LONGEST or "\0" in text:  # which no CSV file of ours could hold
                what = "holds a NUL byte" if "\0" in text else f"has over {LONGEST:,} characters"
                raise row.error(name, f"{what}; expected a text that a table can hold: correct it")
        yield row


def _text(value: object) -> str:
    """The text of a cell, stripped; "" where it is missing."""
    if isinstance(value, str):
        text = value.strip()
        return "" if text in MISSING else text
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(float(value))
    return str(value)


def need_columns(table: Foreign, needed: Sequence[str], known: Sequence[str] | None = None) -> None:
    """Raise SourceError where a heading is missing, or, where all are known, is none of them."""
    missing = [heading for heading in needed if heading not in table.headings]
    if missing:
        raise SourceError(
            f"{table.name}, row 1: has no column {', '.join(f'`{heading}`' for heading in missing)}; found "
            f"{', '.join(table.headings)}"
        )
    unknown = [heading for heading in table.headings if known is not None and heading not in known]
    if unknown:
        hint = meant(unknown[0], known or ()) or f"; known are {', '.join(known or ())}"
        raise SourceError(f"{table.name}, row 1: unknown column `{unknown[0]}`{hint}")


def once(row: Row, column: str, seen: dict[str, Row], what: str, *, by: Callable[[str], str] = str) -> str:
    """A name that only one row may have, held against others in the form `by`; raises SourceError naming both rows."""
    name = row.needed(column)
    other = seen.setdefault(by(name), row)
    if other is row:
        return name
    if other.text(column) == name:
        said = f"{what} `{name}` is there already, in row {other.record}"
    else:
        said = f"`{name}` is `{other.text(column)}` of row {other.record} but for case or form"
    raise row.error(column, f"{said}; rename or remove one of them")


def folded(name: str) -> str:
    """A name in one case and one encoding of its letters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
