"""Values: which texts are numbers, seeds and flags, and what is said of the others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.results import Coded
from audit.schema import BY_NAME
from audit.sources.errors import SourceError
from audit.sources.values import Where, convert, numbers

WHERE = Where("t.csv", "row", [2, 3, 4, 5], {"top1": "acc"})


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("top1", "0.93", 0.93),
        ("top1", " 0.93 ", 0.93),
        ("top1", "0,93", 0.93),
        ("top1", ",93", 0.93),
        ("top1", "93.1%", 0.931),
        ("top1", "9.31e-1", 0.931),
        ("top1_change", "−0.5", -0.5),
        ("compression_ratio", "4×", 4.0),
        ("compression_ratio", "4x", 4.0),
        ("compression_ratio", "1.234,5", 1234.5),
        ("parameters", "25,557,032", 25557032.0),
        ("macs_nonzero", "1,234,567", 1234567.0),
        ("macs_nonzero", "1,234,567.5", 1234567.5),
        ("parameters", "1_000", 1000.0),
        ("loss", "inf", np.inf),
        ("loss", "-Infinity", -np.inf),
    ],
)
def test_numbers_as_people_write_them(column: str, text: str, value: float) -> None:
    """Decimal commas, grouped thousands, percent and minus signs are read."""
    assert convert(BY_NAME[column], [text], WHERE)[0] == value  # type: ignore[index]


def test_a_comma_that_may_be_either_is_refused() -> None:
    """`1,234` is 1.234 or 1234 where no other value of the column has a decimal comma, and nothing bounds it."""
    ratio = BY_NAME["compression_ratio"]
    for others in ([], ["2.5"]):
        with pytest.raises(
            SourceError, match=r"row 2, column .*: found '1,234×', which may be 1.234 or 1234; expected"
        ):
            convert(ratio, ["1,234×", *others], WHERE)
    for unit in ("thousands", "millions", "megamacs", "gigaflops"):
        with pytest.raises(SourceError, match=r"found '125,485', which may be 125.485 or 125485; expected"):
            convert(BY_NAME["macs"], ["125,485", "62"], WHERE, unit)
    assert convert(ratio, ["1,234", "0,5"], WHERE).tolist() == [1.234, 0.5]  # type: ignore[union-attr]
    assert convert(BY_NAME["top1"], ["93,125"], WHERE, "percent").tolist() == [0.93125]  # type: ignore[union-attr]
    assert convert(BY_NAME["parameters"], ["1,234"], WHERE).tolist() == [1234]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("column", "unit", "texts", "values"),
    [
        ("parameters", "millions", ["0,853", "0,427"], [853e3, 427e3]),
        ("macs", "megamacs", ["125,485", "62,74"], [125_485e3, 62_740e3]),
        ("macs_nonzero", "", ["125,485", "1,234,567"], [125_485, 1_234_567]),
        ("macs_nonzero", "flops", ["1,000"], [500]),
        ("parameters", "", ["853,018", "0"], [853_018, 0]),
        ("compression_ratio", "", ["1,234×", "1,234.5×"], [1234, 1234.5]),
        ("loss", "", ["1,234,567", "12.5"], [1_234_567, 12.5]),
        ("duration", "milliseconds", ["1,234", "0,5"], [0.001234, 0.0005]),
    ],
)
def test_commas_have_one_meaning_in_a_column(column: str, unit: str, texts: list[str], values: list[float]) -> None:
    """One number that can be read in one way only says how all of its column are read; a leading 0 is no group."""
    assert convert(BY_NAME[column], texts, WHERE, unit) == pytest.approx(values, rel=1e-15)


def test_commas_of_two_meanings_are_refused() -> None:
    """A column with a decimal comma and a comma of thousands is one error, which shows both."""
    with pytest.raises(SourceError, match=r"row 3, column `macs`: found '1,234,567', .* and '62,74', with a decimal"):
        convert(BY_NAME["macs"], ["62,74", "1,234,567"], WHERE)


@pytest.mark.parametrize("text", ["high", "0.9.1", "0x1F", "0.9 0.8", "++1", "1,2,3", "true", "0.9*", "%", "0,123,456"])
def test_texts_that_are_no_numbers(text: str) -> None:
    """The row, the file's own heading, what was found and what was expected are told."""
    with pytest.raises(SourceError) as caught:
        convert(BY_NAME["top1"], ["0.9", None, text], WHERE)
    assert str(caught.value) == (
        f"t.csv, row 4, column `acc`: found {text!r}, expected a number (fraction); correct it or leave it empty"
    )


def test_long_texts_are_cut() -> None:
    """An error stays one readable line, whatever was found."""
    with pytest.raises(SourceError) as caught:
        convert(BY_NAME["parameters"], ["x\ny" * 1000], WHERE)
    assert len(str(caught.value)) < 200 and "\n" not in str(caught.value)


def test_seeds_are_compared_not_calculated_with() -> None:
    """3, 3.0 and 03 are one seed; a long one keeps its digits; a name may be a seed."""
    texts = ["3", "3.0", "03", "12345678901234567890", "a"]
    seeds = convert(BY_NAME["seed"], texts, WHERE)
    assert isinstance(seeds, Coded)
    assert seeds.texts() == ["3", "3", "3", "12345678901234567890", "a"]
    held = convert(BY_NAME["seed"], np.array([3.0, np.nan, 4.5]), WHERE)
    assert isinstance(held, Coded)
    assert held.texts() == ["3", None, "4.5"]


def test_flags() -> None:
    """The usual words for yes and no, and no others."""
    assert convert(BY_NAME["dirty"], ["true", "No", "1", "0.0"], WHERE).tolist() == [1, 0, 1, 0]  # type: ignore[union-attr]
    with pytest.raises(SourceError, match="found 'maybe', expected true or false"):
        convert(BY_NAME["dirty"], ["maybe"], WHERE)


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False)), min_size=1, max_size=4))
def test_numbers_survive_their_text(values: list[float | None]) -> None:
    """A number written in full is read back to the last bit, and keeps its text."""
    texts = [None if value is None else repr(value) for value in values]
    got, written = numbers(BY_NAME["loss"], texts, WHERE)
    assert np.array_equal(got, np.array([np.nan if value is None else value for value in values]), equal_nan=True)
    assert written is not None and written.tolist() == texts


def test_binary_numbers_convert_as_their_texts() -> None:
    """A percentage is the same fraction from Parquet as from CSV, and has no last printed place."""
    from_text, _ = numbers(BY_NAME["top1"], ["93.1", None, "7.7"], WHERE, "percent")
    from_binary, written = numbers(BY_NAME["top1"], np.array([93.1, np.nan, 7.7]), WHERE, "percent")
    assert np.array_equal(from_text, from_binary, equal_nan=True)
    assert written is None


def test_a_word_for_nothing_is_no_hash():
    """Words that stand where nothing is known are missing; `none` is a value where a method may have it."""
    words = ["None", "?", "n/a", "3f9a"]
    assert convert(BY_NAME["initial_weights"], words, WHERE).texts() == [None, None, None, "3f9a"]
    assert convert(BY_NAME["selected_on"], ["none", "nan", "", "test"], WHERE).texts() == ["none", None, None, "test"]
