"""The child tables of a text or Parquet table: per-layer counts and per-epoch curves, in files beside it.

Beside `table.csv` stand `table.layers.csv` and `table.curves.csv` (or both in the other's format). Their rows belong to
the network with the same `run_id`. Layers: `run_id`, `layer` (its index, from 0), `layer_name`, and the counts that
`schema.LAYER_COUNTS` names. Curves: `run_id`, `curve` (one of `schema.CURVES`), `epoch` and `value`; an empty value was
recorded as no number.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from audit.results import NO_CURVES, NO_LAYERS, Coded, Curves, Layers, Results
from audit.schema import CURVES, LAYER_COUNTS, LAYER_NAME, Column, Group, Kind
from audit.sources.copies import counted_once
from audit.sources.errors import SourceError
from audit.sources.foreign import Foreign
from audit.sources.values import Where, convert

KINDS = ("layers", "curves")
RUN, LAYER, CURVE, EPOCH, VALUE = "run_id", "layer", "curve", "epoch", "value"
Read = Callable[[Path], Foreign]


def beside(path: Path, kind: str) -> Path:
    """The file of a child table: `table.layers.csv` beside `table.csv`."""
    return path.with_name(f"{path.stem}.{kind}{path.suffix}")


def is_child(path: Path) -> bool:
    """Whether a file is the child table of another one."""
    kind = Path(path.stem).suffix.removeprefix(".")
    return kind in KINDS and path.with_name(Path(path.stem).stem + path.suffix).is_file()


def layers_of(path: Path, results: Results, read: Read) -> Layers:
    """The per-layer counts beside a table; none where there is no such file."""
    file = beside(path, "layers")
    if not file.is_file():
        return NO_LAYERS
    table, row = _rows(file, results, read)
    _require(table, (LAYER, LAYER_NAME))
    counts = [_numbers(table, name)[row >= 0] for name in LAYER_COUNTS]
    index = _numbers(table, LAYER)[row >= 0]
    name = Coded.of(_texts(table.columns[LAYER_NAME]))
    layers = Layers(row[row >= 0], name.take(row >= 0), *counts)
    order = np.lexsort((index, layers.row))
    return Layers(layers.row[order], layers.name.take(order), *(count[order] for count in counts))


def curves_of(path: Path, results: Results, read: Read) -> Curves:
    """The per-epoch values beside a table; none where there is no such file."""
    file = beside(path, "curves")
    if not file.is_file():
        return NO_CURVES
    table, row = _rows(file, results, read)
    _require(table, (CURVE, EPOCH, VALUE))
    code = {name: code for code, name in enumerate(CURVES)}
    curve = np.array([code.get(text or "", -1) for text in _texts(table.columns[CURVE])], np.int64)
    epoch, value = _numbers(table, EPOCH), _numbers(table, VALUE)
    kept = np.flatnonzero((row >= 0) & (curve >= 0) & ~np.isnan(epoch))
    order = kept[np.lexsort((epoch[kept], curve[kept], row[kept]))]
    return Curves(row[order], Coded(curve[order], CURVES), epoch[order].astype(np.int64), value[order])


def _rows(file: Path, results: Results, read: Read) -> tuple[Foreign, np.ndarray]:
    """A child table, and (entries,) the row of the results that each entry belongs to, -1 where it is of none."""
    table = read(file)
    _require(table, (RUN,))
    table = counted_once(table, [RUN])
    ids = {text: row for row, text in enumerate(results.text(RUN).texts()) if text}
    return table, np.array([ids.get((text or "").strip(), -1) for text in _texts(table.columns[RUN])], np.int64)


def _require(table: Foreign, names: tuple[str, ...]) -> None:
    missing = next((name for name in names if name not in table.columns), None)
    if missing:
        raise SourceError(f"{table.name}: no column `{missing}`; it has: {', '.join(map(repr, table.headings))}")


def _texts(values: np.ndarray) -> list[str | None]:
    if values.dtype == object:
        return list(values)
    return [None if np.isnan(value) else str(int(value)) for value in values.tolist()]


def _numbers(table: Foreign, name: str) -> np.ndarray:
    if name not in table.columns:
        return np.full(len(table.records), np.nan)
    values = convert(
        Column(name, Group.SIZE, Kind.NUMBER, name), table.columns[name], Where(table.name, "row", table.records)
    )
    assert isinstance(values, np.ndarray)
    return values
