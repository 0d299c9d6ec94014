"""Intervals for a mean over seeds and for a proportion: pure functions on arrays, over `scipy.special`.

The quantiles of the usual interval of up to 31 values are kept here, as `special.stdtrit` gives them, so that most
tables need no SciPy.
"""

import numpy as np

from audit.stats import special

# t(0.975; degrees of freedom), from 1
_T_975 = (
    12.706204736174694, 4.302652729749462, 3.1824463052837078, 2.7764451051977934, 2.5705818356363146,
    2.4469118511449786, 2.364624251592784, 2.306004135204166, 2.262157162798205, 2.228138851986274,
    2.200985160091639, 2.1788128296672284, 2.1603686564627913, 2.144786687917804, 2.131449545559776,
    2.1199052992212546, 2.1098155778333156, 2.1009220402410382, 2.0930240544083087, 2.085963447265864,
    2.0796138447276795, 2.0738730679040254, 2.0686576104190486, 2.0638985616280245, 2.0595385527532972,
    2.0555294386428735, 2.0518305164802846, 2.0484071417952454, 2.045229642132703, 2.0422724563012378,
)  # fmt: skip


def t_halfwidth(std: np.ndarray, n: np.ndarray, level: float = 0.95) -> np.ndarray:
    """Half the width of the t-interval of a mean: t(1 − (1 − level)/2; n − 1) · s/√n.

    `std` (cells,) sample deviations (ddof 1), `n` (cells,) values each; NaN where n < 2 or the deviation is 0: three
    equal accuracies do not show that there is no variation.
    """
    std, n = np.asarray(std, float), np.asarray(n, float)
    usable = (n > 1) & (std > 0)
    degrees = np.where(usable, n - 1, 1.0)
    halfwidth = _t_quantile(degrees, level) * std / np.sqrt(np.where(usable, n, 1.0))
    return np.where(usable, halfwidth, np.nan)


def _t_quantile(degrees: np.ndarray, level: float) -> np.ndarray:
    whole = degrees.astype(np.int64)
    if level == 0.95 and (whole == degrees).all() and degrees.max(initial=1) <= len(_T_975):
        return np.array(_T_975)[whole - 1]

    return special.stdtrit(degrees, 0.5 + level / 2)


def clopper_pearson(k: np.ndarray, n: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """The exact interval of a proportion: lower and upper bounds (cells,) for `k` of `n` (Clopper and Pearson 1934)."""
    k, n = np.asarray(k, float), np.asarray(n, float)
    tail = (1 - level) / 2
    low = np.where(k > 0, special.betaincinv(np.maximum(k, 1e-9), n - k + 1, tail), 0.0)
    high = np.where(k < n, special.betaincinv(k + 1, np.maximum(n - k, 1e-9), 1 - tail), 1.0)
    return low, high
