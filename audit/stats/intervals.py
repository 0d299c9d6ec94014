"""Intervals for a mean over seeds and for a proportion: pure functions on arrays, over `scipy.special`."""

import numpy as np
from scipy import special


def t_halfwidth(std: np.ndarray, n: np.ndarray, level: float = 0.95) -> np.ndarray:
    """Half the width of the t-interval of a mean: t(1 − (1 − level)/2; n − 1) · s/√n.

    `std` (cells,) sample deviations (ddof 1), `n` (cells,) values each; NaN where n < 2 or the deviation is 0: three
    equal accuracies do not show that there is no variation.
    """
    std, n = np.asarray(std, float), np.asarray(n, float)
    usable = (n > 1) & (std > 0)
    degrees = np.where(usable, n - 1, 1.0)
    halfwidth = special.stdtrit(degrees, 0.5 + level / 2) * std / np.sqrt(np.where(usable, n, 1.0))
    return np.where(usable, halfwidth, np.nan)


def clopper_pearson(k: np.ndarray, n: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """The exact interval of a proportion: lower and upper bounds (cells,) for `k` of `n` (Clopper and Pearson 1934)."""
    k, n = np.asarray(k, float), np.asarray(n, float)
    tail = (1 - level) / 2
    low = np.where(k > 0, special.betaincinv(np.maximum(k, 1e-9), n - k + 1, tail), 0.0)
    high = np.where(k < n, special.betaincinv(k + 1, np.maximum(n - k, 1e-9), 1 - tail), 1.0)
    return low, high
