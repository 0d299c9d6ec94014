"""What a count divided by its denominator can be: a fraction of N examples is a whole number of N-ths.

The idea is the GRIM test's (Brown and Heathers 2017), with room for a printed number's rounding, for cut-off decimals,
and for the precision that the number was computed in.
"""

import numpy as np

FLOAT32 = 2.0**-24  # half of float32's last place at 1: accuracies are often computed in it
_HALF_DECIMALS = (8, 7, 6, 5, 4, 3, 2, 1)
_TINY = 1e-9


def distance(values: np.ndarray, denominators: np.ndarray) -> np.ndarray:
    """How far `values` × `denominators` are from a whole number, in [0, 0.5]; all (rows,)."""
    product = values * denominators
    return np.abs(product - np.rint(product))


def allowance(units: np.ndarray, denominators: np.ndarray, least: float) -> np.ndarray:
    """How far from a whole number rounding alone can lead, in examples, and never below `least`; all (rows,).

    `units` are the values' last printed places, 0 where they were not printed.
    """
    return np.maximum(least, np.maximum(units / 2, FLOAT32) * denominators) + _TINY


def cut_off(values: np.ndarray, units: np.ndarray, denominators: np.ndarray, *, upwards: bool) -> np.ndarray:
    """(rows,) whether a whole number lies less than one printed unit above a value (or below it: `upwards`).

    That is where a value comes from whose decimals were cut off rather than rounded; an error rate that was cut off
    gives an accuracy that was cut off upwards.
    """
    product = values * denominators
    gap = product - np.floor(product + _TINY) if upwards else np.ceil(product - _TINY) - product
    return gap < np.maximum(units, FLOAT32) * denominators + _TINY


def from_half(values: np.ndarray) -> np.ndarray:
    """(rows,) whether a fraction may have been held in 16 bits (float16 or bfloat16), as such or in percent.

    Such a number is one of float16 exactly, or the shortest decimal that float16 rounds to one.
    """
    out = np.zeros(len(values), bool)
    for factor, decimals in ((1.0, _HALF_DECIMALS), (100.0, tuple(places - 2 for places in _HALF_DECIMALS))):
        scaled = values * factor
        with np.errstate(over="ignore"):
            half = scaled.astype(np.float16).astype(float)
        shortest = half.copy()
        for places in decimals:
            shorter = np.round(half, max(places, 0))
            shortest = np.where(shorter.astype(np.float16).astype(float) == half, shorter, shortest)
        close = factor * _TINY / 1e3
        out |= (np.abs(scaled - half) <= close) | (np.abs(scaled - shortest) <= close)
    return out
