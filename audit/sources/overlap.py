"""Sources that hold the same networks in other words: a store and somebody's own table of it, say.

Copies that agree in everything count once (see `audit.sources.identity`). What agrees only in what identifies a network
and in the study's metric may be the same runs, or a second experiment that gave the same; only a person can say which.
"""

from collections.abc import Iterator

import numpy as np

from audit.results import CELL_GAP, Results, numbered

_BINARY = 1e-6  # relative: what a number of 32 bits does not keep


def overlaps(results: Results, metric: str) -> Iterator[str]:
    """A line for each two sources whose shared networks all have the same value of the study's metric.

    A network is shared where data set, architecture, method and seed agree and its ratio is the same within CELL_GAP;
    values are the same where they agree to the precision of the coarser one.
    """
    source = results.origin.source
    if len(set(source.codes.tolist())) < 2:
        return
    rows, network = _networks(results, metric)
    order = np.lexsort((source.codes[rows], network))
    rows, network = rows[order], network[order]
    one, other = (rows[:-1], rows[1:])
    met = (network[:-1] == network[1:]) & (source.codes[one] != source.codes[other])
    one, other = one[met], other[met]
    same = _same(results, metric, one, other)
    pairs = np.stack([source.codes[one], source.codes[other]])
    for first, second in np.unique(pairs, axis=1).T.tolist():
        mine = (pairs[0] == first) & (pairs[1] == second)
        if same[mine].all():
            count = int(mine.sum())
            networks = "1 network" if count == 1 else f"{count} networks"
            yield (
                f"{source.categories[first]} and {source.categories[second]} hold {networks} that agree in dataset, "
                f"architecture, method, seed, ratio and {metric}, and count twice: name only one of them, or give each "
                "run its `run_id` where they are different runs"
            )


def _networks(results: Results, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers of the runs that say what they are, and a number for each: equal ones of a source go by value."""
    names = ("dataset", "architecture", "method", "seed")
    codes = [results.text(name).codes for name in names]
    target, value = results.number("compression_target"), results.number(metric)
    size = np.where(np.isnan(results.ratio), np.where(np.isnan(target), results.speedup, target), results.ratio)
    usable = (np.stack(codes) >= 0).all(axis=0) & np.isfinite(value) & np.isfinite(size) & (size > 0)
    rows = np.flatnonzero(usable & ~(results.number("n") > 1))
    who, level = numbered(*(each[rows] for each in codes)), np.log2(size[rows])
    order = np.lexsort((level, who))
    far = (np.diff(who[order], prepend=-1) != 0) | (np.diff(level[order], prepend=0.0) > CELL_GAP)
    network = np.empty(len(rows), np.int64)
    network[order] = np.cumsum(far)
    source = results.origin.source.codes[rows]
    order = np.lexsort((value[rows], source, network))
    place = numbered(network, source)[order]
    begins = np.flatnonzero(np.diff(place, prepend=-1))
    rank = np.empty(len(rows), np.int64)
    rank[order] = np.arange(len(rows)) - np.repeat(begins, np.diff(np.append(begins, len(rows))))
    return rows, numbered(network, rank)


def _same(results: Results, metric: str, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(pairs,) whether two rows have one value of the metric, and are not told to be different runs."""
    value, unit = results.number(metric), results.printed_units(metric)
    coarser = np.maximum(unit[one], unit[other]) / 2
    close = np.abs(value[one] - value[other]) <= coarser + _BINARY * np.abs(value[one])
    for name in ("run_id", "setting"):
        code = results.text(name).codes
        close &= (code[one] < 0) | (code[other] < 0) | (code[one] == code[other])
    return close
