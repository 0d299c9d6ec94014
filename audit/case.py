"""The case that rules judge: the results, what a person declares, and what follows from both, worked out once."""

import datetime
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from audit.known_datasets import known_dataset
from audit.papers import Corpus
from audit.results import Coded, Results, numbered
from audit.roles import NO_SCORE, Roles, plain
from audit.schema import DENSE
from audit.study import Study
from audit.study.metric import Metric

LIVING_SHARE = 0.05  # a network within this share of the way from chance to dense has collapsed


class Case(Struct, frozen=True, eq=False, dict=True):
    """Results and study, with the study's metric, its reference values and the methods' roles.

    `corpus` is the collection of papers that the study is seen beside, where it names one.
    """

    results: Results
    study: Study
    corpus: Corpus | None = None

    @cached_property
    def today(self) -> datetime.date:
        """The day on which waivers are looked at."""
        return datetime.date.today()

    @cached_property
    def roles(self) -> Roles:
        """What each method is made of, and which are proposed."""
        return Roles.resolve(self.results, self.study)

    def judged_by(self, name: str, metric: Metric) -> "Case":
        """The same results under another metric: what is collapsed and which direction is better follow from it."""
        return replace(self, study=replace(self.study, metrics={name: metric}))

    @cached_property
    def worked_out(self) -> dict[object, Any]:
        """What several rules ask of a case, kept under a key of their own once one of them has worked it out."""
        return {}

    @cached_property
    def run(self) -> np.ndarray:
        """(rows,) a number for each run of a cell: rows with one seed, or with one identity, are the same run.

        The identity is initial weights, mask and predictions, where the three are recorded; where predictions are not,
        the study's metric stands in for them.
        """
        results, cell = self.results, self.results.cells.of_row
        seed, own = results.text("seed").codes, np.arange(len(results))
        weights, mask, predictions = (results.text(name).codes for name in ("initial_weights", "mask", "predictions"))
        outcome = np.where(predictions >= 0, predictions, len(results) + numbered(self.quality))
        parts = [weights, mask, outcome]
        known = (weights >= 0) & (mask >= 0) & np.isfinite(self.quality)
        same_seed = numbered(cell, seed, np.where(seed >= 0, -1, own))
        identical = numbered(cell, *(np.where(known, part, -1) for part in parts), np.where(known, -1, own))
        run = own
        while True:
            before = run
            for key in (same_seed, identical):
                least = np.full(len(run), len(run))
                np.minimum.at(least, key, run)
                run = least[key]
            if np.array_equal(run, before):
                return run

    @cached_property
    def diverged(self) -> np.ndarray:
        """(rows,) whether a network's loss is infinite, or was logged as no number: its metric is that of a ruin."""
        return np.isinf(self.results.number("loss"))

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
        return np.where(self.results.evaluated & ~self.diverged & np.isfinite(values), values, np.nan)

    @cached_property
    def examples(self) -> np.ndarray:
        """(rows,) examples in the split that a row reports on; NaN where nothing says it.

        Recorded as `n_test`, else as the data set's `n_test` in audit.toml for the test split (also where no split is
        named) or its `n_validation` for the validation split.
        """
        datasets, split = self.results.text("dataset"), self.results.text("split")
        declared = [self.study.datasets.get(name) for name in datasets.categories]

        def of(sizes: list[int | None]) -> np.ndarray:
            known = [np.nan if size is None else float(size) for size in sizes]
            return np.array([*known, np.nan])[datasets.codes]

        test = of([each.n_test if each else None for each in declared])
        validation = of([each.n_validation if each else None for each in declared])
        on_test = (split.codes < 0) | split.equals("test")
        stated = np.where(on_test, test, np.where(split.equals("validation"), validation, np.nan))
        recorded = self.results.number("n_test")
        examples = np.where(np.isnan(recorded), stated, recorded)
        return np.where(np.isfinite(examples) & (examples >= 1), examples, np.nan)

    @cached_property
    def scored(self) -> np.ndarray:
        """(cells,) whether a cell's method prunes by a score: it is neither dense nor trained small from scratch."""
        names = self.results.text("method").categories
        roles = [self.roles.by_name.get(name) for name in names]
        by_score = [role is not None and role.get("score") != NO_SCORE for role in roles]
        return np.array([*by_score, False])[self.results.cells.method] & ~self.results.cells.dense

    @cached_property
    def change(self) -> np.ndarray:
        """(rows,) the change from dense that the source states, where the study's metric is Top-1; else NaN."""
        if self.study.metric_name != "top1":
            return np.full(len(self.results), np.nan)
        values = self.results.number("top1_change")
        return np.where(self.results.evaluated & ~self.diverged & np.isfinite(values), values, np.nan)

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
        classes = [self.classes(name) for name in datasets.categories]
        return np.array([*(1 / count if count else np.nan for count in classes), np.nan])[datasets.codes]

    def classes(self, dataset: str) -> int | None:
        """How many classes a data set has: declared, else recorded, else known of its name; None where nothing says it.

        Rows that record several numbers say none.
        """
        declared = self.study.datasets.get(dataset)
        if declared is not None and declared.classes:
            return declared.classes
        recorded = self.results.number("classes")[self.results.text("dataset").equals(dataset)]
        recorded = np.unique(recorded[np.isfinite(recorded) & (recorded >= 1)])
        if len(recorded):
            return int(recorded[0]) if len(recorded) == 1 else None
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
    def checkpoints(self) -> np.ndarray:
        """(cells,) from how many checkpoints the seeds of a cell start that share them; 0 where none do, or unknown."""
        results, cells = self.results, self.results.cells
        seed, weights = results.text("seed").codes, results.text("initial_weights").codes
        hashed = self.measured & (seed >= 0) & (weights >= 0)
        distinct = cells.distinct(weights, hashed)
        return np.where(cells.distinct(numbered(seed, weights), hashed) > distinct, distinct, 0)

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
