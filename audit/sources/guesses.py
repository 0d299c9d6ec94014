"""Which column a foreign heading certainly is, told by its name and its values.

A guess is made only where the name has one meaning in the field and every value fits it. "ratio" is none: some mean
what is kept by it, some what is removed. Nor is "parameters": some count the dense network, some the pruned one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Guess:
    """A heading that is read as a column of the schema, in a unit."""

    column: str
    heading: str
    unit: str = ""


# Headings in lower case with everything but letters and digits as "_": column, unit, and the range of every value.
_NAMES: Mapping[str, tuple[str, str, tuple[float, float] | None]] = {
    **dict.fromkeys(("data_set",), ("dataset", "", None)),
    **dict.fromkeys(("arch", "model", "model_name", "network"), ("architecture", "", None)),
    **dict.fromkeys(("strategy", "pruning_method", "pruner", "pruning_strategy"), ("method", "", None)),
    **dict.fromkeys(("random_seed",), ("seed", "", None)),
    **dict.fromkeys(("compression", "compression_rate"), ("compression_ratio", "", (1, np.inf))),
    **dict.fromkeys(("sparsity", "global_sparsity", "final_sparsity"), ("compression_ratio", "sparsity", (0, 1))),
    **dict.fromkeys(("target_sparsity",), ("compression_target", "sparsity", (0, 1))),
    **dict.fromkeys(("density", "fraction_kept", "fraction_remaining"), ("compression_ratio", "kept", (0, 1))),
    **dict.fromkeys(("speedup", "theoretical_speed_up"), ("theoretical_speedup", "", (0, np.inf))),
    **dict.fromkeys(
        ("accuracy", "acc", "top_1", "top1_accuracy", "top_1_accuracy", "acc1", "test_acc", "test_accuracy"),
        ("top1", "", (0, 100)),
    ),
    **dict.fromkeys(("top_5", "top5_accuracy", "top_5_accuracy", "acc5"), ("top5", "", (0, 100))),
}


def guess(columns: Mapping[str, np.ndarray], taken: set[str]) -> Iterator[Guess]:
    """The headings that certainly are a column that is not `taken`; none where two headings would be the same one."""
    found: dict[str, list[Guess]] = {}
    for heading, values in columns.items():
        name, unit, span = _NAMES.get(re.sub(r"[^a-z0-9]+", "_", heading.lower()).strip("_"), ("", "", None))
        if name and name not in taken and (span is None or _within(values, *span)):
            found.setdefault(name, []).append(Guess(name, heading, unit))
    for guesses in found.values():
        if len(guesses) == 1:
            yield guesses[0]


def _within(values: np.ndarray, low: float, high: float) -> bool:
    try:
        numbers = np.array([value or "nan" for value in values], float) if values.dtype == object else values
    except ValueError:
        return False
    known = numbers[~np.isnan(numbers)]
    return bool(len(known) and (known >= low).all() and (known <= high).all())
