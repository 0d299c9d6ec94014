"""The normalised table of some results, as text or Parquet: what `audit export` writes and the table source reads back.

Every column of the schema that holds something is there, in the schema's order and units, then the metrics that the
study declares. A number that came from text keeps its text, in Parquet in a column beside it. One that did not is
padded with zeros to 17 digits, in the columns where the last printed place counts: it is known to that place, and 0.93
would say that it is not. Layers and curves become tables beside it (see `audit.sources.child_tables`), tied to it by
`run_id`. A network without one is given its place there, and where it would be taken for a copy of another one.
"""

import csv
import errno
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from audit.results import Coded, Results
from audit.schema import CURVES, LAYER_COUNTS, LAYER_NAME, Column, Group, Kind
from audit.sources.child_tables import CURVE, EPOCH, LAYER, RUN, VALUE, beside
from audit.sources.values import known_columns
from audit.sources.written_forms import heading
from audit.study import Study

_DIGITS = 17  # a double is known to no more
Cell = str | float | bool | None
Table = Mapping[str, Sequence[Cell]]
"""Cells by column; texts, numbers or flags, None where something is missing. A number may be given as its text."""


def normalised(results: Results, study: Study) -> dict[str, Table]:
    """The tables of some results: `""` is the main one, `layers` and `curves` are there where they hold something."""
    known = known_columns(study)
    layers, curves = results.layers, results.curves
    tables: dict[str, Table] = {"": {name: _cells(results, known[name]) for name in known if _holds(results, name)}}
    if not len(layers.row) and not len(curves.row) and not _some_equal(tables[""]):
        return tables
    ids = [text or f"row {row}" for row, text in enumerate(results.text(RUN).texts(), start=1)]
    tables[""] = {**tables[""], RUN: ids}
    if len(layers.row):
        first = np.flatnonzero(np.diff(layers.row, prepend=-1))
        index = np.arange(len(layers.row)) - first[np.searchsorted(first, np.arange(len(layers.row)), "right") - 1]
        counts = (layers.parameters, layers.nonzero, layers.macs)
        tables["layers"] = {
            RUN: [ids[row] for row in layers.row],
            LAYER: [int(each) for each in index],
            LAYER_NAME: layers.name.texts(),
            **{name: _plain(values) for name, values in zip(LAYER_COUNTS, counts, strict=True)},
        }
    if len(curves.row):
        tables["curves"] = {
            RUN: [ids[row] for row in curves.row],
            CURVE: curves.curve.texts(),
            EPOCH: [int(each) for each in curves.epoch],
            VALUE: _plain(curves.value),
        }
    assert all(name in CURVES for name in curves.curve.categories)
    return tables


def _some_equal(table: Table) -> bool:
    """Whether two networks are the same in all that the table says, and would be read back as one."""
    rows = list(zip(*table.values(), strict=True))
    return len(set(rows)) < len(rows)


def _holds(results: Results, name: str) -> bool:
    return name in results.columns and bool(results.present(name).any())


def _cells(results: Results, column: Column) -> Sequence[Cell]:
    values = results.columns[column.name]
    if isinstance(values, Coded):
        return values.texts()
    if column.kind is Kind.FLAG:
        return [None if np.isnan(value) else bool(value) for value in values]
    if column.kind is Kind.INTEGER or column.group not in (Group.SIZE, Group.COST, Group.QUALITY):
        return _plain(values)
    texts = results.written.get(column.name, np.full(len(values), None, object))
    return [_full(value, text) for value, text in zip(values.tolist(), texts, strict=True)]


def _plain(values: np.ndarray) -> list[Cell]:
    return [None if value != value else int(value) if value.is_integer() else value for value in values.tolist()]


def _full(value: float, text: str | None) -> Cell:
    """A number with the last place that it is known to."""
    if value != value:
        return None
    if text and _same(text, value):
        return text.strip()
    shown = repr(value)
    mantissa, e, exponent = shown.partition("e")
    if not np.isfinite(value):
        return shown
    whole, _, decimals = mantissa.partition(".")
    return f"{whole}.{decimals.ljust(_DIGITS - len(whole.lstrip('-0')), '0')}{e}{exponent}"


def _same(text: str, value: float) -> bool:
    try:
        return float(text) == value
    except ValueError:
        return False


def to_csv(table: Table) -> bytes:
    """Comma-separated values in UTF-8, a line feed after each record."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(table)
    writer.writerows([_text(cell) for cell in row] for row in zip(*table.values(), strict=True))
    return file.getvalue().encode()


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else cell if isinstance(cell, str) else repr(cell)


def to_json_lines(table: Table, texts: frozenset[str]) -> bytes:
    """One object a line, without what is missing; numbers that are given as text are written as they stand."""
    lines = []
    for row in zip(*table.values(), strict=True):
        members = (
            f"{json.dumps(name)}: {_json(cell, name in texts)}"
            for name, cell in zip(table, row, strict=True)
            if cell is not None
        )
        lines.append("{" + ", ".join(members) + "}\n")
    return "".join(lines).encode()


def _json(cell: Cell, is_text: bool) -> str:
    if isinstance(cell, str) and (is_text or not np.isfinite(float(cell))):
        return json.dumps(cell, ensure_ascii=False)
    if isinstance(cell, float) and not np.isfinite(cell):
        return json.dumps(repr(cell))
    return cell if isinstance(cell, str) else json.dumps(cell)


def write_parquet(table: Table, texts: frozenset[str], file: Path) -> None:
    """A Parquet file: texts, doubles and flags. Raises OSError."""
    import duckdb

    data = {name: _array(cells, name in texts) for name, cells in table.items()}
    file.touch()
    with duckdb.connect(config={"threads": 1}) as database:
        database.register("data", data)
        quoted = str(file).replace("'", "''")
        try:
            database.execute(f"copy (from data) to '{quoted}' (format parquet)")
        except duckdb.IOException as error:
            raise OSError(errno.EIO, str(error).splitlines()[0], str(file)) from error


def _array(cells: Sequence[Cell], is_text: bool) -> np.ndarray:
    if is_text:
        return np.array(list(cells), object)
    if all(isinstance(cell, bool | None) for cell in cells):
        return np.array([None if cell is None else str(cell).lower() for cell in cells], object)
    return np.array([np.nan if cell is None else float(cell) for cell in cells], float)


def text_columns(study: Study) -> frozenset[str]:
    """The columns of all tables that hold texts."""
    kinds = (Kind.TEXT, Kind.IDENTIFIER)
    return frozenset(
        {name for name, column in known_columns(study).items() if column.kind in kinds} | {LAYER_NAME, CURVE}
    )


def write(results: Results, study: Study, path: Path, temporary: Callable[[Path], Path]) -> list[tuple[Path, Path]]:
    """Write the tables of some results to temporary names; returns (temporary, final) names, the main one last."""
    texts = text_columns(study)
    written = []
    for kind, table in sorted(normalised(results, study).items(), reverse=True):
        final = beside(path, kind) if kind else path
        held = temporary(final)
        written.append((held, final))
        if path.suffix == ".parquet":
            forms = {heading(name): table[name] for name in results.written if not kind and name in table}
            write_parquet({**table, **forms}, texts | forms.keys(), held)
        else:
            held.write_bytes(to_csv(table) if path.suffix == ".csv" else to_json_lines(table, texts))
    return written
