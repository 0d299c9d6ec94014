"""Results: a validated column table of evaluated networks, and the cells that its rows form.

One row is one evaluated network; in a table of means a row stands for `n` of them. Numbers are float64 with NaN for
"missing"; texts are dictionary codes with -1 for "missing", so that grouping never compares strings.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from audit.schema import BY_NAME, DENSE, Kind

CELL_GAP = 0.05  # log2 units: achieved ratios further apart than this belong to different cells
DENSE_TOLERANCE = 0.005  # log2 units: an achieved ratio this near to 1 is the dense network
FAILED = ("failed", "killed", "running")


@dataclass(frozen=True)
class Coded:
    """A text column: `codes` (rows,) index into `categories`; -1 is missing."""

    codes: np.ndarray
    categories: tuple[str, ...]

    @classmethod
    def of(cls, values: Sequence[str | None] | np.ndarray) -> "Coded":
        """Encode texts; None and "" are missing."""
        categories = sorted({value for value in values if value})
        index: dict[str | None, int] = {category: code for code, category in enumerate(categories)}
        index |= {None: -1, "": -1}
        return cls(np.fromiter(map(index.__getitem__, values), np.int64, len(values)), tuple(categories))

    @classmethod
    def join(cls, parts: Sequence["Coded"]) -> "Coded":
        """The rows of several columns, one after the other, over one dictionary."""
        categories = sorted({category for part in parts for category in part.categories})
        index = {category: code for code, category in enumerate(categories)}
        recoded = [np.array([*(index[category] for category in part.categories), -1])[part.codes] for part in parts]
        return cls(np.concatenate(recoded), tuple(categories))

    def text(self, row: int) -> str | None:
        """The text of one row, or None where it is missing."""
        code = self.codes[row]
        return None if code < 0 else self.categories[code]

    def texts(self) -> list[str | None]:
        """All rows as texts."""
        lookup = (*self.categories, None)
        return [lookup[code] for code in self.codes]

    def equals(self, text: str) -> np.ndarray:
        """(rows,) whether a row holds exactly this text."""
        if text not in self.categories:
            return np.zeros(len(self.codes), bool)
        return self.codes == self.categories.index(text)

    def take(self, rows: np.ndarray) -> "Coded":
        """The same dictionary over other rows."""
        return Coded(self.codes[rows], self.categories)


Values = np.ndarray | Coded


@dataclass(frozen=True)
class Layers:
    """Per-layer counts, one entry per (network, prunable layer): `row` (entries,) is the row of the results table."""

    row: np.ndarray
    name: Coded
    parameters: np.ndarray
    nonzero: np.ndarray
    macs: np.ndarray


@dataclass(frozen=True)
class Curves:
    """Per-epoch values, one entry per (network, curve, epoch): `curve` is coded over the names in `schema.CURVES`."""

    row: np.ndarray
    curve: Coded
    epoch: np.ndarray
    value: np.ndarray


@dataclass(frozen=True)
class Origin:
    """Where each row came from: a file (or store) per row, and a row number in it or a run id."""

    source: Coded
    row: np.ndarray | None = None  # (rows,) 1-based record of the file, its header counted; 0 where it is no file
    run_id: Coded | None = None


NO_LAYERS = Layers(*(np.empty(0, np.int64), Coded(np.empty(0, np.int64), ())), *(np.empty(0),) * 3)
NO_CURVES = Curves(np.empty(0, np.int64), Coded(np.empty(0, np.int64), ()), np.empty(0, np.int64), np.empty(0))


@dataclass(frozen=True, eq=False)
class Results:
    """A results table: `columns` by schema name, all of the same length, and where each row came from.

    `load_layers` and `load_curves` read the child tables on first use. `notes` are things a reader decided that a
    person should know (duplicates dropped, a unit guessed).
    """

    columns: Mapping[str, Values]
    origin: Origin
    load_layers: Callable[[], Layers] = lambda: NO_LAYERS
    load_curves: Callable[[], Curves] = lambda: NO_CURVES
    notes: tuple[str, ...] = ()
    written: Mapping[str, np.ndarray] = field(default_factory=dict)  # (rows,) texts of numbers, as they stood in a file

    def __len__(self) -> int:
        return len(self.origin.source.codes)

    def number(self, name: str) -> np.ndarray:
        """(rows,) float64 of a numeric column; all NaN where the table lacks it."""
        column = self.columns.get(name)
        return np.full(len(self), np.nan) if column is None else column  # type: ignore[return-value]

    def text(self, name: str) -> Coded:
        """A text column; all missing where the table lacks it."""
        column = self.columns.get(name)
        return Coded(np.full(len(self), -1), ()) if column is None else column  # type: ignore[return-value]

    def present(self, name: str) -> np.ndarray:
        """(rows,) whether the row has a value in that column."""
        column = BY_NAME.get(name)
        if column is not None and column.kind in (Kind.TEXT, Kind.IDENTIFIER):
            return self.text(name).codes >= 0
        return ~np.isnan(self.number(name))

    def printed_unit(self, name: str, row: int) -> float:
        """The last printed place of a number that came from text, in the column's unit; 0 where it was not text."""
        text = self.written[name][row] if name in self.written else None
        if not text:
            return 0.0
        mantissa, _, exponent = text.lower().partition("e")
        return float(10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2])))

    @cached_property
    def layers(self) -> Layers:
        """The per-layer child table."""
        return self.load_layers()

    @cached_property
    def curves(self) -> Curves:
        """The per-epoch child table."""
        return self.load_curves()

    @cached_property
    def ratio(self) -> np.ndarray:
        """(rows,) achieved compression ratio; from parameter counts where it is not stated; NaN where neither is."""
        return self._stated_or_counted("compression_ratio", "parameters", "parameters_nonzero")

    @cached_property
    def speedup(self) -> np.ndarray:
        """(rows,) theoretical speedup; from MACs where it is not stated; NaN where neither is."""
        return self._stated_or_counted("theoretical_speedup", "macs", "macs_nonzero")

    def _stated_or_counted(self, stated: str, original: str, new: str) -> np.ndarray:
        values = self.number(stated)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(np.isnan(values), self.number(original) / self.number(new), values)

    @cached_property
    def evaluated(self) -> np.ndarray:
        """(rows,) whether the run came to its end; a row without a status did."""
        status = self.text("status")
        return ~np.isin(status.codes, [status.categories.index(s) for s in FAILED if s in status.categories])

    @cached_property
    def dense(self) -> np.ndarray:
        """(rows,) whether the row is a dense control: method `dense`, or a ratio of 1."""
        target = self.number("compression_target")
        with np.errstate(divide="ignore", invalid="ignore"):
            achieved = np.abs(np.log2(self.ratio)) <= DENSE_TOLERANCE
        return self.text("method").equals(DENSE) | np.where(np.isnan(target), achieved, target == 1)

    @cached_property
    def cells(self) -> "Cells":
        """The cells of the table, grouped once."""
        return Cells.group(self)

    def select(self, rows: np.ndarray) -> "Results":
        """The table of the given row numbers (or a boolean mask), child tables included."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        position = np.full(len(self), -1)
        position[rows] = np.arange(len(rows))

        def layers() -> Layers:
            all_ = self.layers
            keep = position[all_.row] >= 0
            return Layers(
                position[all_.row[keep]],
                all_.name.take(keep),
                all_.parameters[keep],
                all_.nonzero[keep],
                all_.macs[keep],
            )

        def curves() -> Curves:
            all_ = self.curves
            keep = position[all_.row] >= 0
            return Curves(position[all_.row[keep]], all_.curve.take(keep), all_.epoch[keep], all_.value[keep])

        def take(values: Values) -> Values:
            return values.take(rows) if isinstance(values, Coded) else values[rows]

        origin = self.origin
        return replace(
            self,
            columns={name: take(values) for name, values in self.columns.items()},
            written={name: values[rows] for name, values in self.written.items()},
            origin=Origin(
                origin.source.take(rows),
                None if origin.row is None else origin.row[rows],
                None if origin.run_id is None else origin.run_id.take(rows),
            ),
            load_layers=layers,
            load_curves=curves,
        )


def join(parts: Sequence[Results]) -> Results:
    """Several tables as one, in order; a column that one of them lacks is missing in its rows."""
    if len(parts) == 1:
        return parts[0]
    offsets = np.cumsum([0, *map(len, parts)])

    def column(name: str) -> Values:
        if any(isinstance(part.columns.get(name), Coded) for part in parts):
            return Coded.join([part.text(name) for part in parts])
        return np.concatenate([part.number(name) for part in parts])

    def layers() -> Layers:
        each = [part.layers for part in parts]
        numbers = (np.concatenate([getattr(one, key) for one in each]) for key in ("parameters", "nonzero", "macs"))
        row = np.concatenate([one.row + offset for one, offset in zip(each, offsets, strict=False)])
        return Layers(row, Coded.join([one.name for one in each]), *numbers)

    def curves() -> Curves:
        each = [part.curves for part in parts]
        row = np.concatenate([one.row + offset for one, offset in zip(each, offsets, strict=False)])
        epoch, value = (np.concatenate([getattr(one, key) for one in each]) for key in ("epoch", "value"))
        return Curves(row, Coded.join([one.curve for one in each]), epoch, value)

    written = {name for part in parts for name in part.written}
    origins = [part.origin for part in parts]
    return Results(
        columns={name: column(name) for name in dict.fromkeys(name for part in parts for name in part.columns)},
        origin=Origin(
            Coded.join([origin.source for origin in origins]),
            np.concatenate(
                [np.zeros(len(part), np.int64) if part.origin.row is None else part.origin.row for part in parts]
            ),
            Coded.join([part.text("run_id") if part.origin.run_id is None else part.origin.run_id for part in parts]),
        ),
        load_layers=layers,
        load_curves=curves,
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        written={
            name: np.concatenate([part.written.get(name, np.full(len(part), None, object)) for part in parts])
            for name in written
        },
    )


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells: one (dataset, architecture, method, ratio) each, over its seeds.

    `order` (rows,) lists row numbers cell by cell; `starts` (cells + 1,) delimits them; `of_row` (rows,) is the cell of
    each row. `dataset`, `architecture`, `method` (cells,) are codes of the results' columns; `ratio` (cells,) is the
    mean achieved compression ratio; `dense` (cells,) marks controls.
    """

    results: Results
    order: np.ndarray
    starts: np.ndarray
    of_row: np.ndarray
    dataset: np.ndarray
    architecture: np.ndarray
    method: np.ndarray
    ratio: np.ndarray
    dense: np.ndarray

    @classmethod
    def group(cls, results: Results) -> "Cells":
        """Group by target where one is recorded, else split sorted achieved sizes where log2 gaps exceed CELL_GAP.

        A row that stands for several networks is a cell by itself. Size is the compression ratio, or the theoretical
        speedup where a row has no ratio.
        """
        dataset, architecture, method = (results.text(name).codes for name in ("dataset", "architecture", "method"))
        target = results.number("compression_target")
        size = np.where(np.isnan(results.ratio), results.speedup, results.ratio)
        start = np.where(results.dense, results.text("starts_from").codes, -1)  # one control per starting point
        mean_row = np.where(results.number("n") > 1, np.arange(len(results)), -1)
        with np.errstate(divide="ignore", invalid="ignore"):
            level = np.log2(np.where(results.dense, 1.0, np.where(np.isnan(target), size, target)))
        targeted = np.where(results.dense, False, ~np.isnan(target))
        keys = (dataset, architecture, method, start, targeted, mean_row)
        order = np.lexsort((level, *reversed(keys)))
        changed = np.zeros(len(order), bool)
        for key in keys:
            changed[1:] |= np.diff(key[order].astype(np.int64)) != 0
        gap = np.diff(level[order])
        changed[1:] |= np.where(targeted[order][1:], gap != 0, gap > CELL_GAP)
        starts = np.concatenate([[0], np.flatnonzero(changed), [len(order)]]) if len(order) else np.zeros(1, np.int64)
        of_row = np.empty(len(order), np.int64)
        of_row[order] = np.cumsum(changed)
        first = order[starts[:-1]]
        cells = cls(results, order, starts, of_row, dataset[first], architecture[first], method[first], first, first)
        ratio = np.where(results.dense[first], 1.0, cells.mean(size))
        return replace(cells, ratio=ratio, dense=results.dense[first])

    def __len__(self) -> int:
        return len(self.starts) - 1

    def rows(self, cell: int) -> np.ndarray:
        """Row numbers of one cell."""
        return self.order[self.starts[cell] : self.starts[cell + 1]]

    def sum(self, values: np.ndarray) -> np.ndarray:
        """(cells,) sum of (rows,) values over each cell."""
        return np.bincount(self.of_row, weights=values, minlength=len(self))

    def count(self, mask: np.ndarray) -> np.ndarray:
        """(cells,) how many rows of each cell are in the mask (rows,)."""
        return np.bincount(self.of_row[mask], minlength=len(self))

    def mean(self, values: np.ndarray) -> np.ndarray:
        """(cells,) mean of the finite (rows,) values of each cell; NaN where there is none.

        Taken from the smallest value of the cell, so that equal values have exactly their mean and no deviation.
        """
        finite = np.isfinite(values)
        shift = self.extreme(values, largest=False)
        with np.errstate(invalid="ignore"):
            above = np.where(finite, values - shift[self.of_row], 0.0)
            return shift + self.sum(above) / self.count(finite)

    def deviation(self, values: np.ndarray) -> np.ndarray:
        """(cells,) sample deviation (ddof 1) of the finite (rows,) values; NaN below two."""
        finite = np.isfinite(values)
        centred = np.where(finite, values - self.mean(values)[self.of_row], 0.0)
        count = self.count(finite)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(count > 1, np.sqrt(self.sum(centred**2) / (count - 1)), np.nan)

    def extreme(self, values: np.ndarray, largest: bool) -> np.ndarray:
        """(cells,) largest or smallest finite (rows,) value of each cell; NaN where there is none."""
        empty = -np.inf if largest else np.inf
        out = np.full(len(self), empty)
        (np.maximum if largest else np.minimum).at(out, self.of_row, np.where(np.isfinite(values), values, empty))
        return np.where(np.isfinite(out), out, np.nan)

    def distinct(self, codes: np.ndarray, among: np.ndarray | None = None) -> np.ndarray:
        """(cells,) how many distinct codes ≥ 0 each cell has, among the rows of a mask."""
        keep = codes >= 0 if among is None else (codes >= 0) & among
        pairs = np.unique(np.stack([self.of_row[keep], codes[keep]]), axis=1)
        return np.bincount(pairs[0], minlength=len(self))

    @cached_property
    def pair(self) -> np.ndarray:
        """(cells,) a number for each (dataset, architecture), from 0."""
        return np.unique(np.stack([self.dataset, self.architecture]), axis=1, return_inverse=True)[1].reshape(-1)

    @cached_property
    def method_on_pair(self) -> np.ndarray:
        """(cells,) a number for each (dataset, architecture, method)."""
        keys = np.stack([self.dataset, self.architecture, self.method])
        return np.unique(keys, axis=1, return_inverse=True)[1].reshape(-1)
