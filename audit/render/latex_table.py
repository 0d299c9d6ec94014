"""A table of numbers in LaTeX: columns with their siunitx formats, in panels no wider than a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.render import caption
from audit.render.latex_environment import fill
from audit.render.numbers_table import Entry, Group, Row, Table

PAGE = 345.0  # pt, the width of a line in LaTeX's plain article
LABEL_MOST = 125.0  # pt that a row's label may take before it wraps, where the columns leave no more
HEADING_MOST = 66.0  # pt that a column's heading may take before it wraps
LETTER, DIGIT, POINT, MARK = 4.6, 4.25, 2.4, 3.3  # pt in \footnotesize; of a mark in superscript
SNUG = 0.85  # of a panel's width: a group's heading of that width makes no column wider
GAP = 11.0  # pt: twice \tabcolsep, and what siunitx leaves around a number


@dataclass(frozen=True)
class Column:
    """A column: its heading, and the digits that siunitx sets apart for it before and after the point.

    `marks` are the longest ones, where they take more room than there is between columns.
    """

    heading: str
    digits: str
    entries: tuple[Entry | None, ...]
    proposed: bool = False
    marks: str = ""

    @property
    def heading_width(self) -> int:
        """The width in pt that a heading wraps at; 0 where it does not."""
        return round(HEADING_MOST) if len(self.heading) * LETTER > HEADING_MOST else 0


@dataclass(frozen=True)
class Line:
    """A row and its entries in a panel; a label that takes two lines stands beside both lines of its numbers."""

    row: Row
    entries: tuple[Entry | None, ...]
    wraps: bool


@dataclass(frozen=True)
class Section:
    """The lines of a group of rows."""

    group: Group
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Panel:
    """Columns that fit on the page side by side; `heading_width` is the room for a group's heading in pt."""

    columns: tuple[Column, ...]
    sections: tuple[Section, ...]
    heading_width: int


@dataclass(frozen=True)
class Layout:
    """A table as panels, one below the other; `label_width` is in pt."""

    label_width: int
    panels: tuple[Panel, ...]


def render(table: Table, stem: str, own: Path | None = None) -> str:
    """A table as LaTeX, with the label `tab:prune-audit-` and its stem."""
    return fill("table.tex", own, table=table, layout=layout(table), stem=stem, at_chance=caption.AT_CHANCE)


def layout(table: Table) -> Layout:
    """Share the columns of a table among as many panels as the page asks for."""
    longest = max((len(row.header.label) for row in table.rows), default=0)
    columns = [
        _column(header.label, header.proposed, [row.entries[index] for row in table.rows])
        for index, header in enumerate(table.columns)
    ]
    label = min(max(longest * LETTER, 60.0), max(LABEL_MOST, PAGE - sum(map(width, columns))))
    panels: list[list[Column]] = []
    for column in columns:
        if panels and label + sum(map(width, (*panels[-1], column))) <= PAGE:
            panels[-1].append(column)
        else:
            panels.append([column])
    return Layout(round(label), tuple(_panel(panel, table.groups, label) for panel in panels))


def _column(heading: str, proposed: bool, entries: Sequence[Entry | None]) -> Column:
    """Room for the widest number, and for the sign before a deviation."""
    known = [entry for entry in entries if entry is not None]
    before = [
        *(len(entry.mean.partition(".")[0]) for entry in known),
        *(len(entry.deviation.partition(".")[0]) + 2 for entry in known if entry.deviation),
    ]
    after = max((len(entry.mean.partition(".")[2]) for entry in known), default=0)
    marks = max((_marks(entry) for entry in known), key=len, default="")
    digits = f"{max(before, default=1)}.{after}"
    return Column(heading, digits, tuple(entries), proposed, marks if len(marks) > 1 else "")


def _marks(entry: Entry) -> str:
    return ",".join(filter(None, (caption.DAGGER if entry.untold else "", entry.marks)))


def width(column: Column) -> float:
    """The width of a column in pt, with the gap beside it."""
    before, after = map(int, column.digits.split("."))
    number = (before + after) * DIGIT + (POINT if after else 0.0)
    return max(number + MARK * len(column.marks), column.heading_width or len(column.heading) * LETTER) + GAP


def _panel(columns: Sequence[Column], groups: Sequence[Group], label: float) -> Panel:
    sections, index = [], 0
    for group in groups:
        lines = []
        for row in group.rows:
            entries = tuple(column.entries[index] for column in columns)
            lines.append(Line(row, entries, label < len(row.header.label) * LETTER <= 2 * label))
            index += 1
        sections.append(Section(group, tuple(lines)))
    return Panel(tuple(columns), tuple(sections), round(SNUG * (label + sum(map(width, columns)))))
