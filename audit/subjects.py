"""What a rule judges: cells, methods on a pair, pairs, or the study as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from audit.results import Cells, Results


@dataclass(frozen=True, eq=False)
class Subjects:
    """Things that are judged: for each a label and the cells it covers.

    `labels` (subjects,) are those of dataset, architecture, method, compression_ratio, claim, comparison that apply;
    `cells` (subjects,) are arrays of cell numbers.
    """

    results: Results
    labels: Sequence[Mapping[str, str | float]]
    cells: Sequence[np.ndarray]

    def __len__(self) -> int:
        return len(self.labels)

    def rows(self, subject: int) -> np.ndarray:
        """Row numbers behind one subject, in the order of the table."""
        cells = self.results.cells
        covered = self.cells[subject]
        return (
            np.sort(np.concatenate([cells.rows(cell) for cell in covered])) if len(covered) else np.empty(0, np.int64)
        )


def _label(cells: Cells, cell: int | np.integer, *names: str) -> dict[str, str | float]:
    return {name: cells.results.text(name).categories[getattr(cells, name)[cell]] for name in names}


def each_cell(results: Results, among: np.ndarray | None = None) -> Subjects:
    """Every cell, or those of a mask (cells,)."""
    cells = results.cells
    chosen = np.arange(len(cells)) if among is None else np.flatnonzero(among)
    labels = [
        {**_label(cells, cell, "dataset", "architecture", "method"), "compression_ratio": float(cells.ratio[cell])}
        for cell in chosen
    ]
    return Subjects(results, labels, [np.array([cell]) for cell in chosen])


def _grouped(results: Results, key: np.ndarray, names: tuple[str, ...], among: np.ndarray | None) -> Subjects:
    cells = results.cells
    chosen = np.arange(len(cells)) if among is None else np.flatnonzero(among)
    order = chosen[np.argsort(key[chosen], kind="stable")]
    groups = np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if len(order) else []
    return Subjects(results, [_label(cells, group[0], *names) for group in groups], groups)


def each_method(results: Results, among: np.ndarray | None = None) -> Subjects:
    """Every method on every pair, over the cells of a mask (cells,)."""
    return _grouped(results, results.cells.method_on_pair, ("dataset", "architecture", "method"), among)


def each_pair(results: Results, among: np.ndarray | None = None) -> Subjects:
    """Every (dataset, architecture), over the cells of a mask (cells,)."""
    return _grouped(results, results.cells.pair, ("dataset", "architecture"), among)


def whole_study(results: Results) -> Subjects:
    """The study, one subject over all cells."""
    return Subjects(results, [{}], [np.arange(len(results.cells))])
