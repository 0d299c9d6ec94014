"""What each method leaves of each layer: densities by layer and ratio, means over the networks of a cell."""

import numpy as np

from audit.case import Case
from audit.report import LayerDensities
from audit.results import grouped


def layer_densities(case: Case) -> tuple[LayerDensities, ...]:
    """One table for each pruning method of each pair whose networks have layers; layers in the order they came in."""
    results, layers = case.results, case.results.layers
    if not len(layers.row):
        return ()
    cells = results.cells
    with np.errstate(divide="ignore", invalid="ignore"):
        density = np.where(layers.parameters > 0, layers.nonzero / layers.parameters, np.nan)
    known = np.isfinite(density) & results.evaluated[layers.row]
    cell = cells.of_row[layers.row]
    width = len(layers.name.categories)
    place = cell * width + layers.name.codes
    count = np.bincount(place[known], minlength=len(cells) * width)
    total = np.bincount(place[known], weights=density[known], minlength=len(count))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (total / count).reshape(len(cells), width)
    first = np.full(width, len(layers.row))
    np.minimum.at(first, layers.name.codes, np.arange(len(layers.row)))
    out = []
    pruned = np.flatnonzero(~cells.dense & np.isfinite(mean).any(axis=1))
    for group in grouped(cells.method_on_pair[pruned]):
        mine = pruned[group]
        size = np.where(np.isfinite(cells.target[mine]), cells.target[mine], cells.ratio[mine])
        mine, size = mine[np.argsort(size)], np.sort(size)
        there = np.flatnonzero(np.isfinite(mean[mine]).any(axis=0))
        there = there[np.argsort(first[there])]
        out.append(
            LayerDensities(
                results.text("dataset").categories[cells.dataset[mine[0]]],
                results.text("architecture").categories[cells.architecture[mine[0]]],
                results.text("method").categories[cells.method[mine[0]]],
                tuple(layers.name.categories[number] for number in there),
                tuple(float(each) if np.isfinite(each) else None for each in size),
                tuple(tuple(float(d) if np.isfinite(d) else None for d in mean[each, there]) for each in mine),
            )
        )
    return tuple(out)
