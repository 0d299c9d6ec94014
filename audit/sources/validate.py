"""What every table must have before it is judged, whatever format it came in."""

import difflib
from collections.abc import Mapping, Sequence

import numpy as np

from audit.results import Results
from audit.schema import DENSE, TARGETS
from audit.sources.errors import SourceError
from audit.sources.guesses import may_be_size
from audit.sources.other_units import place, refuse_other_units
from audit.sources.unfinished import without_nameless
from audit.study import Study

REQUIRED = ("dataset", "architecture", "method")
SIZES = (*TARGETS, "compression_ratio", "parameters_nonzero", "theoretical_speedup", "macs_nonzero")
_LEAVE_OUT = "what is no network is left out by `[[source]] where` in audit.toml"


def validate(
    results: Results, study: Study, name: str, found: Sequence[str] = (), units: Mapping[str, str] | None = None
) -> Results:
    """The results, if they can be audited; raises SourceError for what no rule could judge.

    `name` is how errors call the source; `found` are the column names that it has, for suggestions, and `units` those
    that a person declared.
    """
    if not len(results):
        raise SourceError(f"{name}: holds no networks: it has a header and no rows")
    results = without_nameless(results, REQUIRED, lambda row: place(results, row, name))
    for column in REQUIRED:
        _require(results, column, name, found)
    if not any(results.present(size).any() for size in SIZES):
        raise SourceError(
            f"{name}: no column says how small a network is; expected one of {', '.join(SIZES)}"
            f"{may_be_size(found) or _close(SIZES, found)}"
        )
    unsized = np.flatnonzero(~sized(results) & results.evaluated)
    if len(unsized):
        where = place(results, int(unsized[0]), name)
        raise SourceError(
            f"{where}: no size; expected a value in one of {', '.join(SIZES)}; a network that is not pruned has the "
            f"ratio 1, or the method `{DENSE}`; {_LEAVE_OUT}"
        )
    refuse_other_units(results, study, name, units or {})
    return results


def sized(results: Results) -> np.ndarray:
    """(rows,) whether a row says how small its network is: by a ratio, a speedup or a target, or as the dense one."""
    stated = ~np.isnan(results.ratio) | ~np.isnan(results.speedup)
    for target in TARGETS:
        stated |= results.present(target)
    return stated | results.text("method").equals(DENSE)


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
        raise SourceError(f"{place(results, row, name)}: column `{column}` is empty; expected a name; {_LEAVE_OUT}")


def _close(wanted: Sequence[str], found: Sequence[str]) -> str:
    folded = {each.lower().strip(): each for each in found}
    for name in wanted:
        close = difflib.get_close_matches(name, folded, 1, 0.75)
        if close and folded[close[0]] != name:
            return f"; found {folded[close[0]]!r}: is it `{name}`?"
    return ""
