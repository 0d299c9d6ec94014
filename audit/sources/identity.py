"""The same run met twice counts once."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from msgspec.structs import replace

from audit.results import Coded, Results
from audit.sources.errors import SourceError

_ASIDE = ("run_id", "study")  # a copy without them is a copy still


def once(results: Results) -> Results:
    """The results without copies of a network, told in a note.

    Two rows are the same network where their run id and everything else agree, or where one of them has no run id and
    everything else agrees, and they come from different places: one place may hold equal networks, which its reader has
    looked at. Rows without a seed or a run id may agree by chance: they are copies where all of their place are. Raises
    SourceError where one run, by an id that no two runs share, was met with different content.
    """
    source = results.origin.source.codes
    if not len(results) or (source == source[0]).all():
        return results
    content = _content(results)
    run = results.text("run_id")
    _refuse_two_states(results, run, content)
    copies = np.zeros(len(results), np.bool_)
    order = np.lexsort((np.arange(len(results)), content))
    for start, stop in _groups(content[order]):
        place_of: dict[int, int] = {}  # run (-1 where it has no id) → the place that it was met in first
        for row in order[start:stop].tolist():
            mine = int(run.codes[row])
            met = place_of.get(mine, place_of.get(-1)) if mine >= 0 else next(iter(place_of.values()), None)
            copies[row] = met is not None and met != source[row]
            if not copies[row]:
                place_of.setdefault(mine, int(source[row]))
    by_chance = _by_chance(results, copies)
    copies &= ~by_chance
    notes = [*results.notes, *_counted(results, by_chance), *_counted_once(results, copies)]
    return replace(results.select(~copies) if copies.any() else results, notes=tuple(notes))


def _by_chance(results: Results, copies: np.ndarray) -> np.ndarray:
    """(rows,) copies that nothing tells from another network that gave the same numbers."""
    source = results.origin.source
    rows, copied = (np.bincount(source.codes[which], minlength=len(source.categories)) for which in (..., copies))
    return copies & (rows > copied)[source.codes] & ~results.present("seed") & ~results.present("run_id")


def _counted(results: Results, rows: np.ndarray) -> Iterator[str]:
    """A line on equal rows of several places that are counted."""
    count = int(rows.sum())
    if count:
        equal = "1 row equals another and is" if count == 1 else f"{count} rows equal others and are"
        yield f"{_places(results, rows)}: {equal} counted, since nothing (a seed, a run id) says which network a row is"


def _counted_once(results: Results, copies: np.ndarray) -> Iterator[str]:
    """A line on copies."""
    if copies.any():
        count = int(copies.sum())
        counted = "1 network that was met before is" if count == 1 else f"{count} networks that were met before are"
        yield f"{_places(results, copies)}: {counted} counted once"


def _places(results: Results, rows: np.ndarray) -> str:
    return ", ".join(sorted({results.origin.source.text(int(row)) or "" for row in np.flatnonzero(rows)}))


def _content(results: Results) -> np.ndarray:
    """(rows,) a number for what each row holds, its run id and place aside."""
    keys = []
    for name, values in results.columns.items():
        if name not in _ASIDE:
            held = values.codes if isinstance(values, Coded) else np.nan_to_num(values, nan=np.inf)
            keys.append(np.unique(held, return_inverse=True)[1].reshape(-1))
    return np.unique(np.stack(keys), axis=1, return_inverse=True)[1].reshape(-1)


def _groups(content: np.ndarray) -> list[tuple[int, int]]:
    """The stretches of equal numbers that are longer than one."""
    starts = np.flatnonzero(np.diff(content, prepend=-1))
    stops = np.append(starts[1:], len(content))
    return [(int(start), int(stop)) for start, stop in zip(starts, stops, strict=True) if stop - start > 1]


def _refuse_two_states(results: Results, run: Coded, content: np.ndarray) -> None:
    """One MLflow run with different content in two places cannot be counted: neither may be dropped silently."""
    unique = np.array([len(name) == 32 and set(name) <= set("0123456789abcdef") for name in (*run.categories, "")])
    rows = np.flatnonzero(unique[run.codes])
    order = rows[np.lexsort((content[rows], run.codes[rows]))]
    for one, other in pairwise(order):
        source = results.origin.source
        if run.codes[one] == run.codes[other] and content[one] != content[other]:
            raise SourceError(
                f"run {run.text(int(one))} is in {source.text(int(one))} and in {source.text(int(other))} with "
                "different content; name only one of them"
            )
