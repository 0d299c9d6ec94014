"""Where the ticks of an axis stand."""

from math import ceil, floor, log2, log10

_STEPS = (1, 2, 2.5, 5, 10)
_FINE_RATIOS = (1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.75, 2, 2.5, 3, 3.5, 4)
_MOST_RATIOS = 8


def linear(low: float, high: float, about: int = 5) -> tuple[float, ...]:
    """Round values that cover [low, high], about so many."""
    span = high - low
    rough = span / about
    power = 10.0 ** floor(log10(rough))
    step = next(step * power for step in _STEPS if step * power >= rough * 0.999)
    return tuple(round(index * step, 12) for index in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1))


def ratios(low: float, high: float) -> tuple[float, ...]:
    """Powers of two in [low, high], every second or third one where there are many; finer where there are few."""
    first, last = ceil(log2(low) - 1e-9), floor(log2(high) + 1e-9)
    powers = [2.0**exponent for exponent in range(first, last + 1)]
    if len(powers) < 3:
        fine = [ratio for ratio in _FINE_RATIOS if low <= ratio <= high]
        return tuple(fine[:: ceil(len(fine) / _MOST_RATIOS)]) if len(fine) > len(powers) else tuple(powers)
    return tuple(powers[:: ceil(len(powers) / _MOST_RATIOS)])
