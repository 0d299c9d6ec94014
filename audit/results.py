"""Results: a validated column table of evaluated networks, and the cells that its rows form.

One row is one evaluated network; in a table of means a row stands for `n` of them. Numbers are float64 with NaN for
"missing"; texts are dictionary codes with -1 for "missing", so that grouping never compares strings.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from audit.schema import BY_NAME, DENSE, Kind

POINTS_SHOWN = 7  # cells that a text names before it says that there are more
CELL_GAP = 0.05  # log2 units: achieved ratios further apart than this belong to different cells
TARGET_GAP = 1e-3  # log2 units: 1 / (1 - 0.9) and 10 are one target
DENSE_TOLERANCE = 0.005  # log2 units: a ratio this near to 1 is the dense network
NOT_FINISHED = ("failed", "killed", "running")

_DECIMAL = re.compile(r"\s*[+-]?\d*(?:\.(\d*))?(?:e([+-]?\d{1,4}))?\s*", re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?[0-9]{1,30}")


class Coded(Struct, frozen=True):
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

    def renamed(self, name: Callable[[str], str | None]) -> "Coded":
        """The same rows with other names, each asked for once; None and "" are missing."""
        names = Coded.of([name(category) for category in self.categories])
        return Coded(np.append(names.codes, -1)[self.codes], names.categories)

    def take(self, rows: np.ndarray) -> "Coded":
        """The same dictionary over other rows."""
        return Coded(self.codes[rows], self.categories)


Values = np.ndarray | Coded


def numbered(*keys: np.ndarray) -> np.ndarray:
    """(rows,) a number from 0 for each combination of integer keys (rows,), in the order of their values."""
    number = np.zeros(len(keys[0]), np.int64)
    for key in keys:
        values, inverse = np.unique(key, return_inverse=True)
        number = np.unique(number * max(len(values), 1) + inverse, return_inverse=True)[1]
    return number


def distinct(group: np.ndarray, codes: np.ndarray, groups: int) -> np.ndarray:
    """(groups,) how many distinct codes (n,) ≥ 0 each group (n,) has."""
    known = codes >= 0
    width = int(codes.max(initial=0)) + 1
    keys = np.sort(group[known] * width + codes[known])  # np.unique hashes integers: slower the more there are
    first = np.diff(keys, prepend=-1) != 0
    return np.bincount(keys[first] // width, minlength=groups)


def grouped(key: np.ndarray) -> list[np.ndarray]:
    """The positions in a key (n,) of each of its values, in the order of the values."""
    order = np.argsort(key, kind="stable")
    return parted(order, key[order])


def parted(values: np.ndarray, key: np.ndarray) -> list[np.ndarray]:
    """The stretches of values (n,) that share a sorted key (n,); none of no values."""
    return np.split(values, np.flatnonzero(np.diff(key)) + 1) if len(values) else []


def seed_value(text: str | None) -> int | str | None:
    """A seed as a number where it is a whole number of a sensible length, else as the text that it is."""
    return int(text) if text is not None and _WHOLE.fullmatch(text) else text


class Layers(Struct, frozen=True):
    """Per-layer counts, one entry per (network, prunable layer): `row` (entries,) is the row of the results table."""

    row: np.ndarray
    name: Coded
    parameters: np.ndarray
    nonzero: np.ndarray
    macs: np.ndarray


class Curves(Struct, frozen=True):
    """Per-epoch values, one entry per (network, curve, epoch): `curve` is coded over the names in `schema.CURVES`."""

    row: np.ndarray
    curve: Coded
    epoch: np.ndarray
    value: np.ndarray


class Origin(Struct, frozen=True):
    """Where each row came from: a file (or store) per row, and a row number in it or a run id."""

    source: Coded
    row: np.ndarray | None = None  # (rows,) 1-based record of the file, its header counted; 0 where it is no file
    run_id: Coded | None = None


NO_LAYERS = Layers(*(np.empty(0, np.int64), Coded(np.empty(0, np.int64), ())), *(np.empty(0),) * 3)
NO_CURVES = Curves(np.empty(0, np.int64), Coded(np.empty(0, np.int64), ()), np.empty(0, np.int64), np.empty(0))


class Results(Struct, frozen=True, eq=False, dict=True):
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
        return np.broadcast_to(np.nan, len(self)) if column is None else column  # type: ignore[return-value]

    def text(self, name: str) -> Coded:
        """A text column; all missing where the table lacks it."""
        column = self.columns.get(name)
        return Coded(np.broadcast_to(-1, len(self)), ()) if column is None else column  # type: ignore[return-value]

    def present(self, name: str) -> np.ndarray:
        """(rows,) whether the row has a value in that column."""
        if name not in self._present:
            column = BY_NAME.get(name)
            worded = column is not None and column.kind in (Kind.TEXT, Kind.IDENTIFIER)
            self._present[name] = self.text(name).codes >= 0 if worded else ~np.isnan(self.number(name))
        return self._present[name]

    @cached_property
    def _present(self) -> dict[str, np.ndarray]:
        return {}

    def printed_unit(self, name: str, row: int) -> float:
        """The last printed place of a number that came from text, in the column's unit; 0 where there is none."""
        text = self.written[name][row] if name in self.written else None
        parts = _DECIMAL.fullmatch(text) if text else None
        unit = float(f"1e{int(parts[2] or 0) - len(parts[1] or '')}") if parts else 0.0
        return unit if np.isfinite(unit) else 0.0

    def printed_units(self, name: str) -> np.ndarray:
        """(rows,) the printed unit of every number of a column."""
        if name not in self._printed_units:
            texts = self.written.get(name)
            if texts is None:
                self._printed_units[name] = np.zeros(len(self))
            else:
                first = {text: row for row, text in enumerate(texts)}  # any row: what is written decides
                unit = {text: self.printed_unit(name, row) for text, row in first.items()}
                self._printed_units[name] = np.array([unit[text] for text in texts], float)
        return self._printed_units[name]

    @cached_property
    def _printed_units(self) -> dict[str, np.ndarray]:
        return {}

    def last_places(self, name: str) -> np.ndarray:
        """(rows,) the last decimal place that each number of a column is surely known to, in the column's unit.

        Its printed unit; of a number that did not come from text, or was printed with three zeros or more at its end,
        its own last decimal, since it may have been rounded before; 0 where that has more than six decimals.
        """
        printed, own = self.printed_units(name), _last_decimals(self.number(name))
        return np.where((printed == 0) | (own > 999 * printed), own, printed)

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
        unfinished = [code for code, word in enumerate(status.categories) if word.casefold() in NOT_FINISHED]
        return ~np.isin(status.codes, unfinished)

    @cached_property
    def dense(self) -> np.ndarray:
        """(rows,) whether the row is a dense control: a size of 1×, or method `dense` where its size says no other.

        The size is the target, of compression or else of speedup, else the achieved ratio, else the theoretical
        speedup.
        """
        target = self.number("compression_target")
        target = np.where(np.isnan(target), self.number("speedup_target"), target)
        size = np.where(np.isnan(self.ratio), self.speedup, self.ratio)
        away = np.abs(_log2(np.where(np.isnan(target), size, target)))
        return (away <= DENSE_TOLERANCE) | self.text("method").equals(DENSE) & ~(away > CELL_GAP)

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


