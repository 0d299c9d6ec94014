"""What every table must have before it is judged, whatever format it came in."""

import difflib
from collections.abc import Sequence

import numpy as np

from audit.case import Case
from audit.results import Results
from audit.sources.errors import SourceError
from audit.sources.guesses import may_be_size
from audit.study import Study

REQUIRED = ("dataset", "architecture", "method")
SIZES = ("compression_target", "compression_ratio", "parameters_nonzero", "theoretical_speedup", "macs_nonzero")
INVERSE = 0.9  # no network that lost parameters to pruning has a ratio below this
FRACTIONS = ("top1", "top5", "dense_top1", "before_finetuning_top1", "recalibrated_top1")


def validate(results: Results, study: Study, name: str, found: Sequence[str] = ()) -> Results:
    """The results, if they can be audited; raises SourceError for what no rule could judge.

    `name` is how errors call the source; `found` are the column names that it has, for suggestions.
    """
    if not len(results):
        raise SourceError(f"{name}: holds no networks: it has a header and no rows")
    for column in REQUIRED:
        _require(results, column, name, found)
    if not any(results.present(size).any() for size in SIZES):
        raise SourceError(
            f"{name}: no column says how small a network is; expected one of {', '.join(SIZES)}"
            f"{may_be_size(found) or _close(SIZES, found)}"
        )
    size = ~np.isnan(results.ratio) | ~np.isnan(results.speedup) | results.present("compression_target")
    if not (size | results.text("method").equals("dense") | ~results.evaluated).all():
        row = int(np.flatnonzero(~size)[0])
        raise SourceError(f"{_place(results, row, name)}: no size; expected a value in one of {', '.join(SIZES)}")
    _refuse_percent(results, study, name)
    _refuse_inverse(results, name)
    return results


def _require(results: Results, column: str, name: str, found: Sequence[str]) -> None:
    present = results.present(column)
    if not present.any():
        hint = _close((column,), found) or (f"; it has: {', '.join(map(repr, found[:12]))}" if found else "")
        raise SourceError(
            f"{name}: no column `{column}`; name the column with `[[source]] columns`, or the value with "
            f"`[[source]] constants`, in audit.toml{hint}"
        )
    if not present.all():
        row = int(np.flatnonzero(~present)[0])
        raise SourceError(f"{_place(results, row, name)}: column `{column}` is empty; expected a name")


def _close(wanted: Sequence[str], found: Sequence[str]) -> str:
    folded = {each.lower().strip(): each for each in found}
    for name in wanted:
        close = difflib.get_close_matches(name, folded, 1, 0.75)
        if close and folded[close[0]] != name:
            return f"; found {folded[close[0]]!r}: is it `{name}`?"
    return ""


def _place(results: Results, row: int, name: str) -> str:
    origin = results.origin
    if origin.run_id is not None and origin.run_id.codes[row] >= 0:
        return f"{name}, run {origin.run_id.text(row)}"
    return f"{name}, row {origin.row[row]}" if origin.row is not None else name


def _refuse_inverse(results: Results, name: str) -> None:
    """A whole column of ratios at or below 1, some well below it, holds fractions: of what is kept, or removed."""
    for column in ("compression_ratio", "compression_target", "theoretical_speedup"):
        values = results.number(column)
        known = values[np.isfinite(values)]
        if len(known) and known.min() >= 0 and known.max() <= 1 and (known < INVERSE).any():
            raise SourceError(
                f"{name}: column `{column}` holds {known.min():g} to {known.max():g}; expected original ÷ new, 1 or "
                f'more: declare `[[source]] units = {{ {column} = "kept" }}` in audit.toml, or "sparsity" where it is '
                "the fraction removed"
            )


def _refuse_percent(results: Results, study: Study, name: str) -> None:
    """A whole column of percentages where fractions are due is an error; a column that mixes both is for a rule."""
    chance = 100 * Case(results, study).chance if study.metric_name == "top1" else np.full(len(results), np.nan)
    for column in FRACTIONS:
        values = results.number(column)
        known = np.isfinite(values)
        above = known & (values > 1)
        near_chance = known & (values >= chance / 2) & (values <= 2 * chance)
        most = above.sum() > known.sum() / 2
        if most and (above | near_chance | ~known).all() and values[known].max() <= 100:
            raise SourceError(
                f"{name}: column `{column}` is in percent ({values[known].max():g}); expected fractions in [0, 1]: "
                f'declare `[[source]] units = {{ {column} = "percent" }}` in audit.toml, or divide by 100'
            )
