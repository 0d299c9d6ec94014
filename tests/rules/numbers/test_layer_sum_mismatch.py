"""NUM005: layers add up to the totals."""

from collections.abc import Callable

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import WEIGHTS, Cases, Row, case, changed, table

CODE = "NUM005"
SPARED = 713


def kept(row: Row) -> list[int]:
    """Weights that a network keeps in each layer."""
    return [round(weights / row["compression_target"]) for weights in WEIGHTS]


def counted(**columns: object) -> studies.Table:
    """A study whose totals are the sums of its layers."""
    return changed(
        table(),
        parameters=float(sum(WEIGHTS) + SPARED),
        parameters_prunable=float(sum(WEIGHTS)),
        parameters_nonzero=lambda row: float(sum(kept(row)) + SPARED),
        macs=float(sum(WEIGHTS) + 50),
    ) | {name: [value] * 78 for name, value in columns.items()}


def layered(columns: studies.Table, layers: Callable[[Row], list[int]] = kept) -> studies.Case:
    """The case with its layers."""
    return case(columns, layers=layers)


CASES = Cases(
    sound=lambda: layered(counted()),
    faulty=lambda: layered(
        counted(), lambda row: [round(1.2 * each) for each in kept(row)] if row["method"] == "mine" else kept(row)
    ),
    silent=lambda: case(counted()),
    on_silence=Verdict.NOT_APPLICABLE,
)


def of_mine(judged: studies.Case) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(judged, CODE, method="mine")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"parameters": 9000.0}, "the layers have 10,000 weights, the network 9,000 parameters"),
        ({"parameters_prunable": 9500.0}, "`parameters_prunable` is 9,500: apart by 500"),
        ({"macs": 9900.0}, "the layers have 10,000 MACs, the network 9,900"),
        ({"parameters_nonzero": 300.0}, "the layers keep 5,000 weights, the network 300 parameters: more by 4,700"),
        ({"parameters_nonzero": 9000.0}, "and 713 parameters are in none, the network keeps 9,000: more by"),
    ],
)
def test_every_sum(columns: dict, words: str):
    """Each total that does not fit is named, with both numbers."""
    found = of_mine(layered(counted(**columns)))
    assert found.verdict is Verdict.FAIL
    assert words in found.observed
    assert "inconsistent with" in found.message


def test_a_layer_that_keeps_more_than_it_has():
    """No layer keeps more weights than it has."""
    found = of_mine(layered(counted(), lambda row: [1500, *kept(row)[1:]]))
    assert found.verdict is Verdict.FAIL


def test_parameters_that_no_layer_holds_may_be_zero():
    """Nonzeros that are counted may leave out spared parameters that are zero, but no kept weights."""
    columns = changed(counted(), parameters_nonzero=lambda row: float(sum(kept(row)) + 200))
    assert of_mine(layered(columns)).verdict is Verdict.PASS


def test_every_parameter_may_be_in_a_layer():
    """A table that lists all parameters as layers, prunable or not, adds up."""
    columns = counted(parameters=10_000.0, parameters_prunable=8_000.0)
    columns = changed(columns, parameters_nonzero=lambda row: float(sum(kept(row))))
    assert of_mine(layered(columns)).verdict is Verdict.PASS


def test_rounded_totals():
    """Totals in millions are known to their last place."""
    columns = changed(counted(), parameters=lambda row: 10_700_000.0 if row["seed"] == "1" else 10_713.0)
    assert of_mine(layered(columns)).verdict is not None
    tolerance = of_mine(layered(counted(parameters_prunable=10_005.0)))
    assert tolerance.verdict is Verdict.PASS
    strict = case(counted(parameters_prunable=10_005.0), studies.STUDY + "[rules.NUM005]\ntolerance = 0.0\n", kept)
    assert of_mine(strict).verdict is Verdict.FAIL


@pytest.mark.parametrize("value", [0.0, -1.0, float("inf"), float("nan")])
@pytest.mark.parametrize("column", ["parameters", "parameters_nonzero", "parameters_prunable", "macs"])
def test_strange_counts(column: str, value: float):
    """Counts that are none are survived."""
    assert of_mine(layered(changed(counted(), lambda row: row["seed"] == "2", **{column: value}))).message