def _log2(values: np.ndarray) -> np.ndarray:
    """log2 of positive finite values; NaN for others."""
    usable = np.isfinite(values) & (values > 0)
    return np.where(usable, np.log2(np.where(usable, values, 1.0)), np.nan)


def _too_wide(level: np.ndarray, changed: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """(rows,) where a cell that chains of small gaps made wider than two gaps is split: a gap from its first level."""
    starts = np.concatenate([[0], np.flatnonzero(changed), [len(level)]]) if len(level) else np.zeros(1, np.int64)
    split = np.zeros(len(level), bool)
    wide = level[starts[1:] - 1] - level[starts[:-1]] > 2 * gap[starts[:-1]] if len(level) else np.zeros(0, bool)
    for cell in np.flatnonzero(wide):
        start, end = starts[cell], starts[cell + 1]
        while start < end:
            beyond = np.searchsorted(level[start:end], level[start] + gap[start], "right")
            start += beyond
            if start < end:
                split[start] = True
    return split


def _last_decimals(values: np.ndarray) -> np.ndarray:
    """(rows,) the place of a number's last decimal, in double or single precision; 0 where there are more than six."""
    out, open_ = np.zeros(len(values)), np.isfinite(values)
    with np.errstate(over="ignore", invalid="ignore"):
        single = values.astype(np.float32)
        is_single = single == values
        for decimals in range(7):
            rounded = np.round(values, decimals)
            fits = open_ & ((np.abs(rounded - values) <= 1e-14) | (is_single & (rounded.astype(np.float32) == single)))
            out[fits] = 10.0**-decimals
            open_ &= ~fits
    return out


_DENSE, _BY_TARGET, _BY_RATIO, _BY_SPEEDUP, _UNSIZED, _BY_SPEEDUP_TARGET = range(6)


class Cells(Struct, frozen=True, eq=False, dict=True):
    """Cells: one (dataset, architecture, method, ratio) each, over its seeds.

    `order` (rows,) lists row numbers cell by cell, by seed within a cell (2 before 10, unseeded rows last); `starts`
    (cells + 1,) delimits them; `of_row` (rows,) is the cell of each row. `dataset`, `architecture`, `method` (cells,)
    are codes of the results' columns; `dense` (cells,) marks controls.
    """

    results: Results
    order: np.ndarray
    starts: np.ndarray
    of_row: np.ndarray
    dataset: np.ndarray
    architecture: np.ndarray
    method: np.ndarray
    dense: np.ndarray

    @classmethod
    def group(cls, results: Results) -> "Cells":
        """Group by target where a method on a pair has one throughout, else split sorted achieved ratios at CELL_GAP.

        Chains of small gaps that span more than two of them are split again: a sweep of ratios is not one ratio.

        Where only some rows of a method on a pair have a target, achieved ratios decide, and a target stands in for a
        ratio that is not there. Rows that have a target of speedup alone go by that. Rows without either go by
        theoretical speedup; rows without any size, or with one that is not positive, are a cell of their own. Each
        starting point has its own dense control; rows that differ in `setting` repeat nothing, and a row that stands
        for several networks is a cell by itself.
        """
        dataset, architecture, method = (results.text(name).codes for name in ("dataset", "architecture", "method"))
        dense = results.dense
        target, ratio, speedup = map(_log2, (results.number("compression_target"), results.ratio, results.speedup))
        faster = np.where(np.isnan(target), _log2(results.number("speedup_target")), np.nan)
        group = numbered(dataset, architecture, method)
        untold = ~dense & np.isnan(target) & np.isnan(faster)
        bare = np.bincount(group[untold], minlength=group.max(initial=-1) + 1) > 0
        level = np.where(bare[group] & ~np.isnan(ratio), ratio, target)
        kind = np.where(bare[group], _BY_RATIO, _BY_TARGET)
        kind, level = np.where(np.isnan(faster), kind, _BY_SPEEDUP_TARGET), np.where(np.isnan(faster), level, faster)
        kind, level = np.where(np.isnan(level), _BY_SPEEDUP, kind), np.where(np.isnan(level), speedup, level)
        kind, level = np.where(np.isnan(level), _UNSIZED, kind), np.where(np.isnan(level), 0.0, level)
        kind, level = np.where(dense, _DENSE, kind), np.where(dense, 0.0, level)
        start = np.where(dense, results.text("starts_from").codes, -1)
        mean_of = np.where(results.number("n") > 1, np.arange(len(results)), -1)
        keys = (group, kind, results.text("setting").codes, start, mean_of)
        by_level = np.lexsort((level, *reversed(keys)))
        changed = np.zeros(len(by_level), bool)
        for key in keys:
            changed[1:] |= np.diff(key[by_level]) != 0
        gap = np.where(np.isin(kind, (_BY_TARGET, _BY_SPEEDUP_TARGET)), TARGET_GAP, CELL_GAP)[by_level]
        changed[1:] |= np.diff(level[by_level]) > gap[1:]
        changed |= _too_wide(level[by_level], changed, gap)
        of_row = np.empty(len(by_level), np.int64)
        of_row[by_level] = np.cumsum(changed)
        order = np.lexsort((_seed_rank(results.text("seed")), of_row))
        count = int(of_row.max(initial=-1)) + 1
        starts = np.searchsorted(of_row[order], np.arange(count + 1))
        first = order[starts[:-1]]
        return cls(results, order, starts, of_row, dataset[first], architecture[first], method[first], dense[first])

    def __len__(self) -> int:
        return len(self.starts) - 1

    def rows(self, cell: int) -> np.ndarray:
        """Row numbers of one cell."""
        return self.order[self.starts[cell] : self.starts[cell + 1]]

    def rows_of(self, cells: np.ndarray) -> np.ndarray:
        """Row numbers of several cells, in the order of the table."""
        lengths = self.starts[cells + 1] - self.starts[cells]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return np.sort(self.order[np.repeat(self.starts[cells], lengths) + within])

    def _reduce(self, operation: np.ufunc, values: np.ndarray) -> np.ndarray:
        return operation.reduceat(values[self.order], self.starts[:-1]) if len(self) else np.empty(0)

    def sum(self, values: np.ndarray) -> np.ndarray:
        """(cells,) sum of (rows,) values over each cell."""
        return self._reduce(np.add, values)

    def count(self, mask: np.ndarray) -> np.ndarray:
        """(cells,) how many rows of each cell are in the mask (rows,)."""
        return np.bincount(self.of_row[mask], minlength=len(self))

    def mean(self, values: np.ndarray) -> np.ndarray:
        """(cells,) mean of the finite (rows,) values of each cell; NaN where there is none.

        Taken from the smallest value of the cell, so that equal values have exactly their mean and no deviation.
        """
        finite = np.isfinite(values)
        shift = self.extreme(values, largest=False)
        with np.errstate(invalid="ignore", over="ignore"):
            above = np.where(finite, values - shift[self.of_row], 0.0)
            return shift + self.sum(above) / self.count(finite)

    def deviation(self, values: np.ndarray) -> np.ndarray:
        """(cells,) sample deviation (ddof 1) of the finite (rows,) values; NaN below two."""
        finite = np.isfinite(values)
        count = self.count(finite)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            centred = np.where(finite, values - self.mean(values)[self.of_row], 0.0)
            return np.where(count > 1, np.sqrt(self.sum(centred**2) / (count - 1)), np.nan)

    def median(self, values: np.ndarray) -> np.ndarray:
        """(cells,) median of the finite (rows,) values of each cell; NaN where there is none."""
        finite = np.flatnonzero(np.isfinite(values))
        ordered = np.append(values[finite[np.lexsort((values[finite], self.of_row[finite]))]], np.nan)
        count = self.count(np.isfinite(values))
        first = np.cumsum(count) - count
        low = np.where(count > 0, first + (count - 1) // 2, len(finite))
        high = np.where(count > 0, first + count // 2, len(finite))
        with np.errstate(over="ignore"):
            return ordered[low] + (ordered[high] - ordered[low]) / 2

    def extreme(self, values: np.ndarray, largest: bool) -> np.ndarray:
        """(cells,) largest or smallest finite (rows,) value of each cell; NaN where there is none."""
        empty = -np.inf if largest else np.inf
        out = self._reduce(np.maximum if largest else np.minimum, np.where(np.isfinite(values), values, empty))
        return np.where(np.isfinite(out), out, np.nan)

    def distinct(self, codes: np.ndarray, among: np.ndarray | None = None) -> np.ndarray:
        """(cells,) how many distinct codes ≥ 0 each cell has, among the rows of a mask."""
        return distinct(self.of_row, codes if among is None else np.where(among, codes, -1), len(self))

    @cached_property
    def ratio(self) -> np.ndarray:
        """(cells,) mean achieved compression ratio; 1 for a dense control, NaN where none is recorded."""
        achieved = self.results.ratio
        return np.where(self.dense, 1.0, self.mean(np.where(achieved > 0, achieved, np.nan)))

    @cached_property
    def speedup(self) -> np.ndarray:
        """(cells,) mean theoretical speedup; NaN where none is recorded."""
        speedup = self.results.speedup
        return self.mean(np.where(speedup > 0, speedup, np.nan))

    @cached_property
    def target(self) -> np.ndarray:
        """(cells,) mean compression ratio that was asked for; NaN where none is recorded."""
        return self.mean(self.results.number("compression_target"))

    @cached_property
    def speedup_target(self) -> np.ndarray:
        """(cells,) mean theoretical speedup that was asked for; NaN where none is, or a compression ratio was."""
        return np.where(np.isnan(self.target), self.mean(self.results.number("speedup_target")), np.nan)

    @cached_property
    def by_speedup(self) -> np.ndarray:
        """(cells,) whether a speedup says how small a network is: it was asked for, or there is no ratio."""
        return ~np.isnan(self.speedup_target) | np.isnan(_log2(self.target)) & np.isnan(_log2(self.ratio))

    @cached_property
    def _called(self) -> np.ndarray:
        return np.where(np.isnan(self.speedup_target), self.ratio, np.nan)

    @cached_property
    def pair(self) -> np.ndarray:
        """(cells,) a number for each (dataset, architecture), from 0."""
        return numbered(self.dataset, self.architecture)

    @cached_property
    def method_on_pair(self) -> np.ndarray:
        """(cells,) a number for each (dataset, architecture, method)."""
        return numbered(self.pair, self.method)

    def point(self, cell: int | np.integer) -> str:
        """How a cell is called beside its method: by its achieved ratio, else its target, else its speedup.

        Where a speedup was asked for, by the one that is achieved.
        """
        for values, form in (
            (self._called, "{:.3g}×"),
            (self.target, "target {:.3g}×"),
            (self.speedup, "speedup {:.3g}×"),
            (self.speedup_target, "target speedup {:.3g}×"),
        ):
            if np.isfinite(values[cell]):
                return form.format(values[cell])
        return "∞×" if np.isposinf(self.results.ratio[self.rows(int(cell))]).all() else "unknown size"

    def points(self, cells: np.ndarray) -> str:
        """How several cells are called, each distinct name once, by ratio."""
        names = list(dict.fromkeys(map(self.point, cells[np.argsort(self.ratio[cells], kind="stable")])))
        return ", ".join(names[:POINTS_SHOWN]) + (", …" if len(names) > POINTS_SHOWN else "")

    def network(self, row: int | np.integer) -> str:
        """How a network is called on its pair: by its method, its point and its seed."""
        method, seed = self.results.text("method").text(int(row)), self.results.text("seed").text(int(row))
        return f"`{method}` at {self.point(self.of_row[row])}" + (f", seed {seed}" if seed is not None else "")


def _seed_rank(seed: Coded) -> np.ndarray:
    """(rows,) a number that orders seeds: 2 before 10, numbers before other texts, unseeded rows last."""

    def key(code: int) -> tuple[int, int, str]:
        value = seed_value(seed.categories[code])
        return (0, value, "") if isinstance(value, int) else (1, 0, seed.categories[code])

    ranks = np.empty(len(seed.categories) + 1, np.int64)
    ranks[sorted(range(len(seed.categories)), key=key)] = np.arange(len(seed.categories))
    ranks[-1] = len(seed.categories)
    return ranks[seed.codes]
