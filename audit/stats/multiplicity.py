"""Several tests at once."""

import numpy as np


def holm(p: np.ndarray) -> np.ndarray:
    """Holm's (1979) adjusted p-values of `p` (tests,), in the same order; each is compared with the level itself."""
    p = np.asarray(p, float)
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate((len(p) - np.arange(len(p))) * p[order])
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted
