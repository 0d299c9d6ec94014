"""A table of numbers laid out for LaTeX: columns with their siunitx formats, in panels no wider than a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.render.numbers_table import Entry, Row, Table

PAGE = 345.0  # pt, the width of a line in LaTeX's plain article
LABEL_MOST = 125.0  # pt that a method's label may take before it wraps, where the columns leave no more
LETTER, DIGIT, POINT, GAP = 4.6, 4.25, 2.4, 7.0  # pt in \footnotesize; the gap is twice \tabcolsep


@dataclass(frozen=True)
class Column:
    """A column: its heading, and the digits that siunitx sets apart for it before and after the point."""

    heading: str
    digits: str
    entries: tuple[Entry | None, ...]


@dataclass(frozen=True)
class Line:
    """A method and its entries in a panel; a label that takes two lines stands beside both lines of its numbers."""

    row: Row
    entries: tuple[Entry | None, ...]
    wraps: bool


@dataclass(frozen=True)
class Panel:
    """Columns that fit on the page side by side."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Layout:
    """A table as panels, one below the other; `label_width` is in pt."""

    label_width: int
    panels: tuple[Panel, ...]


def layout(table: Table) -> Layout:
    """Share the columns of a table among as many panels as the page asks for."""
    longest = max((len(row.method.label or row.method.name) for row in table.rows), default=0)
    columns = [
        _column(heading, [row.entries[index] for row in table.rows]) for index, heading in enumerate(table.columns)
    ]
    label = min(max(longest * LETTER, 60.0), max(LABEL_MOST, PAGE - sum(map(width, columns))))
    panels: list[list[Column]] = []
    for column in columns:
        if panels and label + sum(map(width, (*panels[-1], column))) <= PAGE:
            panels[-1].append(column)
        else:
            panels.append([column])
    return Layout(round(label), tuple(_panel(panel, table.rows, label) for panel in panels))


def _column(heading: str, entries: Sequence[Entry | None]) -> Column:
    """Room for the widest number, and for the sign before a deviation."""
    known = [entry for entry in entries if entry is not None]
    before = [
        *(len(entry.mean.partition(".")[0]) for entry in known),
        *(len(entry.deviation.partition(".")[0]) + 2 for entry in known if entry.deviation),
    ]
    after = max((len(entry.mean.partition(".")[2]) for entry in known), default=0)
    return Column(heading, f"{max(before, default=1)}.{after}", tuple(entries))


def width(column: Column) -> float:
    """The width of a column in pt, with the gap beside it."""
    before, after = map(int, column.digits.split("."))
    number = (before + after) * DIGIT + (POINT if after else 0.0)
    return max(number, len(column.heading) * LETTER) + GAP


def _panel(columns: Sequence[Column], rows: Sequence[Row], label: float) -> Panel:
    lines = tuple(
        Line(
            row,
            tuple(column.entries[index] for column in columns),
            label < len(row.method.label or row.method.name) * LETTER <= 2 * label,
        )
        for index, row in enumerate(rows)
    )
    return Panel(tuple(columns), lines)
