"""Rows of one table that are equal: copies of one network, or networks that agree.

Two runs of one setting may agree in all that a table has of them. Only where a seed or a run id says which network a
row is, an equal row is a copy of it.
"""

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from audit.results import Coded
from audit.schema import BY_NAME
from audit.sources.foreign import Foreign
from audit.sources.values import Where, convert

IDENTIFIERS = ("seed", "run_id")


def counted_once(table: Foreign, identifiers: Sequence[str]) -> Foreign:
    """The table without the copies of rows that have one of the identifiers, which are headings; told in a note."""
    if table.again is None or not table.again.any():
        return table
    again = np.flatnonzero(table.again)
    known, where = np.zeros(len(again), np.bool_), Where(table.name, table.unit, table.records[again])
    for heading in identifiers:
        names = convert(BY_NAME["seed"], table.columns[heading][again], where)
        known |= isinstance(names, Coded) and names.codes >= 0
    copies, equal = again[known], again[~known]
    notes = list(table.notes)
    if len(copies):
        rows = "1 exact duplicate row is" if len(copies) == 1 else f"{len(copies)} exact duplicate rows are"
        notes.append(f"{table.name}: {rows} counted once (the first is row {table.records[copies[0]]})")
    if len(equal):
        one = len(equal) == 1
        rows = "1 row equals another and is" if one else f"{len(equal)} rows equal others and are"
        notes.append(
            f"{table.name}: {rows} counted, since nothing (a seed, a run id) says that "
            f"{'it is' if one else 'they are'} the same network (the first is row {table.records[equal[0]]})"
        )
    keep = np.ones(len(table.records), np.bool_)
    keep[copies] = False
    return replace(table.take(np.flatnonzero(keep)) if len(copies) else table, notes=tuple(notes))
