"""Sizes counted anew: what the recorded counts of parameters, layers and MACs say that the ratios can be.

Counts may be printed in thousands, millions or billions: of one that ends in three zeros or more, half of the last
place that is not a zero is its slack.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from msgspec import Struct

from audit.case import Case

_ROUNDED_FROM = 1e5
RATIO_SLACK = 0.005  # log2 units: ratios this near are one


def slack(counts: np.ndarray) -> np.ndarray:
    """(rows,) by how much a whole count may have been rounded: 25,600,000 by 50,000; 25,557,032 not at all."""
    out = np.zeros(len(counts))
    for power in range(3, 16):
        unit = 10.0**power
        with np.errstate(invalid="ignore"):
            ends = (counts >= max(_ROUNDED_FROM, 10 * unit)) & (counts % unit == 0)
        if not ends.any():
            break
        out = np.where(ends, unit / 2, out)
    return out


class Span(Struct, frozen=True):
    """Ratios (rows,) between two bounds, NaN where they cannot be computed; `by` says what was divided by what."""

    by: str
    low: np.ndarray
    high: np.ndarray

    def holds(self, stated: np.ndarray, units: np.ndarray) -> np.ndarray:
        """(rows,) whether stated ratios lie within the bounds, by their printed unit and RATIO_SLACK."""
        factor = 2.0**RATIO_SLACK
        with np.errstate(invalid="ignore"):
            return (np.maximum(stated + units, stated * factor) >= self.low) & (
                np.minimum(stated - units, stated / factor) <= self.high
            )

    @property
    def known(self) -> np.ndarray:
        """(rows,) whether both bounds could be computed."""
        return ~np.isnan(self.low) & ~np.isnan(self.high)


def between(by: str, first: Span, second: Span) -> Span:
    """Everything between two spans, where both are known."""
    return Span(by, np.minimum(first.low, second.low), np.maximum(first.high, second.high))


def quotient(by: str, whole: np.ndarray, whole_slack: np.ndarray, part: np.ndarray, part_slack: np.ndarray) -> Span:
    """What whole ÷ part can be, given by how much each may be off; NaN where nothing is left."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        low, high = (whole - whole_slack) / (part + part_slack), (whole + whole_slack) / (part - part_slack)
        usable = (whole > 0) & (part - part_slack > 0)
    return Span(by, np.where(usable, low, np.nan), np.where(usable, high, np.nan))


class Recounts(Struct, frozen=True, eq=False, dict=True):
    """The recorded counts of each row, and the sums of its layers; NaN where something is not recorded."""

    case: Case

    def _count(self, name: str) -> np.ndarray:
        values = self.case.results.number(name)
        return np.where(np.isfinite(values) & (values >= 0), values, np.nan)

    @cached_property
    def parameters(self) -> np.ndarray:
        """(rows,) parameters of the dense network."""
        return self._count("parameters")

    @cached_property
    def nonzero(self) -> np.ndarray:
        """(rows,) parameters left."""
        return self._count("parameters_nonzero")

    @cached_property
    def prunable(self) -> np.ndarray:
        """(rows,) parameters that pruning may remove, as recorded."""
        return self._count("parameters_prunable")

    @cached_property
    def unprunable(self) -> np.ndarray:
        """(rows,) parameters that no pruning removes; NaN where there are not fewer of them than of all."""
        rest = self.parameters - np.where(np.isnan(self.prunable), self.layers("parameters"), self.prunable)
        with np.errstate(invalid="ignore"):
            return np.where((rest >= 0) & (rest < self.parameters), rest, np.nan)

    @cached_property
    def macs(self) -> np.ndarray:
        """(rows,) MACs of the dense network."""
        return self._count("macs")

    @cached_property
    def macs_nonzero(self) -> np.ndarray:
        """(rows,) MACs left."""
        return self._count("macs_nonzero")

    def layers(self, name: str, among: np.ndarray | None = None) -> np.ndarray:
        """(rows,) sum of a count of `Layers` over each row's layers, or over some entries; NaN where one is missing."""
        return self.sum(getattr(self.case.results.layers, name), among)

    def sum(self, values: np.ndarray, among: np.ndarray | None = None) -> np.ndarray:
        """(rows,) sum of (entries,) values over each row's layers; NaN where the row has none, or one is missing."""
        layers, rows = self.case.results.layers, len(self.case.results)
        chosen = np.ones(len(layers.row), bool) if among is None else among
        known = np.bincount(layers.row, minlength=rows) > 0
        return np.where(known, np.bincount(layers.row[chosen], values[chosen], minlength=rows), np.nan)

    @cached_property
    def density(self) -> np.ndarray:
        """(entries,) share of a layer's weights that is left; NaN where it is not known."""
        layers = self.case.results.layers
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(layers.parameters > 0, layers.nonzero / layers.parameters, np.nan)

    @cached_property
    def _bias(self) -> np.ndarray:
        names = self.case.results.layers.name
        return np.array([*(each.rpartition(".")[2] == "bias" for each in names.categories), False])[names.codes]

    @cached_property
    def _last(self) -> np.ndarray:
        """(entries,) whether an entry belongs to the last module of its network: its classifier."""
        layers = self.case.results.layers
        modules = [name.rpartition(".")[0] or name for name in layers.name.categories]
        index = {module: code for code, module in enumerate(dict.fromkeys(modules))}
        module = np.array([*(index[each] for each in modules), -1])[layers.name.codes]
        last = np.full(len(self.case.results), -2)
        last[layers.row] = module  # entries are in forward order
        return module == last[layers.row]

    def ratios(self) -> Iterator[Span]:
        """Every compression ratio that the counts allow, as far as they are recorded.

        Of all parameters or the prunable ones, with and without biases and the classifier.
        """
        whole, left = self.parameters, self.nonzero
        of_all = quotient("all parameters", whole, slack(whole), left, slack(left))
        yield of_all
        effective = self._count("parameters_effective")
        yield quotient("all parameters, by those on some path", whole, slack(whole), effective, slack(effective))
        fixed = self.unprunable
        rounding = slack(whole) + slack(np.nan_to_num(self.prunable))
        of_prunable = quotient("prunable parameters", whole - fixed, rounding, left - fixed, rounding + slack(left))
        yield between("parameters with a share of those that no pruning removes", of_all, of_prunable)
        total, kept = self.layers("parameters"), self.layers("nonzero")
        none = np.zeros(len(total))
        masked = whole - total + kept
        yield quotient("all parameters, by their masks", whole, slack(whole), masked, slack(whole))
        yield quotient("the layers' weights", total, none, kept, none)
        if not len(self._bias):
            return
        for by, left_out in (
            ("biases", self._bias),
            ("the last layer", self._last),
            ("biases and the last layer", self._bias | self._last),
        ):
            out, out_kept = self.layers("parameters", left_out), self.layers("nonzero", left_out)
            yield quotient(f"the layers' weights without {by}", total - out, none, kept - out_kept, none)
            yield quotient(f"all parameters without {by}", whole - out, slack(whole), left - out_kept, slack(left))

    def speedups(self) -> Iterator[Span]:
        """Every theoretical speedup that the MACs of the layers and their densities allow."""
        layers, none = self.case.results.layers, np.zeros(len(self.case.results))
        dense, left = self.layers("macs"), self.sum(layers.macs * self.density)
        of_layers = quotient("the layers' MACs", dense, none, left, none)
        of_all = quotient("all MACs", self.macs, slack(self.macs), self.macs - dense + left, slack(self.macs))
        yield of_layers
        yield between("all MACs, by the layers' densities", of_all, of_layers)
