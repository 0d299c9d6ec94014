"""The numbers behind the curves: for each pair, the metric of every method at every ratio, as text for any format."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import isclose, log2
from string import ascii_lowercase

from audit.render import caption, notation
from audit.render.palette import proposed_first
from audit.report import CellReport, MethodReport, PairReport, Report, Statistic

COLUMN_GAP = 0.05  # log2 units: achieved ratios further apart than this stand in different columns


@dataclass(frozen=True)
class Entry:
    """A cell as it is printed: mean and deviation with the column's decimals, and the marks of its notes.

    `best` marks the best mean of the column; `seeds` are the values of its networks.
    """

    mean: str
    deviation: str
    n: int
    best: bool
    marks: str
    seeds: str
    starts_from: str = ""


@dataclass(frozen=True)
class Row:
    """A method's entries, one for each column; None where it was not run."""

    method: MethodReport
    proposed: bool
    entries: tuple[Entry | None, ...]


@dataclass(frozen=True)
class Note:
    """What a mark beside an entry says."""

    mark: str
    text: str


@dataclass(frozen=True)
class Table:
    """The metric on one pair: `columns` are ratios in words.

    Usual of its entries: what `n` counts, and how many; `deviation` says what stands behind ±, empty where none.
    """

    pair: PairReport
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    dense: tuple[Entry, ...]
    n: int
    counted: str
    deviation: str
    notes: tuple[Note, ...]

    @property
    def speaks_of_chance(self) -> bool:
        """Whether a note says that something is at chance level."""
        return any(note.text.endswith("at chance level") for note in self.notes)


def numbers_tables(report: Report) -> tuple[Table, ...]:
    """A table for each pair of a report."""
    return tuple(_table(report, pair, cells_of(report, pair)) for pair in report.pairs)


def cells_of(report: Report, pair: PairReport) -> tuple[CellReport, ...]:
    """The cells of a pair."""
    of = (pair.dataset, pair.architecture)
    return tuple(cell for cell in report.cells if (cell.dataset, cell.architecture) == of)


def known(cell: CellReport, metric: str) -> Statistic | None:
    """The cell's statistic of the metric, where it has a mean."""
    statistic = cell.metrics.get(metric)
    return None if statistic is None or statistic.mean is None else statistic


@dataclass(frozen=True)
class _Usual:
    n: int
    deviation: str


