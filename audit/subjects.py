"""What a rule judges: cells, methods on a pair, pairs, or the study as a whole."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from audit.results import Cells, Results

Label = Mapping[str, str | float]

_ON_PAIR = ("dataset", "architecture")
_OF_METHOD = (*_ON_PAIR, "method")


class Subjects(Struct, frozen=True, eq=False):
    """Things that are judged: for each the cells it covers, and a label.

    `covered` lists cell numbers subject by subject and `starts` (subjects + 1,) delimits them. `named` says what a
    label tells of the cells; `labels` gives labels outright, for subjects that have no cells to take them from.
    """

    results: Results
    covered: np.ndarray
    starts: np.ndarray
    named: tuple[str, ...] = ()
    labels: tuple[Label, ...] | None = None

    def __len__(self) -> int:
        return len(self.starts) - 1

    def cells(self, subject: int) -> np.ndarray:
        """The cells that one subject covers."""
        return self.covered[self.starts[subject] : self.starts[subject + 1]]

    def cells_of(self, subjects: np.ndarray) -> np.ndarray:
        """The cells that several subjects cover, one after the other."""
        if self.labels is None and "compression_ratio" in self.named:  # each is one cell
            return self.covered[subjects]
        return np.concatenate([self.cells(subject) for subject in subjects] or [self.covered[:0]])

    def each_a_cell(self, subjects: Sequence[int]) -> list[int]:
        """The cells that some subjects are, where each subject is one cell and labelled so; else none."""
        if self.labels is not None or "compression_ratio" not in self.named:
            return []
        numbers: list[int] = self.covered[np.array(subjects, np.int64)].tolist()
        return numbers

    def rows(self, subject: int) -> np.ndarray:
        """Row numbers behind one subject, in the order of the table."""
        return self.results.cells.rows_of(self.cells(subject))

    def also(self, *labels: Label) -> "Subjects":
        """These subjects, and after them some that are known by name alone and cover no cell."""
        starts = np.append(self.starts, np.full(len(labels), self.starts[-1]))
        return replace(self, starts=starts, labels=(*map(self.label, range(len(self))), *labels))

    def take(self, subjects: Sequence[int]) -> "Subjects":
        """Some of these subjects."""
        lengths = [len(self.cells(subject)) for subject in subjects]
        return replace(
            self,
            covered=self.cells_of(np.array(subjects, np.int64)),
            starts=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
            labels=None if self.labels is None else tuple(self.labels[subject] for subject in subjects),
        )

    def label(self, subject: int) -> Label:
        """Those of dataset, architecture, method, compression_ratio, claim, comparison that apply to one subject."""
        if self.labels is not None:
            return self.labels[subject]
        cells = self.results.cells
        cell = self.covered[self.starts[subject]] if self.named else 0
        label: dict[str, str | float] = {}
        for name in self.named:
            if name == "compression_ratio":
                if np.isfinite(cells.ratio[cell]):
                    label[name] = float(cells.ratio[cell])
            else:
                label[name] = self.results.text(name).categories[getattr(cells, name)[cell]]
        return label


def each_cell(results: Results, among: np.ndarray | None = None) -> Subjects:
    """Every cell, or those of a mask (cells,)."""
    chosen = _chosen(results.cells, among)
    return Subjects(results, chosen, np.arange(len(chosen) + 1), (*_OF_METHOD, "compression_ratio"))


def each_method(results: Results, among: np.ndarray | None = None) -> Subjects:
    """Every method on every pair, over the cells of a mask (cells,)."""
    return _grouped(results, results.cells.method_on_pair, _OF_METHOD, among)


def each_pair(results: Results, among: np.ndarray | None = None) -> Subjects:
    """Every (dataset, architecture), over the cells of a mask (cells,)."""
    return _grouped(results, results.cells.pair, _ON_PAIR, among)


def whole_study(results: Results) -> Subjects:
    """The study, one subject over all cells."""
    return Subjects(results, np.arange(len(results.cells)), np.array([0, len(results.cells)]))


def labelled(results: Results, *labels: Label) -> Subjects:
    """Subjects that are known by name alone and cover no cell."""
    return Subjects(results, np.empty(0, np.int64), np.zeros(len(labels) + 1, np.int64), labels=labels)


def _chosen(cells: Cells, among: np.ndarray | None) -> np.ndarray:
    return np.arange(len(cells)) if among is None else np.flatnonzero(among)


def _grouped(results: Results, key: np.ndarray, named: tuple[str, ...], among: np.ndarray | None) -> Subjects:
    chosen = _chosen(results.cells, among)
    order = chosen[np.argsort(key[chosen], kind="stable")]
    edges = np.flatnonzero(np.diff(key[order])) + 1
    return Subjects(
        results, order, np.concatenate([[0], edges, [len(order)]]) if len(order) else np.zeros(1, int), named
    )
