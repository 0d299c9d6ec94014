"""NUM004: stated ratios follow from the counts."""

import numpy as np
import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import LAYERS, WEIGHTS, Cases, Row, case, changed, printed, table, without

CODE = "NUM004"
WHOLE, SPARED = 10_713, 713  # parameters in all, and those that no pruning removes


def counted(**columns: object) -> studies.Table:
    """A study whose networks keep parameters so that all ÷ left is the stated ratio."""
    return changed(
        table(),
        parameters=float(WHOLE),
        parameters_prunable=float(WHOLE - SPARED),
        parameters_nonzero=lambda row: float(round(WHOLE / row["compression_target"])),
        compression_ratio=lambda row: WHOLE / round(WHOLE / row["compression_target"]),
        **columns,
    )


def mine(row: Row) -> bool:
    """Rows of the proposed method."""
    return row["method"] == "mine"


CASES = Cases(
    sound=lambda: case(counted()),
    faulty=lambda: case(changed(counted(), mine, compression_ratio=lambda row: row["compression_ratio"] * 1.6)),
    silent=lambda: case(without(table(), None, "parameters")),
    on_silence=Verdict.NOT_APPLICABLE,
)


def of_mine(columns: studies.Table, **decimals: int) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(printed(case(columns), **decimals), CODE, method="mine")


def test_the_quotient_is_shown():
    """A fail shows what the counts give."""
    found = studies.only(CASES.faulty(), CODE, method="mine")
    assert "stated 25.58×; the counts give 15.99× of all parameters" in found.observed
    assert "inconsistent with" in found.message
    assert found.evidence_total == 12  # at 8×, 12.8× is a ratio that counts some of the spared parameters


def test_a_target_is_not_a_ratio():
    """What was asked for is not held against the counts."""
    assert (
        of_mine(changed(counted(), compression_target=lambda row: row["compression_target"] * 2)).verdict
        is Verdict.PASS
    )


def test_the_prunable_parameters():
    """A ratio of the prunable parameters alone fits, and so does one that counts a share of the others."""
    for spared in (SPARED, 300):
        columns = changed(
            counted(),
            lambda row: row["compression_target"] <= 8,
            compression_ratio=lambda row: (WHOLE - spared) / (row["parameters_nonzero"] - spared),  # noqa: B023
        )
        found = of_mine(columns)
        assert found.verdict is Verdict.PASS
        assert "a share of those that no pruning removes" in found.observed


@pytest.mark.parametrize(("decimals", "factor", "verdict"), [(0, 1.0, "pass"), (1, 1.0, "pass"), (1, 1.2, "fail")])
def test_printed_ratios(decimals: int, factor: float, verdict: str):
    """A ratio is known to its printed place."""
    columns = changed(counted(), compression_ratio=lambda row: factor * row["compression_ratio"])
    assert of_mine(columns, compression_ratio=decimals).verdict is Verdict(verdict)


def test_two_totals_alone():
    """Without the prunable parameters, a larger ratio may be theirs, and a slightly smaller one counts zeros apart."""
    columns = without(counted(), None, "parameters_prunable")
    larger = changed(columns, mine, compression_ratio=lambda row: row["compression_ratio"] * 1.6)
    assert of_mine(larger).verdict is not Verdict.FAIL
    slightly = changed(columns, compression_ratio=lambda row: WHOLE / (row["parameters_nonzero"] + 60))
    assert of_mine(slightly).verdict is not Verdict.FAIL
    smaller = changed(columns, mine, compression_ratio=lambda row: max(row["compression_ratio"] / 1.6, 1))
    assert of_mine(smaller).verdict is Verdict.FAIL


def kept(row: Row) -> list[int]:
    """Weights that a network keeps in each layer: less of the first ones, none of the last layer's pruned."""
    if row["compression_target"] == 1:
        return list(WEIGHTS)
    density = 1 / row["compression_target"]
    return [round(density * WEIGHTS[0]), round(density * WEIGHTS[1]), WEIGHTS[2]]


@pytest.mark.parametrize("without_last", [False, True])
def test_ratios_of_layers(without_last: bool):
    """Ratios of the layers' weights fit, with and without the last layer."""
    chosen = slice(0, len(LAYERS) - without_last)
    columns = changed(
        without(counted(), None, "parameters_prunable"),
        parameters_nonzero=lambda row: float(SPARED + sum(kept(row))),
        compression_ratio=lambda row: sum(WEIGHTS[chosen]) / sum(kept(row)[chosen]),
    )
    found = studies.only(case(columns, layers=kept), CODE, method="mine")
    assert found.verdict is Verdict.PASS
    assert ("without the last layer" in found.observed) is without_last


def test_zeros_that_no_mask_covers():
    """A ratio by masks fits where the counted nonzeros are fewer: parameters outside the masks may be zero."""
    columns = changed(
        counted(),
        parameters_nonzero=lambda row: float(SPARED - 300 + sum(kept(row))),
        compression_ratio=lambda row: WHOLE / (SPARED + sum(kept(row))),
    )
    assert studies.only(case(columns, layers=kept), CODE, method="mine").verdict is Verdict.PASS


def test_counts_in_millions():
    """Counts that end in zeros are known to their last other place."""
    columns = changed(
        without(counted(), None, "parameters_prunable"),
        parameters=25_557_032.0,
        parameters_nonzero=lambda row: float(np.round(25_557_032 / row["compression_target"], -5)),
        compression_ratio=lambda row: row["compression_target"],
    )
    assert of_mine(columns).verdict is not Verdict.FAIL


def test_means_are_left_out():
    """The mean of ratios is no ratio of means."""
    assert of_mine(changed(counted(), n=3.0, compression_ratio=50.0)).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("value", [0.0, -1.0, float("inf"), float("nan"), 1e300])
@pytest.mark.parametrize("column", ["parameters", "parameters_nonzero", "parameters_prunable"])
def test_strange_counts(column: str, value: float):
    """Counts that are none are survived."""
    assert of_mine(changed(counted(), lambda row: row["seed"] == "2", **{column: value})).message


def test_parameters_on_some_path():
    """A ratio that counts only what is on some path from input to output fits."""
    columns = changed(
        counted(),
        parameters_effective=lambda row: round(0.6 * row["parameters_nonzero"]),
        compression_ratio=lambda row: WHOLE / round(0.6 * row["parameters_nonzero"]),
    )
    assert of_mine(columns).verdict is Verdict.PASS


def test_small_dense_controls():
    """A control that is small by design has counts of its own."""
    small = changed(counted(), mine, score="none", compression_ratio=8.0, parameters_nonzero=float(WHOLE))
    assert of_mine(small).verdict is Verdict.NOT_APPLICABLE
