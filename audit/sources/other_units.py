"""Whole columns whose values are not in the unit that they are read in: the one that is declared, or the schema's.

One value outside its range is for a rule. Where all of a column are, or where none can be what it is said to be, the
unit is wrong, and every verdict on the column would be.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from audit.case import Case
from audit.results import Results
from audit.sources.errors import SourceError
from audit.study import Study

FRACTIONS = ("top1", "top5", "dense_top1", "before_finetuning_top1", "recalibrated_top1")
RATIOS = ("compression_ratio", "compression_target", "theoretical_speedup", "speedup_target")
INVERSE = 0.9  # no network that lost parameters to pruning has a ratio below this
ONE_PERCENT = 0.01
COLLAPSED = 0.005  # the best network of a column may have no more than chance gives among 200 classes or more
NEAR = 0.1  # what a network that predicts one class is off chance, where the classes are not equally frequent


def refuse_other_units(results: Results, study: Study, name: str, units: Mapping[str, str]) -> None:
    """Raises SourceError for the first column that is in another unit than it is read in; `units` are declared."""
    chance = Case(results, study).chance if study.metric_name == "top1" else np.full(len(results), np.nan)
    for column in FRACTIONS:
        values, unit = results.number(column), units.get(column, "")
        known = np.isfinite(values)
        if not known.any():
            continue
        if unit == "percent" and _are_fractions(values[known], chance[known]):
            raise SourceError(
                f"{name}: column `{column}` is declared as percent, and holds at most {100 * values[known].max():g}; "
                "expected percentages: take the unit away where they are fractions"
            )
        if unit in ("", "fraction") and _are_percentages(values, chance):
            declare = _declare(column, "percent")
            raise SourceError(
                f"{name}: column `{column}` is in percent ({values[known].max():g}); expected fractions in [0, 1]: "
                f"{declare}, or divide by 100"
            )
    for column in RATIOS:
        for problem in _wrong_ratios(results, column, units.get(column, ""), name):
            raise SourceError(problem)


def place(results: Results, row: int, name: str) -> str:
    """Where a network stands, in what errors call `name`."""
    origin = results.origin
    if origin.run_id is not None and origin.run_id.codes[row] >= 0:
        return f"{name}, run {origin.run_id.text(row)}"
    return f"{name}, row {origin.row[row]}" if origin.row is not None else name


def _declare(column: str, unit: str) -> str:
    return f'declare `[[source]] units = {{ {column} = "{unit}" }}` in audit.toml'


def _are_percentages(values: np.ndarray, chance: np.ndarray) -> bool:
    """Whether a column of fractions is in percent; one that mixes both is for a rule."""
    known = np.isfinite(values)
    above = known & (values > 1)
    near_chance = known & (values >= 50 * chance) & (values <= 200 * chance)
    most = above.sum() > known.sum() / 2
    return bool(most and (above | near_chance | ~known).all() and values[known].max() <= 100)


def _are_fractions(values: np.ndarray, chance: np.ndarray) -> bool:
    """Whether what is read from percentages was fractions: no network is 1 % correct, and they did not all collapse."""
    best = values.argmax()
    if values[best] > ONE_PERCENT or values.min() < 0 or values[best] <= ONE_PERCENT / 100:
        return False
    below_chance = values[best] < chance[best] / 2
    at_chance = (np.abs(values - chance) <= NEAR * chance).all()
    return bool(not at_chance and (below_chance or values[best] > COLLAPSED))


def _wrong_ratios(results: Results, column: str, unit: str, name: str) -> Iterator[str]:
    values = results.number(column)
    known = values[np.isfinite(values)]
    if not len(known):
        return
    low, high = known.min(), known.max()
    if unit in ("", "ratio") and low == 0:
        row = int(np.flatnonzero(values == 0)[0])
        todo = "correct it or leave it empty"
        if high <= 100:
            sparsity, meaning = ("sparsity_percent", "percentage") if high > 1 else ("sparsity", "fraction")
            todo = f"where the column is sparsity, the {meaning} removed, {_declare(column, sparsity)}; else {todo}"
        yield f"{place(results, row, name)}, column `{column}`: found 0, which original ÷ new cannot be; {todo}"
    elif low >= 0 and high <= 1 and low < INVERSE:
        if unit.startswith("kept"):
            with np.errstate(divide="ignore"):
                most = np.divide(1 if unit == "kept" else 100, low)
            todo = (
                f"{_declare(column, 'kept_percent')} where they are percentages" if unit == "kept" else "correct them"
            )
            yield (
                f"{name}: column `{column}` is declared as {unit}, and holds up to {most:g}; expected what is kept of "
                f"the whole: {todo}"
            )
        elif unit in ("", "ratio"):
            yield (
                f"{name}: column `{column}` holds {low:g} to {high:g}; expected original ÷ new, 1 or more: "
                f'{_declare(column, "kept")}, or "sparsity" where it is the fraction removed'
            )
    elif unit == "sparsity" and low < 0 and (known[known != 1] < 0).all():
        yield (
            f"{name}: column `{column}` is declared as sparsity, and holds up to {1 - 1 / known[known < 0].max():g}; "
            f"expected fractions in [0, 1]: {_declare(column, 'sparsity_percent')} where they are percentages"
        )
    elif unit == "sparsity_percent" and 1 < high <= 1 / (1 - ONE_PERCENT) and low >= 1:
        yield (
            f"{name}: column `{column}` is declared as sparsity_percent, and holds at most {100 - 100 / high:.3g}; "
            f"expected percentages: {_declare(column, 'sparsity')} where they are fractions"
        )
