"""Tables of numbers: a measure of every method at every ratio, as text for any format.

By default the study's metric, a table for each pair, methods by compression ratio: the numbers behind the curves.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from string import ascii_lowercase

from msgspec import Struct
from msgspec.structs import replace

from audit.render import caption, notation
from audit.render.arrangement import HEADINGS, Arrangement, Facet, Grid, Header, arrange
from audit.report import CellReport, MetricReport, PairReport, Report, Statistic, dense_controls
from audit.schema import AREA

METHODS_BY_RATIO = Arrangement()


class Entry(Struct, frozen=True):
    """A cell as it is printed: mean and deviation with the column's decimals, and the marks of its notes.

    `best` marks the best mean at its point, `untold` one that the runs do not tell from it; `seeds` are the values of
    its networks, `interval` the 95 % t-interval.
    """

    cell: CellReport
    mean: str
    deviation: str
    n: int
    best: bool
    marks: str
    seeds: str
    starts_from: str = ""
    untold: bool = False
    interval: tuple[str, str] | None = None


class Row(Struct, frozen=True):
    """A header and its entries, one for each column; None where there is no network."""

    header: Header
    entries: tuple[Entry | None, ...]


class Group(Struct, frozen=True):
    """Rows that share what is neither row nor column, and the dense controls of their pair."""

    header: Header
    rows: tuple[Row, ...]
    dense: tuple[Entry, ...]


class Note(Struct, frozen=True):
    """What a mark beside an entry says."""

    mark: str
    text: str


class Table(Struct, frozen=True):
    """A measure laid out in rows and columns; `heading` names the rows.

    Usual of its entries: what `n` counts, and how many; `deviation` says what stands behind ±, empty where none.
    `reading` are sentences on what bold and daggers mean; `conditions` what deviations are bound to.
    """

    measure: MetricReport
    arrangement: Arrangement
    heading: str
    columns: tuple[Header, ...]
    groups: tuple[Group, ...]
    n: int
    counted: str
    deviation: str
    notes: tuple[Note, ...]
    reading: tuple[str, ...]
    conditions: tuple[str, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of all groups."""
        return tuple(row for group in self.groups for row in group.rows)

    @property
    def title(self) -> str:
        """What all of the table shares, in words; "" where it has several groups."""
        return self.groups[0].header.label if len(self.groups) == 1 else ""

    @property
    def subject(self) -> str:
        """Its title with the word that joins it to the measure: of a pair or method, at a ratio, over a range."""
        header = self.groups[0].header
        word = "of" if header.pair or header.method else "over" if self.measure.name == AREA else "at"
        return f"{word} {self.title}" if self.title else ""

    @property
    def pair(self) -> PairReport | None:
        """The pair that all of the table is about."""
        return self.groups[0].header.pair if len(self.groups) == 1 else None

    @property
    def label(self) -> str:
        """The measure with the unit that its values stand in."""
        return caption.measure(self.measure)

    @property
    def dense(self) -> tuple[Entry, ...]:
        """The dense controls of a table about one pair."""
        return self.groups[0].dense if len(self.groups) == 1 else ()

    @property
    def speaks_of_chance(self) -> bool:
        """Whether a note says that something is at chance level."""
        return any(note.text.endswith("at chance level") for note in self.notes)


def pair_tables(report: Report) -> tuple[Table | None, ...]:
    """The default table of each pair of a report, in their order; None for a pair without numbers."""
    tables = {table.groups[0].header.pair: table for table in numbers_tables(report, report.metric)}
    return tuple(tables.get(pair) for pair in report.pairs)


def numbers_tables(
    report: Report, measure: MetricReport, arrangement: Arrangement = METHODS_BY_RATIO
) -> tuple[Table, ...]:
    """The tables of a measure in an arrangement; none where no pruned network has the measure."""
    cells = report.areas if measure.name == AREA else report.cells
    shown = [cell for cell in cells if known(cell, measure.name) is not None]

    def height(cell: CellReport) -> float:
        return cell.metrics[measure.name].mean or 0.0

    grids = arrange(report, shown, arrangement, height)
    return tuple(_table(report, measure, arrangement, grid, shown) for grid in grids)


