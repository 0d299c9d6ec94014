"""Parquet: numbers stay binary, everything else becomes text."""

import glob
from pathlib import Path
from typing import Any

import numpy as np

from audit.sources.errors import SourceError
from audit.sources.foreign import Foreign, digest_met_before, unmasked

_MAGIC = b"PAR1"
_FLOATS = ("DOUBLE", "FLOAT")
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_EXACT = 2**53  # integers up to it are exact as floats


def read_parquet(path: Path) -> Foreign:
    """Read a Parquet file; raises SourceError where it is none, or is damaged."""
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    if start != _MAGIC:
        kind = "is empty" if not start else "is not a Parquet file"
        raise SourceError(f"{path}: {kind}; expected Parquet, which begins with PAR1")
    import duckdb  # only where there is a Parquet file to read

    with duckdb.connect(config={"threads": 2}) as database:
        name = glob.escape(str(path))
        try:
            described = database.execute("describe select * from read_parquet([?])", [name]).fetchall()
            titles = [row[0] for row in described]
            kinds = [_held_as(database, name, title, kind) for title, kind, *_ in described]
            chosen = [
                f"{_quoted(title)}::{kind} as c{place}"
                for place, (title, kind) in enumerate(zip(titles, kinds, strict=True))
            ]
            digest = f"hash({', '.join(map(_quoted, titles))}) as digest"
            fetched = database.execute(
                f"select {', '.join([*chosen, digest])} from read_parquet([?])", [name]
            ).fetchnumpy()
        except duckdb.Error as error:
            raise SourceError(f"{path}: is damaged: {str(error).splitlines()[0]}; restore it from a copy") from None
    digests = np.asarray(fetched.pop("digest"))
    columns = {title: unmasked(fetched[f"c{place}"]) for place, title in enumerate(titles)}
    return Foreign(str(path), columns, np.arange(len(digests)) + 1, again=digest_met_before(digests))


def _quoted(title: str) -> str:
    return '"' + title.replace('"', '""') + '"'


def _held_as(database: Any, name: str, title: str, kind: str) -> str:
    if kind in _FLOATS:
        return "DOUBLE"
    if kind not in _INTEGERS:
        return "VARCHAR"
    column = f"{_quoted(title)}::HUGEINT"
    (largest,) = database.execute(f"select max(abs({column})) from read_parquet([?])", [name]).fetchone()
    return "DOUBLE" if largest is None or largest <= _EXACT else "VARCHAR"