class _Marks:
    """Notes to entries, each with a letter that is given at its first use."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def mark(self, texts: Iterable[str]) -> str:
        """The letters of these notes: a,c."""
        return ",".join(self._texts.setdefault(text, _letter(len(self._texts))) for text in texts)

    @property
    def notes(self) -> tuple[Note, ...]:
        """Every note that was used, in the order of its letter."""
        return tuple(Note(mark, text) for text, mark in self._texts.items())


def _letter(index: int) -> str:
    repeats, letter = divmod(index, len(ascii_lowercase))
    return ascii_lowercase[letter] * (repeats + 1)


def _table(report: Report, pair: PairReport, cells: Sequence[CellReport]) -> Table:
    metric = report.metric
    shown = [(cell, statistic) for cell in cells if (statistic := known(cell, metric.name)) is not None]
    numbers = Counter(cell.networks(metric.name) for cell, _ in shown).most_common(1)
    kinds = Counter(kind for _, statistic in shown if (kind := _deviation(statistic))).most_common(1)
    usual = _Usual(numbers[0][0] if numbers else 0, kinds[0][0] if kinds else "")
    seeded = all(seed is not None for cell, _ in shown for seed in cell.seeds)
    one_by_one = not any(cell.states_mean(metric.name) for cell, _ in shown)
    marks = _Marks()
    columns = _columns([cell for cell, _ in shown if not cell.dense and cell.compression_ratio is not None])
    by_column = [{cell.method: cell for cell in column} for column in columns]
    entries = [_entries(report, column, usual, marks) for column in by_column]
    methods = [
        method for method in proposed_first(report.methods) if any(method.name in column for column in by_column)
    ]
    return Table(
        pair=pair,
        columns=tuple(notation.ratio(_nominal(column)) for column in columns),
        rows=tuple(
            Row(method, method.role == "proposed", tuple(column.get(method.name) for column in entries))
            for method in methods
        ),
        dense=_controls(report, [cell for cell, _ in shown if cell.dense], usual, marks),
        n=usual.n,
        counted="seeds" if seeded and one_by_one else "networks",
        deviation=usual.deviation,
        notes=marks.notes,
    )


def _controls(report: Report, cells: Sequence[CellReport], usual: _Usual, marks: _Marks) -> tuple[Entry, ...]:
    """The dense controls; where there are several, each says what it starts from."""
    entries = [(cell, _entries(report, {"": cell}, usual, marks)[""]) for cell in cells]
    return tuple(replace(entry, starts_from=cell.starts_from if len(cells) > 1 else "") for cell, entry in entries)


def _columns(cells: Sequence[CellReport]) -> list[list[CellReport]]:
    """Cells by the ratio asked for where it is recorded, else split where achieved ratios lie apart."""
    columns: list[list[CellReport]] = []
    for cell in sorted(cells, key=_size):
        if columns and _alike(columns[-1][-1], cell):
            columns[-1].append(cell)
        else:
            columns.append([cell])
    return columns


def _size(cell: CellReport) -> float:
    return cell.compression_target or cell.compression_ratio or 0.0


def _alike(left: CellReport, right: CellReport) -> bool:
    return log2(_size(right)) - log2(_size(left)) <= COLUMN_GAP


def _nominal(column: Sequence[CellReport]) -> float:
    return sum(_size(cell) for cell in column) / len(column)


def _entries(report: Report, column: dict[str, CellReport], usual: _Usual, marks: _Marks) -> dict[str, Entry]:
    metric = report.metric
    statistics = {name: cell.metrics[metric.name] for name, cell in column.items()}
    means = {name: statistic.mean for name, statistic in statistics.items() if statistic.mean is not None}
    best = (max if metric.higher_is_better else min)(means.values())
    places = notation.decimals(
        None if statistic.deviation is None else notation.scaled(statistic.deviation, metric)
        for statistic in statistics.values()
    )

    def text(value: float | None) -> str:
        return "" if value is None else notation.fixed(notation.scaled(value, metric), places)

    def raw(value: float | None) -> str:
        shown = None if value is None else notation.scaled(value, metric)
        return notation.fixed(shown, notation.raw_decimals(places, metric))

    return {
        name: Entry(
            mean=text(mean),
            deviation=text(statistics[name].deviation),
            n=column[name].networks(metric.name),
            best=len(means) > 1 and isclose(mean, best, rel_tol=1e-12),
            marks=marks.mark(_remarks(column[name], metric.name, usual)),
            seeds=" ".join(raw(value) for value in statistics[name].values),
        )
        for name, mean in means.items()
    }


def _deviation(statistic: Statistic) -> str:
    """What the deviation of an entry is; empty where it has none."""
    if statistic.std is not None:
        return caption.SAMPLE
    return "" if statistic.stated_deviation is None else caption.stated(statistic.stated_kind)


def _remarks(cell: CellReport, metric: str, usual: _Usual) -> Iterable[str]:
    n, deviation = cell.networks(metric), _deviation(cell.metrics[metric])
    if n != usual.n:
        yield f"n = {n}"
    if cell.failed:
        yield f"{notation.quantity(cell.failed, 'run')} did not finish or gave no number"
    if cell.collapsed and cell.states_mean(metric):
        yield "the mean is at chance level"
    elif cell.collapsed:
        share = "all" if cell.collapsed >= n else f"{cell.collapsed} of"
        yield f"{share} {notation.quantity(n, 'run')} at chance level"
    if deviation and deviation != usual.deviation:
        yield f"± is the {deviation}"
