"""Which column a foreign heading certainly is, told by its name and its values.

A guess is made only where the name has one meaning in the field and every value fits it. "ratio" is none: some mean
what is kept by it, some what is removed. Nor is "parameters": some count the dense network, some the pruned one; nor
"speedup", which some time and some calculate; nor "compression rate". A sign in a heading may turn its meaning round
(↓, Δ, ±), so that a heading is guessed only where nothing but a name, `%` and ↑ stands in it. `%` is a unit: a column
that has none in percent is not guessed from it.

A heading that differs from the schema's own name by upper and lower case alone is that column where its words are
joined by "_", or where it says what a network is (`Dataset`, `Seed`). Other single words are common words once they are
capitalised: `Parameters`, `MACs`, `Loss`, `Score`, `Mask`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct

from audit.schema import BY_NAME, Column, Kind
from audit.sources.errors import quote
from audit.sources.units import units_of
from audit.study import toml_text


class Guess(Struct, frozen=True):
    """A heading that is read as a column of the schema, in a unit."""

    column: str
    heading: str
    unit: str = ""


# Headings in lower case with "_" between words: column, unit, and the range of every value.
_NAMES: Mapping[str, tuple[str, str, tuple[float, float] | None]] = {
    **dict.fromkeys(("data_set",), ("dataset", "", None)),
    **dict.fromkeys(("arch", "model", "model_name", "network"), ("architecture", "", None)),
    **dict.fromkeys(("strategy", "pruning_method", "pruner", "pruning_strategy"), ("method", "", None)),
    **dict.fromkeys(("random_seed",), ("seed", "", None)),
    **dict.fromkeys(("compression",), ("compression_ratio", "", (1, np.inf))),
    **dict.fromkeys(("sparsity", "global_sparsity", "final_sparsity"), ("compression_ratio", "sparsity", (0, 1))),
    **dict.fromkeys(("target_sparsity",), ("compression_target", "sparsity", (0, 1))),
    **dict.fromkeys(("density", "fraction_kept", "fraction_remaining"), ("compression_ratio", "kept", (0, 1))),
    **dict.fromkeys(("theoretical_speed_up",), ("theoretical_speedup", "", (0, np.inf))),
    **dict.fromkeys(
        ("accuracy", "acc", "top1", "top_1", "top1_accuracy", "top_1_accuracy", "acc1", "test_acc", "test_accuracy"),
        ("top1", "", (0, 100)),
    ),
    **dict.fromkeys(("top5", "top_5", "top5_accuracy", "top_5_accuracy", "acc5"), ("top5", "", (0, 100))),
}

_WHAT_IT_IS = ("dataset", "architecture", "method", "seed")

# What `%` makes of a unit, and the range of every value then. That all are at most 1 contradicts the heading, but for a
# fraction kept: networks of which 1 % is kept are reported, such that are 1 % correct, or lost 1 %, are not.
_PERCENT: Mapping[str, tuple[str, float, float]] = {
    "": ("percent", 1, 100),
    "sparsity": ("sparsity_percent", 1, 100),
    "kept": ("kept_percent", 0, 100),
}
_MARKS = re.compile(r"\bin\s*%|[%↑]")
_EMPTY = re.compile(r"\(\W*\)|\[\W*\]")
_NAME = re.compile(r"[a-z0-9]+([\s_./-]+[a-z0-9]+)*\.?")
_BETWEEN = re.compile(r"[\s_./-]+")


def guess(columns: Mapping[str, np.ndarray], taken: set[str]) -> Iterator[Guess]:
    """The headings that certainly are a column that is not `taken`; none where two headings would be the same one."""
    found: dict[str, list[Guess]] = {}
    for heading, values in columns.items():
        each = _meant(heading, values)
        if each and each.column not in taken:
            found.setdefault(each.column, []).append(each)
    for guesses in found.values():
        if len(guesses) == 1:
            yield guesses[0]


def _meant(heading: str, values: np.ndarray) -> Guess | None:
    own = BY_NAME.get(heading.strip().lower())
    if own and ("_" in own.name or own.name in _WHAT_IT_IS):
        return Guess(own.name, heading) if _holds(own, values) else None
    name, percent = _name(heading)
    column, unit, span = _NAMES.get(name, ("", "", None))
    if not column or span is None:
        return Guess(column, heading) if column and not percent else None
    least = span[0]
    if percent:
        unit, least, high = _PERCENT[unit]
        if unit not in units_of(BY_NAME[column]):
            return None
        span = (0, high)
    numbers = _numbers(values)
    fits = len(numbers) and (numbers >= span[0]).all() and (numbers <= span[1]).all() and numbers.max() >= least
    return Guess(column, heading, unit) if fits else None


def _holds(column: Column, values: np.ndarray) -> bool:
    """Whether values can be those of a column, a fraction in percent included."""
    if column.kind in (Kind.TEXT, Kind.IDENTIFIER):
        return True
    numbers = _numbers(values)
    percent = 100 if column.unit == "fraction" else 1
    return bool(len(numbers) and (numbers >= percent * column.low).all() and (numbers <= percent * column.high).all())


def _name(heading: str) -> tuple[str, bool]:
    """The name that a heading is, with "_" between its words, and whether it says %; none where more stands in it."""
    bare = _EMPTY.sub("", _MARKS.sub("", heading.lower())).strip()
    name = _BETWEEN.sub("_", bare).rstrip("_") if _NAME.fullmatch(bare) else ""
    return name, "%" in heading


def _numbers(values: np.ndarray) -> np.ndarray:
    """The values that are there; none where one is no number."""
    try:
        numbers = np.array([value or "nan" for value in values], float) if values.dtype == object else values
    except ValueError:
        return np.empty(0)
    return numbers[~np.isnan(numbers)]


# What a heading may be that is not guessed, by a word in it: the column, why not, and what is to be declared of it.
_MAY_BE: Sequence[tuple[re.Pattern[str], str, str, str]] = (
    (
        re.compile(r"speed ?up"),
        "theoretical_speedup",
        "some calculate it and some measure it",
        "where it is dense ÷ remaining MACs",
    ),
    (
        re.compile(r"sparsity|pruned|removed"),
        "compression_ratio",
        "it may be in percent or a fraction",
        'and the unit "sparsity" or "sparsity_percent"',
    ),
    (
        re.compile(r"density|kept|remaining"),
        "compression_ratio",
        "it may be in percent or a fraction",
        'and the unit "kept" or "kept_percent"',
    ),
    (
        re.compile(r"compression|prun\w* (rate|ratio)|^(ratio|cr)$"),
        "compression_ratio",
        "some mean original ÷ new by it, some what is kept or removed",
        'and its unit where it is not original ÷ new: "kept", "sparsity", …',
    ),
    (
        re.compile(r"param"),
        "parameters_nonzero",
        "some count the dense network and some the pruned one",
        "where it counts what is left",
    ),
)


def may_be_size(headings: Sequence[str]) -> str:
    """What the first heading that may say how small a network is would be declared as; empty where there is none."""
    for words, column, why, beside in _MAY_BE:
        for heading in headings:
            if words.search(_BETWEEN.sub(" ", heading.lower())) and heading not in BY_NAME:
                return (
                    f"; {quote(heading)} may say it, but {why}: declare `[[source]] columns = {{ {column} = "
                    f"{toml_text(heading)} }}` in audit.toml, {beside}"
                )
    return ""
