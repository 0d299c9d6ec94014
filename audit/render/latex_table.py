"""A table of numbers in LaTeX: columns with their siunitx formats, in panels no wider than a page."""

from collections.abc import Iterator, Sequence
from math import ceil
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from audit.render import caption
from audit.render.latex_environment import fill
from audit.render.numbers_table import Entry, Group, Row, Table

PAGE = 345.0  # pt, the width of a line in LaTeX's plain article
LABEL_MOST = 125.0  # pt that a row's label may take before it wraps, where the columns leave no more
HEADING_MOST = 66.0  # pt that a column's heading may take before it wraps
LETTER, DIGIT, POINT, MARK = 4.6, 4.25, 2.4, 3.3  # pt in \footnotesize; of a mark in superscript
LINE, SPREAD, HEAD, FRAME, LEADING = 13.0, 8.5, 6.0, 24.0, 9.5  # pt: a line, deviations below it, space around others
TALLEST = (
    400.0  # pt of all panels of a float: a page of the plain article has 550, of which captions and notes take some
)
SNUG = 0.85  # of a panel's width: a group's heading of that width makes no column wider
GAP = 11.0  # pt: twice \tabcolsep, and what siunitx leaves around a number


class Column(Struct, frozen=True):
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


class Line(Struct, frozen=True):
    """A row and its entries in a panel; a label that takes two lines stands beside both lines of its numbers."""

    row: Row
    entries: tuple[Entry | None, ...]
    wraps: bool


class Section(Struct, frozen=True):
    """The lines of a group of rows."""

    group: Group
    lines: tuple[Line, ...]


class Panel(Struct, frozen=True):
    """Columns that fit on the page side by side; `heading_width` is the room for a group's heading in pt."""

    columns: tuple[Column, ...]
    sections: tuple[Section, ...]
    heading_width: int


class Layout(Struct, frozen=True):
    """A table as floats no taller than a page, each of panels one below the other; `label_width` is in pt."""

    label_width: int
    floats: tuple[tuple[Panel, ...], ...]

    @property
    def panels(self) -> tuple[Panel, ...]:
        """The panels of all floats."""
        return tuple(panel for each in self.floats for panel in each)


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
    line = LINE + (SPREAD if table.deviation else 0.0)
    laid = [part for panel in panels for part in _cut(_panel(panel, table.groups, label), line, label)]
    floats: list[list[Panel]] = []
    for part in laid:
        if floats and sum(_height(each, line, label) for each in (*floats[-1], part)) <= TALLEST:
            floats[-1].append(part)
        else:
            floats.append([part])
    return Layout(round(label), tuple(map(tuple, floats)))


def _height(panel: Panel, line: float, label: float) -> float:
    """The height of a panel in pt whose lines have at least that height, labels wrapping at `label` pt."""
    heads = sum(_head(section, panel) for section in panel.sections)
    return _frame(panel) + heads + sum(_tall(each, line, label) for section in panel.sections for each in section.lines)


def _frame(panel: Panel) -> float:
    """The height of rules and column headings."""
    return FRAME + max(_wrapped(column.heading, column.heading_width or PAGE) for column in panel.columns)


def _head(section: Section, panel: Panel) -> float:
    return HEAD + _wrapped(section.group.header.label, panel.heading_width)


def _tall(line: Line, least: float, label: float) -> float:
    return max(least, _wrapped(line.row.header.label, label))


def _wrapped(text: str, width: float) -> float:
    """The height of a text in pt; words that do not fill their lines take some more."""
    return LEADING * ceil(1.3 * len(text) * LETTER / width)


def _cut(panel: Panel, line: float, label: float) -> Iterator[Panel]:
    """A panel in parts that each fit a page, cut between lines."""
    sections: list[Section] = []
    room = whole = TALLEST - _frame(panel)
    for section in panel.sections:
        for place, each in enumerate(section.lines):
            takes = _tall(each, line, label)
            if sections and room < takes + (0.0 if place else _head(section, panel)):
                yield replace(panel, sections=tuple(sections))
                sections, room = [], whole
            if place and sections and sections[-1].group is section.group:
                sections[-1] = replace(sections[-1], lines=(*sections[-1].lines, each))
            else:
                sections.append(Section(section.group, (each,)))
                room -= _head(section, panel)
            room -= takes
    yield replace(panel, sections=tuple(sections))


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
