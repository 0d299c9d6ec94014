"""Parquet: numbers stay binary, but where their texts stand beside them; everything else becomes text."""

import glob
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from audit.sources.arrow_durations import durations
from audit.sources.errors import SourceError
from audit.sources.foreign import Foreign, digest_met_before, unmasked
from audit.sources.written_forms import restored

_MAGIC = b"PAR1"
_FLOATS = ("DOUBLE", "FLOAT")
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_EXACT = 2**53  # integers up to it are exact as floats


def read_parquet(path: Path) -> Foreign:
    """Read a Parquet file: the keys of a struct are joined with a dot, durations are in seconds.

    Raises SourceError where it is none, or is damaged.
    """
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
            table = database.sql("select * from read_parquet([?])", params=[name])
            top = list(zip(_titles(database, name), map(_quoted, table.columns), table.types, strict=True))
            pairs = "select key, value from parquet_kv_metadata([?])"
            per_second = durations(dict(database.execute(pairs, [name]).fetchall()))
            flat = [each for title, expression, kind in top for each in _flat(title, expression, kind)]
            chosen = [
                f"{_held(database, name, expression, str(kind), per_second.get(title))} as c{place}"
                for place, (title, expression, kind) in enumerate(flat)
            ]
            digest = f"hash({', '.join(expression for _, expression, _ in top)}) as digest"
            fetched = database.execute(
                f"select {', '.join([*chosen, digest])} from read_parquet([?])", [name]
            ).fetchnumpy()
        except duckdb.Error as error:
            raise SourceError(f"{path}: is damaged: {str(error).splitlines()[0]}; restore it from a copy") from None
    digests = np.asarray(fetched.pop("digest"))
    columns = restored({title: unmasked(fetched[f"c{place}"]) for place, (title, *_) in enumerate(flat)})
    return Foreign(str(path), columns, np.arange(len(digests)) + 1, again=digest_met_before(digests))


def _titles(database: Any, name: str) -> list[str]:
    """The top-level headings as they stand in the file: duckdb, which ignores case, renames `Top1` beside `top1`."""
    query = "select name, coalesce(num_children, 0) from parquet_schema([?])"
    (_, count), *elements = database.execute(query, [name]).fetchall()
    titles, place = [], 0
    for _ in range(count):
        titles.append(elements[place][0])
        left = 1
        while left:  # past all that is inside it
            left += elements[place][1] - 1
            place += 1
    return titles


def _flat(title: str, expression: str, kind: Any) -> Iterator[tuple[str, str, Any]]:
    """A column with its expression and type, or those of a struct, whose keys are joined with a dot."""
    if kind.id != "struct":
        yield title, expression, kind
        return
    for key, inner in kind.children:
        text = key.replace("'", "''")
        yield from _flat(f"{title}.{key}", f"struct_extract({expression}, '{text}')", inner)


def _quoted(title: str) -> str:
    return '"' + title.replace('"', '""') + '"'


def _held(database: Any, name: str, expression: str, kind: str, per_second: int | None) -> str:
    """The expression for a column as numbers, in seconds where they are durations, or as texts."""
    if kind in _INTEGERS and per_second:
        return f"{expression}::DOUBLE / {per_second}"
    if kind == "INTERVAL":
        return f"epoch({expression})::DOUBLE"
    if kind in _FLOATS:
        return f"{expression}::DOUBLE"
    if kind not in _INTEGERS:
        return f"{expression}::VARCHAR"
    query = f"select max(abs({expression}::HUGEINT)) from read_parquet([?])"
    (largest,) = database.execute(query, [name]).fetchone()
    return f"{expression}::{'DOUBLE' if largest is None or largest <= _EXACT else 'VARCHAR'}"
