"""How cells are laid out in tables: what stands in rows and columns, and what tells one table from another.

A cell has a method, a size and a pair. Two of them are rows and columns; each value of the third is a table of its own,
or a group of rows where all stand together.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from math import isclose, log2

from msgspec import Struct

from audit.render import notation
from audit.render.naming import Names
from audit.render.palette import proposed_first
from audit.report import CellReport, MethodReport, PairReport, Report

COLUMN_GAP = 0.05  # log2 units: achieved ratios further apart than this stand in different columns


class Facet(Enum):
    """What tells cells apart."""

    METHOD = "method"
    COMPRESSION = "compression"
    PAIR = "pair"


HEADINGS = {Facet.METHOD: "Method", Facet.COMPRESSION: "Compression", Facet.PAIR: "Pair"}


class Arrangement(Struct, frozen=True):
    """Rows, columns, and whether everything stands in one table; `ratios` are those shown, all where there are none."""

    rows: Facet = Facet.METHOD
    columns: Facet = Facet.COMPRESSION
    together: bool = False
    ratios: tuple[float, ...] = ()

    @property
    def apart(self) -> Facet:
        """What tells tables, or groups of rows, apart."""
        return next(facet for facet in Facet if facet not in (self.rows, self.columns))


class Header(Struct, frozen=True):
    """A value of a facet: its label, and the method or pair that it is."""

    label: str
    method: MethodReport | None = None
    pair: PairReport | None = None

    @property
    def proposed(self) -> bool:
        """Whether it is a proposed method."""
        return self.method is not None and self.method.role == "proposed"


class Block(Struct, frozen=True):
    """Cells that share a value of the facet that is neither rows nor columns, by (row, column).

    Several cells of a method stand at one place where they are settings of a sweep: by height, the lowest first.
    """

    header: Header
    cells: dict[tuple[int, int], list[CellReport]]


class Grid(Struct, frozen=True):
    """The cells of one table: row and column headers, and the blocks of its rows."""

    rows: tuple[Header, ...]
    columns: tuple[Header, ...]
    blocks: tuple[Block, ...]


def arrange(
    report: Report, cells: Iterable[CellReport], arrangement: Arrangement, height: Callable[[CellReport], float]
) -> tuple[Grid, ...]:
    """Lay out cells above 1×, those without a compression ratio left out, those at one place in order of `height`."""
    methods = {method.name for method in proposed_first(report.methods)}
    chosen = [cell for cell in cells if cell.method in methods and not cell.dense and _wanted(cell, arrangement.ratios)]
    places = _methods(report, chosen), _sizes(report, chosen), _pairs(report, chosen)
    of_facet = dict(zip(Facet, places, strict=True))
    rows, columns, apart = (of_facet[each] for each in (arrangement.rows, arrangement.columns, arrangement.apart))
    blocks: dict[int, dict[tuple[int, int], list[CellReport]]] = {}
    for index, cell in enumerate(chosen):
        place = rows.of[index], columns.of[index]
        blocks.setdefault(apart.of[index], {}).setdefault(place, []).append(cell)
    for block in blocks.values():
        for found in block.values():
            found.sort(key=height)
    ordered = [(apart.headers[key], blocks[key]) for key in sorted(blocks)]
    each = [ordered] if arrangement.together and ordered else [[block] for block in ordered]
    return tuple(_grid(rows.headers, columns.headers, of_table) for of_table in each)


def _grid(rows: Sequence[Header], columns: Sequence[Header], blocks: Sequence[tuple[Header, dict]]) -> Grid:
    """A grid of the rows and columns that its blocks fill."""
    used_rows = sorted({row for _, cells in blocks for row, _ in cells})
    used_columns = sorted({column for _, cells in blocks for _, column in cells})
    new_row = {row: place for place, row in enumerate(used_rows)}
    new_column = {column: place for place, column in enumerate(used_columns)}
    return Grid(
        tuple(rows[row] for row in used_rows),
        tuple(columns[column] for column in used_columns),
        tuple(
            Block(header, {(new_row[row], new_column[column]): found for (row, column), found in cells.items()})
            for header, cells in blocks
        ),
    )


class _Places(Struct, frozen=True):
    """The values of a facet, in order, and the number of each cell's."""

    headers: tuple[Header, ...]
    of: list[int]


def _methods(report: Report, cells: Sequence[CellReport]) -> _Places:
    methods = proposed_first(report.methods)
    number = {method.name: place for place, method in enumerate(methods)}
    headers = tuple(Header(method.label or method.name, method=method) for method in methods)
    return _Places(headers, [number[cell.method] for cell in cells])


def _pairs(report: Report, cells: Sequence[CellReport]) -> _Places:
    names = Names.of(report)
    number = {(pair.dataset, pair.architecture): place for place, pair in enumerate(report.pairs)}
    headers = tuple(Header(names.pair(pair.dataset, pair.architecture), pair=pair) for pair in report.pairs)
    return _Places(headers, [number[cell.dataset, cell.architecture] for cell in cells])


def _sizes(report: Report, cells: Sequence[CellReport]) -> _Places:
    """Cells by the ratio asked for where it is recorded, else split where achieved ratios lie apart, pair by pair.

    Speedups that were asked for come after ratios. Columns of different pairs are one where they read the same.
    """
    label: dict[int, tuple[tuple[bool, float], str]] = {}
    of_pair: dict[tuple[str, str], list[int]] = {}
    for index, cell in enumerate(cells):
        of_pair.setdefault((cell.dataset, cell.architecture), []).append(index)
    for members in of_pair.values():
        columns: list[list[int]] = []
        for index in sorted(members, key=lambda each: _place(cells[each])):
            if columns and _alike(cells[columns[-1][-1]], cells[index]):
                columns[-1].append(index)
            else:
                columns.append([index])
        for column in columns:
            nominal = sum(_size(cells[index]) for index in column) / len(column)
            by_speedup = _by_speedup(cells[column[0]])
            text = notation.speedup(nominal) if by_speedup else notation.ratio(nominal)
            for index in column:
                label[index] = (by_speedup, nominal), _span(cells[index]) or text
    first: dict[str, tuple[bool, float]] = {}
    for place, text in sorted(label.values()):
        first.setdefault(text, place)
    order = {text: place for place, text in enumerate(sorted(first, key=first.__getitem__))}
    return _Places(tuple(map(Header, order)), [order[label[index][1]] for index in range(len(cells))])


def _span(cell: CellReport) -> str:
    """The ratios that a curve runs over."""
    return f"{notation.general(cell.over[0])}–{notation.ratio(cell.over[-1])}" if cell.over else ""


def _size(cell: CellReport) -> float:
    """The ratio or speedup asked for, else the ratio achieved."""
    asked = cell.compression_target or cell.speedup_target
    return asked or cell.compression_ratio or (cell.over[0] if cell.over else 0.0)


def _by_speedup(cell: CellReport) -> bool:
    return bool(cell.speedup_target)


def _place(cell: CellReport) -> tuple[bool, float]:
    return _by_speedup(cell), _size(cell)


def _alike(left: CellReport, right: CellReport) -> bool:
    if _by_speedup(left) != _by_speedup(right):
        return False
    small, large = _size(left), _size(right)
    return isclose(small, large) or (small > 0 and log2(large) - log2(small) <= COLUMN_GAP)


def _wanted(cell: CellReport, ratios: Sequence[float]) -> bool:
    size = _size(cell)
    if not ratios or cell.over:
        return size > 0
    return size > 0 and any(abs(log2(size) - log2(each)) <= COLUMN_GAP for each in ratios)
