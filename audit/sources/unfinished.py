"""Runs that came to no end and do not say what they are: they are told, and are no networks."""

from collections.abc import Callable, Sequence

import numpy as np
from msgspec.structs import replace

from audit.results import Results


def without_nameless(results: Results, required: Sequence[str], place: Callable[[int], str]) -> Results:
    """The results without the runs that did not finish and lack one of the `required` columns, told in a note.

    One without a size stays: it counts among the runs of its method that failed. `place` says where a row stands. A
    column that no run has is another matter.
    """
    nameless = np.zeros(len(results), np.bool_)
    for column in required:
        present = results.present(column)
        nameless |= present.any() & ~present
    left = np.flatnonzero(nameless & ~results.evaluated)
    if len(left) in (0, len(results)):
        return results
    names = f"{', '.join(required[:-1])} or {required[-1]}"
    runs = "1 run" if len(left) == 1 else f"{len(left)} runs"
    which, verbs = ("", ("lacks", "is")) if len(left) == 1 else (", the first", ("lack", "are"))
    note = f"{place(int(left[0]))}{which}: {runs} that did not finish {verbs[0]} a {names} and {verbs[1]} left out"
    kept = results.select(np.setdiff1d(np.arange(len(results)), left))
    return replace(kept, notes=(*kept.notes, note))
