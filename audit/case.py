"""The case that rules judge: the results, what a person declares, and what follows from both, worked out once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from audit.known_datasets import known_dataset
from audit.results import Coded, Results, numbered
from audit.roles import Roles, plain
from audit.schema import DENSE
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
        """(rows,) the study's metric; NaN where a run failed, diverged or does not have it.

        A Top-1 accuracy that is not stated follows from `n_correct` and `n_test`.
        """
        values = self.results.number(self.study.metric_name)
        if self.study.metric_name == "top1":
            correct, examples = self.results.number("n_correct"), self.results.number("n_test")
            with np.errstate(divide="ignore", invalid="ignore"):
                counted = correct / examples
            values = np.where(np.isnan(values), counted, values)
        return np.where(self.results.evaluated & np.isfinite(values), values, np.nan)

    @cached_property
    def change(self) -> np.ndarray:
        """(rows,) the change from dense that the source states, where the study's metric is Top-1; else NaN."""
        if self.study.metric_name != "top1":
            return np.full(len(self.results), np.nan)
        values = self.results.number("top1_change")
        return np.where(self.results.evaluated & np.isfinite(values), values, np.nan)

    @cached_property
    def measured(self) -> np.ndarray:
        """(rows,) whether a run came to its end with a number: the study's metric, or its change from dense."""
        return np.isfinite(self.quality) | np.isfinite(self.change)

    @cached_property
    def direction(self) -> float:
        """+1 where a higher metric is better, −1 where a lower one is."""
        return 1.0 if self.study.metric.direction == "higher" else -1.0

    @cached_property
    def starts_from(self) -> Coded:
        """(rows,) init, rewind or trained, from the row, else from its method; missing where nothing says it."""
        recorded, method = self.results.text("starts_from"), self.results.text("method")
        by_method = [self.roles.without_record(name, "starts_from") for name in method.categories]
        of_code = [plain("starts_from", start) for start in recorded.categories]
        categories = sorted({*of_code, *(start for start in by_method if start)})
        index: Mapping[str | None, int] = {None: -1, **{start: code for code, start in enumerate(categories)}}
        of_row = np.array([*(index[start] for start in of_code), -1])[recorded.codes]
        of_method = np.array([*(index[start] for start in by_method), -1])[method.codes]
        return Coded(np.where(of_row < 0, of_method, of_row), tuple(categories))

    @cached_property
    def dense_quality(self) -> np.ndarray:
        """(rows,) the metric of the dense network that each row is held against; NaN where there is none.

        That of the control of the same pair, seed and starting point; else the mean of the controls of its starting
        point, then of its seed where the starting point is not recorded, then of its pair; else what the row itself
        states (`dense_top1`). Where a pair has networks of the method `dense`, they alone are controls: another
        method's network at 1× may have lost its accuracy to the method.
        """
        results = self.results
        pair = results.cells.pair[results.cells.of_row]
        start, seed = self.starts_from.codes, results.text("seed").codes
        control = results.dense & np.isfinite(self.quality)
        named = control & results.text("method").equals(DENSE)
        control &= named | ~np.isin(pair, pair[named])
        seeded, started = seed >= 0, start >= 0
        everything = np.ones(len(results), bool)
        reference = results.number("dense_top1") if self.study.metric_name == "top1" else np.full(len(results), np.nan)
        for keys, controls, rows in (
            ((pair,), everything, everything),
            ((pair, seed), seeded, seeded & ~started),
            ((pair, seed), seeded & ~started, seeded),
            ((pair, start), started, started),
            ((pair, start, seed), seeded & started, seeded & started),
        ):
            group = numbered(*keys)
            usable = control & controls
            count = np.bincount(group[usable], minlength=group.max(initial=-1) + 1)
            total = np.bincount(group[usable], weights=self.quality[usable], minlength=len(count))
            with np.errstate(invalid="ignore", divide="ignore"):
                mean = (total / count)[group]
            reference = np.where(rows & np.isfinite(mean), mean, reference)
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
        way = np.fmax(self.direction * (self.dense_quality - self.chance), 0.0)
        return np.isfinite(self.quality) & (self.direction * (self.quality - self.chance) <= LIVING_SHARE * way)

    @cached_property
    def mixed(self) -> np.ndarray:
        """(cells,) whether a cell mixes collapsed and living runs."""
        cells = self.results.cells
        living = np.isfinite(self.quality) & ~self.collapsed
        return (cells.count(self.collapsed) > 0) & (cells.count(living) > 0)

    @cached_property
    def repeated(self) -> np.ndarray:
        """(cells,) whether a cell holds a seed in more than one network: such networks are not independent."""
        cells, seed = self.results.cells, self.results.text("seed").codes
        return cells.count(self.measured & (seed >= 0)) > cells.distinct(seed, self.measured)

    @cached_property
    def drop(self) -> np.ndarray:
        """(rows,) how much worse than its dense network a network is, in the metric's unit; NaN where unknown."""
        measured = self.direction * (self.dense_quality - self.quality)
        return np.where(np.isnan(measured), -self.change, measured)

    @cached_property
    def layers_by_row(self) -> tuple[np.ndarray, np.ndarray]:
        """Entries of the per-layer table by row, in the order of layer names, and where they begin (rows + 1,)."""
        layers = self.results.layers
        order = np.lexsort((layers.name.codes, layers.row))
        return order, np.searchsorted(layers.row[order], np.arange(len(self.results) + 1))
