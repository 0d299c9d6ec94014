"""A method over its whole range of ratios, as one number: secondary to the ratios themselves."""

import numpy as np

LEAST_POINTS = 4
SHORTEST_RANGE = 3


def area(ratios: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Mean height of each curve over log2(ratio): the trapezoid rule, divided by the width of the range.

    `ratios` (points,) ascending and above 1; `values` (curves, points) in the metric's unit. Returns (curves,).
    """
    x = np.log2(np.asarray(ratios, float))
    values = np.asarray(values, float)
    return ((values[:, 1:] + values[:, :-1]) / 2 * np.diff(x)).sum(axis=1) / (x[-1] - x[0])


def holds_on_every_range(ratios: np.ndarray, difference: np.ndarray) -> bool:
    """Whether the sign of the area of `difference` (points,) is the same on every sub-range of three points or more."""
    points = len(ratios)
    areas = [
        area(ratios[start:end], difference[None, start:end])[0]
        for start in range(points)
        for end in range(start + SHORTEST_RANGE, points + 1)
    ]
    return bool(areas) and (min(areas) > 0 or max(areas) < 0)


def first_crossing(ratios: np.ndarray, drops: np.ndarray, allowed: float) -> tuple[float, bool]:
    """The largest ratio up to which a curve's drop stays within `allowed`, and whether it never crossed (censored).

    `ratios` (points,) ascending; `drops` (points,) in the metric's unit, positive where worse than dense. The first
    point over the limit decides, whatever comes after it; 1 where the first point is already over.
    """
    over = np.flatnonzero(np.asarray(drops) > allowed)
    if not len(over):
        return float(ratios[-1]), True
    return (float(ratios[over[0] - 1]) if over[0] else 1.0), False
