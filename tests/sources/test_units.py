"""Units: every conversion against the arithmetic by hand, and the last printed place that survives it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.schema import BY_NAME, Column, Group, Kind
from audit.sources.units import to_schema, units_of

METRIC = Column("perplexity", Group.QUALITY, Kind.NUMBER, "declared")


@pytest.mark.parametrize(
    ("column", "unit", "written", "value", "text"),
    [
        ("top1", "fraction", "0.9310", 0.931, "0.9310"),
        ("top1", "percent", "93.10", 0.931, "0.9310"),
        ("top1", "error", "0.0690", 0.931, "0.9310"),
        ("top1", "error_percent", "6.90", 0.931, "0.9310"),
        ("top1_change", "percent", "-1.5", -0.015, "-0.015"),
        ("top1_deviation", "percent", "0.25", 0.0025, "0.0025"),
        ("compression_ratio", "ratio", "3.70", 3.7, "3.70"),
        ("compression_ratio", "sparsity", "0.5", 2.0, "2"),
        ("compression_ratio", "sparsity_percent", "75", 4.0, "4"),
        ("compression_ratio", "kept", "0.125", 8.0, "8.0"),
        ("compression_ratio", "kept_percent", "12.500", 8.0, "8.000"),
        ("compression_ratio", "sparsity", "0.98", 50.0, "0e2"),
        ("theoretical_speedup", "kept_percent", "50.0", 2.0, "2.00"),
        ("macs", "megaflops", "80", 40e6, "40e6"),
        ("macs", "gigamacs", "4.1", 4.1e9, "41e8"),
        ("macs_nonzero", "flops", "1000", 500.0, "500"),
        ("parameters", "millions", "25.6", 25.6e6, "256e5"),
        ("latency_pruned", "milliseconds", "12.5", 0.0125, "0.0125"),
        ("duration", "hours", "1.5", 5400.0, "5e3"),
    ],
)
def test_conversions(column: str, unit: str, written: str, value: float, text: str) -> None:
    """The value in the schema's unit, and the place that the foreign number was printed to."""
    got, kept = to_schema(Decimal(written), BY_NAME[column], unit)
    assert got == pytest.approx(value, rel=1e-15)
    assert kept == text


def test_what_has_no_ratio() -> None:
    """All weights removed is an infinite ratio; more than all is kept as it is, for a rule to judge."""
    ratio = BY_NAME["compression_ratio"]
    assert to_schema(Decimal(1), ratio, "sparsity") == (float("inf"), "")
    assert to_schema(Decimal(100), ratio, "sparsity_percent")[0] == float("inf")
    assert to_schema(Decimal(0), ratio, "kept")[0] == float("inf")
    assert to_schema(Decimal(2), ratio, "sparsity")[0] == -1


def test_which_columns_have_units() -> None:
    """Texts and flags have none; accuracies, ratios, counts, times and declared metrics have theirs."""
    assert not units_of(BY_NAME["dataset"])
    assert not units_of(BY_NAME["dirty"])
    assert not units_of(BY_NAME["seed"])
    assert "error" in units_of(BY_NAME["top1"])
    assert "error" not in units_of(BY_NAME["top1_deviation"])
    assert "sparsity" in units_of(BY_NAME["compression_target"])
    assert {"flops", "thousands"} <= set(units_of(BY_NAME["macs"]))
    assert "percent" in units_of(METRIC)


@given(st.integers(0, 99_999), st.sampled_from([0, 1, 2, 3]))
def test_percent_and_error_agree(hundredths: int, places: int) -> None:
    """An accuracy in percent and its error in percent are one fraction, to the last bit."""
    accuracy = Decimal(hundredths).scaleb(-3)
    top1 = BY_NAME["top1"]
    one = to_schema(accuracy, top1, "percent")[0]
    other = to_schema(100 - accuracy, top1, "error_percent")[0]
    assert one == other == float(accuracy / 100)
