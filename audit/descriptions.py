"""What a description must say, field by field: found in the results, declared in audit.toml, missing, or contradicted.

Whether a description is good enough to reimplement cannot be measured. So filled fields make it declared, never passed;
a missing field, or a declaration that the results contradict, makes it fail.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from audit.results import Results
from audit.rule import DECLARED, FAIL, Verdict

ORIGINS = ("the results", "audit.toml", "its name")
SHARE = 1e-6  # two written forms of one number


class Field(Struct, frozen=True):
    """One thing to say: its name, where it is said (one of `ORIGINS`, or ""), where to say it, and what is wrong."""

    name: str
    by: str
    remedy: str
    wrong: str = ""


Said = tuple[Verdict, str, str, str]  # verdict, what was seen, message, remedy


def described(what: str, fields: Sequence[Field]) -> Said:
    """The verdict on a description, from its fields."""
    wrong = [field for field in fields if field.wrong]
    missing = [field for field in fields if not field.by]
    seen = "; ".join(f"{', '.join(found)} from {origin}" for origin in ORIGINS if (found := _from(fields, origin)))
    if wrong:
        return (
            FAIL,
            "; ".join(field.wrong for field in wrong),
            f"what is said of {what} does not agree: {_joined(wrong)}",
            f"correct {', '.join(dict.fromkeys(field.remedy for field in wrong))}",
        )
    if missing:
        return (
            FAIL,
            seen or "nothing",
            f"{what} is not described in full: {_joined(missing)} missing",
            f"give {', '.join(dict.fromkeys(field.remedy for field in missing))}",
        )
    return DECLARED, seen, f"every field that describes {what} is filled", ""


def _from(fields: Sequence[Field], origin: str) -> list[str]:
    return [field.name for field in fields if field.by == origin]


def _joined(fields: Sequence[Field]) -> str:
    return ", ".join(field.name for field in fields)


def everywhere(results: Results, name: str, rows: np.ndarray) -> bool:
    """Whether each of some rows has a value in a column."""
    return len(rows) > 0 and bool(results.present(name)[rows].all())


def apart(results: Results, name: str, rows: np.ndarray, declared: float | None, share: float = SHARE) -> str:
    """How the numbers that rows record differ from the one declared by more than a share of it; "" where they do not.

    Rows that differ among themselves contradict only a number outside their range.
    """
    values = results.number(name)[rows]
    values = values[np.isfinite(values)]
    if declared is None or not len(values):
        return ""
    low, high = float(values.min()), float(values.max())
    slack = share * abs(declared)
    if low - slack <= declared <= high + slack:
        return ""
    recorded = f"{low:.12g}" if low == high else f"{low:.12g} to {high:.12g}"
    return f"`{name}` is {declared:.12g} in audit.toml and {recorded} in the results"
