"""EXP003: the description of the data set."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Table, case, changed, table, without

FIELDS = {
    "n_train": "45000",
    "n_validation": "5000",
    "n_test": "10000",
    "batch_size": "128",
    "augmentation": '"crop_flip"',
    "normalisation": '"per channel"',
    "resolution": '"32 x 32"',
}


def toml(**keys: str) -> str:
    """A study with these keys of the data set."""
    return studies.STUDY + "[dataset.cifar10]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())


CASES = Cases(
    sound=lambda: case(table(), toml(**FIELDS)),
    faulty=lambda: case(table(), toml(**{**FIELDS, "normalisation": '""'})),
    silent=lambda: case(table()),
    on_silence=Verdict.FAIL,
)


def found(columns: Table, **keys: str) -> studies.Finding:
    """What is said of the pair."""
    return studies.only(case(columns, toml(**keys)), "EXP003")


@pytest.mark.parametrize("key", FIELDS)
def test_each_field_is_asked(key: str):
    """Each field is asked, and named where it is missing."""
    columns = without(table(), None, "n_test")
    said = found(columns, **{name: value for name, value in FIELDS.items() if name != key})
    assert said.verdict is Verdict.FAIL
    assert f"`{key}`" in said.message


def test_no_validation_split_is_said_as_none():
    """A study without a validation split says so by 0."""
    assert found(table(), **{**FIELDS, "n_validation": "0"}).verdict is Verdict.DECLARED


@pytest.mark.parametrize("column", ["batch_size", "augmentation", "n_test"])
def test_recorded_fields_need_no_declaration(column: str):
    """What the networks record is not asked again."""
    value = {"batch_size": 128.0, "augmentation": "crop_flip", "n_test": 10000.0}[column]
    columns = changed(table(), split="test", **{column: value})
    assert found(columns, **{key: each for key, each in FIELDS.items() if key != column}).verdict is Verdict.DECLARED


@pytest.mark.parametrize(
    ("split", "size", "verdict"),
    [
        ("test", 10000.0, "declared"),
        ("test", 5000.0, "fail"),
        ("validation", 5000.0, "declared"),
        (None, 5000.0, "declared"),
        (None, 9000.0, "fail"),
    ],
)
def test_the_reported_split_has_a_declared_size(split: str | None, size: float, verdict: str):
    """The recorded size is that of the split that is reported; where none is named, that of any."""
    assert found(changed(table(), split=split, n_test=size), **FIELDS).verdict.value == verdict


def test_contradicted_declarations_fail():
    """Another batch size, or augmentation where none is declared, contradicts."""
    assert found(changed(table(), batch_size=64.0), **FIELDS).verdict is Verdict.FAIL
    assert found(changed(table(), augmentation="none"), **FIELDS).verdict is Verdict.FAIL
    assert (
        found(changed(table(), augmentation="none"), **{**FIELDS, "augmentation": '"none"'}).verdict is Verdict.DECLARED
    )


def test_texts_have_no_resolution():
    """Where networks read texts, tokenizer and length are asked instead."""
    columns = changed(table(), tokenizer="gpt2", sequence_length=2048.0)
    bare = {key: value for key, value in FIELDS.items() if key not in ("augmentation", "normalisation", "resolution")}
    assert found(columns, **bare).verdict is Verdict.DECLARED
    assert "`tokenizer`" in found(changed(columns, tokenizer=None), **bare).message