def cells_of(report: Report, pair: PairReport) -> tuple[CellReport, ...]:
    """The cells of a pair."""
    of = (pair.dataset, pair.architecture)
    return tuple(cell for cell in report.cells if (cell.dataset, cell.architecture) == of)


def known(cell: CellReport, metric: str) -> Statistic | None:
    """The cell's statistic of the metric, where it has a mean."""
    statistic = cell.metrics.get(metric)
    return None if statistic is None or statistic.mean is None else statistic


class _Usual(Struct, frozen=True):
    n: int
    deviation: str


class _Marks:
    """Notes to entries, each with a letter that is given at its first use."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def mark(self, texts: Iterable[str]) -> str:
        """The letters of these notes: a,c."""
        letters = [self._texts.setdefault(text, _letter(len(self._texts))) for text in texts]
        return ",".join(sorted(letters, key=lambda letter: (len(letter), letter)))

    @property
    def notes(self) -> tuple[Note, ...]:
        """Every note that was used, in the order of its letter."""
        return tuple(Note(mark, text) for text, mark in self._texts.items())


def _letter(index: int) -> str:
    repeats, letter = divmod(index, len(ascii_lowercase))
    return ascii_lowercase[letter] * (repeats + 1)


def _table(
    report: Report, measure: MetricReport, arrangement: Arrangement, grid: Grid, shown: Sequence[CellReport]
) -> Table:
    pairs = _pairs(report, arrangement, grid)
    dense = [cell for cell in shown if cell.dense and measure.name == report.metric.name]
    controls = [dense_controls(cell for cell in dense if _of(cell, pair)) for pair in pairs]
    pruned = [_middle(found) for block in grid.blocks for found in block.cells.values()]
    counted = [*pruned, *(cell for of_pair in controls for cell in of_pair)]
    usual = _usual(counted, measure)
    marks = _Marks()
    columns = [_column(grid, number, measure, usual, marks) for number in range(len(grid.columns))]
    groups = []
    for number, (block, of_pair) in enumerate(zip(grid.blocks, controls, strict=True)):
        rows = tuple(
            Row(header, tuple(column.get((number, row)) for column in columns)) for row, header in enumerate(grid.rows)
        )
        filled = tuple(row for row in rows if any(row.entries))
        groups.append(Group(block.header, filled, _controls(of_pair, measure, usual, marks)))
    seeded = all(seed is not None for cell in counted for seed in cell.seeds)
    one_by_one = not any(cell.states_mean(measure.name) for cell in counted)
    proposed = any(header.proposed for header in (*grid.rows, *grid.columns))
    conditions = dict.fromkeys(pair.condition for pair in pairs if pair is not None and pair.condition)
    return Table(
        measure=measure,
        arrangement=arrangement,
        heading=HEADINGS[arrangement.rows],
        columns=grid.columns,
        groups=tuple(groups),
        n=usual.n,
        counted="seeds" if seeded and one_by_one else "networks",
        deviation=usual.deviation,
        notes=marks.notes,
        reading=(*caption.standings(pruned, measure, arrangement), *([caption.PROPOSED] if proposed else [])),
        conditions=tuple(map(caption.conditions, conditions)),
    )


def _pairs(report: Report, arrangement: Arrangement, grid: Grid) -> list[PairReport | None]:
    """The pair of each block; None where blocks are about something else."""
    return [block.header.pair if arrangement.apart is Facet.PAIR else None for block in grid.blocks]


def _of(cell: CellReport, pair: PairReport | None) -> bool:
    return pair is not None and (cell.dataset, cell.architecture) == (pair.dataset, pair.architecture)


def _usual(cells: Sequence[CellReport], measure: MetricReport) -> _Usual:
    numbers = Counter(cell.networks(measure.name) for cell in cells).most_common(1)
    varied = any(cell.metrics[measure.name].deviation for cell in cells)
    kinds = Counter(kind for cell in cells if varied and (kind := _deviation(cell.metrics[measure.name])))
    return _Usual(numbers[0][0] if numbers else 0, kinds.most_common(1)[0][0] if kinds else "")


def _controls(cells: Sequence[CellReport], measure: MetricReport, usual: _Usual, marks: _Marks) -> tuple[Entry, ...]:
    """The dense controls; where there are several, each says what it starts from."""
    entries = [(cell, _entry([cell], measure, _places([cell], measure), usual, marks)) for cell in cells]
    return tuple(replace(entry, starts_from=cell.starts_from if len(cells) > 1 else "") for cell, entry in entries)


def _column(
    grid: Grid, number: int, measure: MetricReport, usual: _Usual, marks: _Marks
) -> dict[tuple[int, int], Entry]:
    """The entries of a column by block and row, with one number of decimals."""
    cells = {
        (block, row): found
        for block, each in enumerate(grid.blocks)
        for (row, column), found in sorted(each.cells.items(), key=lambda entry: entry[0])
        if column == number
    }
    places = _places(map(_middle, cells.values()), measure)
    return {place: _entry(found, measure, places, usual, marks) for place, found in cells.items()}


def _middle(found: Sequence[CellReport]) -> CellReport:
    """What is shown of cells at one place, in order of height."""
    return found[(len(found) - 1) // 2]


def _places(cells: Iterable[CellReport], measure: MetricReport) -> int:
    """Decimals for values that stand together, from the half-widths of their intervals, else from their deviations."""
    statistics = [cell.metrics[measure.name] for cell in cells]
    spreads = (
        each.deviation if each.ci95 is None or each.std is None else (each.ci95[1] - each.ci95[0]) / 2
        for each in statistics
    )
    scaled = [None if spread is None else notation.scaled(spread, measure) for spread in spreads]
    means = [notation.scaled(each.mean, measure) for each in statistics if each.mean is not None]
    return notation.decimals(scaled, otherwise=2 if measure.percent else notation.significant(means))


def _entry(found: Sequence[CellReport], measure: MetricReport, places: int, usual: _Usual, marks: _Marks) -> Entry:
    """The cell at a place, or the middle one of several of one method, which is told of it; no such one is best."""
    cell, several = _middle(found), len(found) > 1
    statistic, standing = cell.metrics[measure.name], None if several else cell.standings.get(measure.name)

    def text(value: float | None) -> str:
        return "" if value is None else notation.fixed(notation.scaled(value, measure), places)

    def raw(value: float | None) -> str:
        shown = None if value is None else notation.scaled(value, measure)
        return notation.fixed(shown, notation.raw_decimals(places, measure))

    return Entry(
        cell=cell,
        mean=text(statistic.mean),
        deviation=text(statistic.deviation) if usual.deviation else "",
        n=cell.networks(measure.name),
        best=standing is not None and standing.best,
        marks=marks.mark((*_of_several(found, measure.name, text), *_remarks(cell, measure.name, usual))),
        seeds=" ".join(raw(value) for value in statistic.values),
        untold=standing is not None and standing.told is False,
        interval=None if statistic.ci95 is None else (text(statistic.ci95[0]), text(statistic.ci95[1])),
    )


def _of_several(found: Sequence[CellReport], measure: str, text: Callable[[float | None], str]) -> Iterator[str]:
    if len(found) > 1:
        low, high = (text(cell.metrics[measure].mean) for cell in (found[0], found[-1]))
        yield f"the middle one of {len(found)} points of the method, whose means run from {low} to {high}"


def _deviation(statistic: Statistic) -> str:
    """What the deviation of an entry is; empty where it has none."""
    if statistic.std is not None:
        return caption.SAMPLE
    return "" if statistic.stated_deviation is None else caption.stated(statistic.stated_kind)


def _remarks(cell: CellReport, measure: str, usual: _Usual) -> Iterator[str]:
    n, deviation = cell.networks(measure), _deviation(cell.metrics[measure])
    if n != usual.n:
        yield f"n = {n}"
    if cell.failed:
        yield f"{notation.quantity(cell.failed, 'run')} did not finish or gave no number"
    if cell.collapsed and cell.states_mean(measure):
        yield "the mean is at chance level"
    elif cell.collapsed:
        share = "all" if cell.collapsed >= n else f"{cell.collapsed} of"
        yield f"{share} {notation.quantity(n, 'run')} at chance level"
    if deviation and usual.deviation and deviation != usual.deviation:
        yield f"± is the {deviation}"
    if cell.failing:
        yield f"fails {', '.join(cell.failing)}"
    if cell.crosses:
        yield "on a part of the range its difference from the best has the other sign"
