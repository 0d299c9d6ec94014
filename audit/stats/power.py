"""How many seeds it would take: for a declared effect, never for the observed one."""

import numpy as np

from audit.stats import special

PRACTICAL = 30  # seeds a cell; above it a plan is not practical


def upper_deviation(std: float, degrees: float, confidence: float = 0.8) -> float:
    """The one-sided upper limit of a deviation estimated with `degrees` degrees of freedom.

    A deviation from three seeds is too small more often than not; a plan made with it asks for too few.
    """
    return float(std * np.sqrt(degrees / special.chdtri(degrees, confidence)))


def seeds_needed(
    effect: float,
    std: float,
    *,
    pairs: bool = False,
    level: float = 0.05,
    power: float = 0.8,
    equivalence: bool = False,
) -> int | None:
    """Seeds per cell for a two-sided t-test at `level` to find `effect` with probability `power`.

    For a test of non-inferiority `effect` is the margin, and the methods are taken to be equal. `equivalence` asks for
    two one-sided tests at `level`, both of which must reject where the methods are equal (by the noncentral t of each).
    `effect` and `std` are in the metric's unit; with `pairs`, `std` is that of the differences. None where more than
    PRACTICAL seeds are needed, or the effect is 0.
    """
    if effect == 0:
        return None
    for n in range(2, PRACTICAL + 1):
        degrees = n - 1 if pairs else 2 * (n - 1)
        shift = abs(effect) / (std * np.sqrt((1 if pairs else 2) / n)) if std > 0 else np.inf
        critical = special.stdtrit(degrees, 1 - level if equivalence else 1 - level / 2)
        found = 1.0 if np.isinf(shift) else 1 - special.nctdtr(degrees, shift, critical)
        if (2 * found - 1 if equivalence else found) >= power:
            return n
    return None
