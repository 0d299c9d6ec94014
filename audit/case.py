"""The case that rules judge: the results, what a person declares, and what follows from both, worked out once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from audit.known_datasets import known_dataset
from audit.results import Results
from audit.roles import Roles
from audit.study import Study

LIVING_SHARE = 0.05  # a network within this share of the way from chance to dense has collapsed


@dataclass(frozen=True, eq=False)
class Case:
    """Results and study, with the study's metric, its reference values and the methods' roles."""

    results: Results
    study: Study

    @cached_property
    def roles(self) -> Roles:
        """What each method is made of, and which are proposed."""
        return Roles.resolve(self.results, self.study)

    @cached_property
    def quality(self) -> np.ndarray:
        """(rows,) the study's metric; NaN where a run failed, diverged or does not have it."""
        values = self.results.number(self.study.metric_name)
        return np.where(self.results.evaluated & np.isfinite(values), values, np.nan)

    @cached_property
    def direction(self) -> float:
        """+1 where a higher metric is better, −1 where a lower one is."""
        return 1.0 if self.study.metric.direction == "higher" else -1.0

    @cached_property
    def starts_from(self) -> np.ndarray:
        """(rows,) init, rewind, trained as text, from the row or from its method; "" where nothing says it."""
        recorded = self.results.text("starts_from")
        method = self.results.text("method")
        by_method = np.array([*(self._start_of(name) for name in method.categories), ""])
        texts = np.array([*recorded.categories, ""])[recorded.codes]
        return np.where(texts == "", by_method[method.codes], texts)

    def _start_of(self, method: str) -> str:
        role = self.roles.by_name.get(method)
        return (role.get("starts_from") or "") if role else ""

    @cached_property
    def dense_quality(self) -> np.ndarray:
        """(rows,) the metric of the dense network each row is held against; NaN where there is none.

        That of the control of the same pair, starting point and seed; else the mean of the pair's controls; else what
        the row itself states (`dense_top1`).
        """
        results = self.results
        pair = results.cells.pair[results.cells.of_row] if len(results) else np.empty(0, np.int64)
        start = np.unique(self.starts_from, return_inverse=True)[1].reshape(-1)
        seed = results.text("seed").codes
        dense = results.dense & np.isfinite(self.quality)
        reference = results.number("dense_top1") if self.study.metric_name == "top1" else np.full(len(results), np.nan)
        for keys in ((pair,), (pair, start), (pair, start, seed)):
            group = np.unique(np.stack(keys), axis=1, return_inverse=True)[1].reshape(-1) if len(results) else pair
            usable = dense & (seed >= 0) if len(keys) == 3 else dense
            count = np.bincount(group[usable], minlength=group.max(initial=-1) + 1)
            total = np.bincount(group[usable], weights=self.quality[usable], minlength=len(count))
            with np.errstate(invalid="ignore", divide="ignore"):
                mean = (total / count)[group]
            reference = np.where(np.isfinite(mean), mean, reference)
        return reference

    @cached_property
    def chance(self) -> np.ndarray:
        """(rows,) the metric's level by chance; NaN where nothing says it."""
        declared = self.study.metric.chance
        if declared is not None:
            return np.full(len(self.results), declared)
        if self.study.metric_name != "top1":
            return np.full(len(self.results), np.nan)
        datasets = self.results.text("dataset")
        classes = [self._classes(name) for name in datasets.categories]
        return np.array([*(1 / count if count else np.nan for count in classes), np.nan])[datasets.codes]

    def _classes(self, dataset: str) -> int | None:
        declared = self.study.datasets.get(dataset)
        if declared is not None and declared.classes:
            return declared.classes
        known = known_dataset(dataset)
        return known.classes if known else None

    @cached_property
    def collapsed(self) -> np.ndarray:
        """(rows,) whether a network is at chance level: within 0.05 of the way from chance to dense."""
        limit = self.chance + LIVING_SHARE * (self.dense_quality - self.chance)
        limit = np.where(np.isnan(limit), self.chance, limit)
        return np.isfinite(self.quality) & (self.direction * (self.quality - limit) <= 0)

    @cached_property
    def _layers_by_cell(self) -> tuple[np.ndarray, np.ndarray]:
        layers = self.results.layers
        entries = np.flatnonzero(self.results.evaluated[layers.row])
        cell = self.results.cells.of_row[layers.row[entries]]
        order = np.argsort(cell, kind="stable")
        return entries[order], np.searchsorted(cell[order], np.arange(len(self.results.cells) + 1))

    def layers_of(self, cell: int) -> np.ndarray:
        """Entries of the per-layer table that belong to the evaluated networks of one cell."""
        entries, starts = self._layers_by_cell
        return entries[starts[cell] : starts[cell + 1]]

    @cached_property
    def mixed(self) -> np.ndarray:
        """(cells,) whether a cell mixes collapsed and living runs."""
        cells = self.results.cells
        living = np.isfinite(self.quality) & ~self.collapsed
        return (cells.count(self.collapsed) > 0) & (cells.count(living) > 0)

    @cached_property
    def drop(self) -> np.ndarray:
        """(rows,) how much worse than its dense network a network is, in the metric's unit."""
        measured = self.direction * (self.dense_quality - self.quality)
        if self.study.metric_name != "top1":
            return measured
        return np.where(np.isnan(measured), -self.results.number("top1_change"), measured)
