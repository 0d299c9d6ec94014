"""The written form of numbers in a format that has none: a column of texts beside the numbers.

93.10 and 93.1 are one number, and not one to a rule that looks at the last printed place.
"""

from collections.abc import Mapping

import numpy as np

_AS_WRITTEN = " as written"


def heading(name: str) -> str:
    """The heading of the column with the texts of a column's numbers."""
    return name + _AS_WRITTEN


def restored(columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Columns by heading, with texts (records,) for numbers where they stand beside them.

    A number that is not what its text says was changed since, and is taken as it is.
    """
    kept = {}
    for name, values in columns.items():
        texts = columns.get(heading(name))
        if texts is not None and texts.dtype == object and values.dtype.kind == "f":
            same = np.array([_value(text) for text in texts], float) == values
            numbers = [None if value != value else repr(value) for value in values.tolist()]
            kept[name] = np.where(same, texts, np.array(numbers, object))
        elif name.removesuffix(_AS_WRITTEN) == name or name.removesuffix(_AS_WRITTEN) not in columns:
            kept[name] = values
    return kept


def _value(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return np.nan
