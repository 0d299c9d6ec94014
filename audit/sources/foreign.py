"""A table as its file has it, before anything is mapped: headings of the file's own, texts or binary numbers."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Foreign:
    """A foreign table.

    `columns` holds, by heading and in the file's order, (records,) texts with None for "missing", or floats with NaN.
    `records` (records,) are the numbers that a person finds the records by: in CSV the header is record 1, blank lines
    count, and a quoted line break does not begin a new record, as in a spreadsheet; in JSON Lines it is the line; in
    Parquet the first row is 1. Where the records are runs of a tracker (`unit` is "run"), they are its run ids.
    `printed` says that texts are as a person or a program printed them. `notes` are what a reader decided that a person
    should know.
    """

    name: str
    columns: Mapping[str, np.ndarray]
    records: np.ndarray
    notes: tuple[str, ...] = ()
    unit: str = "row"
    printed: bool = True

    @property
    def headings(self) -> list[str]:
        """The headings, in the file's order."""
        return list(self.columns)

    def take(self, chosen: np.ndarray) -> "Foreign":
        """The same table over other records, by position."""
        columns = {heading: values[chosen] for heading, values in self.columns.items()}
        return replace(self, columns=columns, records=self.records[chosen])

    def without_duplicates(self, first: np.ndarray) -> "Foreign":
        """The table without exact duplicates, told in a note; `first` (records,) marks the records to keep."""
        if first.all():
            return self
        count, row = int((~first).sum()), int(self.records[~first][0])
        rows = "exact duplicate row is" if count == 1 else "exact duplicate rows are"
        note = f"{self.name}: {count} {rows} counted once (the first is row {row})"
        return replace(self.take(np.flatnonzero(first)), notes=(*self.notes, note))


def first_of_each(keys: Iterable[Hashable]) -> np.ndarray:
    """(keys,) whether a key is there for the first time."""
    seen: set[Hashable] = set()
    first = []
    for key in keys:
        first.append(key not in seen)
        seen.add(key)
    return np.array(first, np.bool_)


def first_of_each_digest(digests: np.ndarray) -> np.ndarray:
    """(digests,) whether a number is there for the first time."""
    first = np.zeros(len(digests), np.bool_)
    first[np.unique(digests, return_index=True)[1]] = True
    return first


def unmasked(values: np.ndarray) -> np.ndarray:
    """Texts (records,) with None for what duckdb masks, or numbers with NaN."""
    missing = np.ma.getmaskarray(values)
    held = np.array(np.ma.getdata(values), float if values.dtype.kind == "f" else object)
    held[missing] = np.nan if held.dtype.kind == "f" else None
    return held
