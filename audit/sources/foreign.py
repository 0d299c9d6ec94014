"""A table as its file has it, before anything is mapped: headings of the file's own, texts or binary numbers."""

from collections.abc import Hashable, Iterable, Mapping

import numpy as np
from msgspec import Struct
from msgspec.structs import replace


class Foreign(Struct, frozen=True):
    """A foreign table.

    `columns` holds, by heading and in the file's order, (records,) texts with None for "missing", or floats with NaN.
    `records` (records,) are the numbers that a person finds the records by: in CSV the header is record 1, blank lines
    count, and a quoted line break does not begin a new record, as in a spreadsheet; in JSON Lines it is the line; in
    Parquet the first row is 1. Where the records are runs of a tracker (`unit` is "run"), they are its run ids.
    `printed` says that texts are as a person or a program printed them. `notes` are what a reader decided that a person
    should know. `again` (records,) marks those that are equal to an earlier one, where a reader looked.
    """

    name: str
    columns: Mapping[str, np.ndarray]
    records: np.ndarray
    notes: tuple[str, ...] = ()
    unit: str = "row"
    printed: bool = True
    again: np.ndarray | None = None

    @property
    def headings(self) -> list[str]:
        """The headings, in the file's order."""
        return list(self.columns)

    def take(self, chosen: np.ndarray) -> "Foreign":
        """The same table over other records, by position."""
        columns = {heading: values[chosen] for heading, values in self.columns.items()}
        again = None if self.again is None else self.again[chosen]
        return replace(self, columns=columns, records=self.records[chosen], again=again)


def met_before(keys: Iterable[Hashable]) -> np.ndarray:
    """(keys,) whether a key has been there before."""
    seen: set[Hashable] = set()
    again = []
    for key in keys:
        again.append(key in seen)
        seen.add(key)
    return np.array(again, np.bool_)


def digest_met_before(digests: np.ndarray) -> np.ndarray:
    """(digests,) whether a number has been there before."""
    again = np.ones(len(digests), np.bool_)
    again[np.unique(digests, return_index=True)[1]] = False
    return again


def unmasked(values: np.ndarray) -> np.ndarray:
    """Texts (records,) with None for what duckdb masks, or numbers with NaN."""
    missing = np.ma.getmaskarray(values)
    held = np.array(np.ma.getdata(values), float if values.dtype.kind == "f" else object)
    held[missing] = np.nan if held.dtype.kind == "f" else None
    return held
