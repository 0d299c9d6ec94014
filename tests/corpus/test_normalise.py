"""What papers write becomes one set of metrics, by rules that are named; what does not follow is refused."""

from decimal import Decimal
from math import isclose

import hypothesis.strategies as st
import pytest
from hypothesis import given

from audit.corpus import normalise as rules
from audit.corpus.columns import FIGURES
from audit.corpus.normalise import convention, normalise
from audit.corpus.written import Written, read_figure
from audit.papers import Result, Value
from audit.sources.errors import SourceError

BY_NAME = {column.name: column for column in FIGURES}


def figures(**texts: str) -> dict[str, Written]:
    """Figures from texts by column."""
    return {name: read_figure(BY_NAME[name], text, str) for name, text in texts.items()}


def values(counted_as: str = "", /, **texts: str) -> dict[tuple[str, str], float]:
    """The values by quantity and rule."""
    return {(each.quantity, each.rule): each.value for each in normalise(figures(**texts), counted_as)[0]}


@pytest.mark.parametrize(
    ("texts", "quantity", "rule", "value"),
    [
        ({"top1": "93.55%"}, "top1", rules.AS_WRITTEN, 0.9355),
        ({"error_top1": "6.90%"}, "top1", rules.ERROR, 0.931),
        ({"error_top5": "0.1"}, "top5", rules.ERROR, 0.9),
        ({"dense_error_top5": "7.80%"}, "dense_top5", rules.ERROR, 0.922),
        ({"top1_change": "-0.40%", "dense_top1": "70.6%"}, "top1", rules.DENSE_PLUS, 0.702),
        ({"top1_change": "0.54%", "top1": "93.58%"}, "dense_top1", rules.PRUNED_LESS, 0.9304),
        ({"top1": "91.9%", "dense_top1": "92.8%"}, "top1_change", rules.DIFFERENCE, -0.009),
        ({"parameters_removed": "60%"}, "compression_ratio", rules.REMOVED, 2.5),
        ({"parameters_kept": "0.125"}, "compression_ratio", rules.KEPT, 8.0),
        ({"compression_ratio": "3.37×"}, "compression_ratio", rules.AS_WRITTEN, 3.37),
        (
            {"parameters_millions": "5.4", "dense_parameters_millions": "15"},
            "compression_ratio",
            rules.COUNTS,
            15 / 5.4,
        ),
        ({"flops_removed": "50%"}, "theoretical_speedup", rules.REMOVED, 2.0),
        ({"flops_kept": "25%"}, "theoretical_speedup", rules.KEPT, 4.0),
        ({"gigaflops": "2", "dense_gigaflops": "3"}, "theoretical_speedup", rules.COUNTS, 1.5),
        ({"parameters_millions": "5.4"}, "parameters", rules.MILLIONS, 5.4e6),
    ],
)
def test_each_rule(texts: dict[str, str], quantity: str, rule: str, value: float) -> None:
    """Every rule of the docstring, against arithmetic by hand."""
    assert values(**texts)[quantity, rule] == pytest.approx(value, rel=1e-12)


@given(st.integers(1, 9999))
def test_what_is_removed_and_what_is_kept_agree(share: int) -> None:
    """A share removed and its complement kept are one ratio, to the last digit."""
    removed, kept = values(parameters_removed=f"{share / 100}%"), values(parameters_kept=f"{(10000 - share) / 100}%")
    one = removed["compression_ratio", rules.REMOVED]
    assert isclose(one, kept["compression_ratio", rules.KEPT], rel_tol=1e-9)
    assert isclose(one, float(1 / (1 - Decimal(share) / 10000)), rel_tol=1e-9)


def test_sizes_and_speedups_are_never_converted_into_each_other() -> None:
    """What is written of one gives nothing of the other, and the reason is told."""
    for texts, missing in (
        ({"parameters_removed": "60%"}, "theoretical_speedup"),
        ({"theoretical_speedup": "2"}, "compression_ratio"),
    ):
        held, refused = normalise(figures(**texts))
        assert missing not in {value.quantity for value in held}
        (reason,) = (each.reason for each in refused if each.quantity == missing)
        assert "depends on its layer" in reason


def test_what_does_not_follow_is_refused() -> None:
    """A count alone, a change alone, everything removed: no value, and a reason."""
    for texts, quantity in (
        ({"parameters_millions": "5.4"}, "compression_ratio"),
        ({"top1_change": "-1%"}, "top1"),
        ({"parameters_removed": "100%"}, "compression_ratio"),
        ({"gigaflops": "1"}, "macs"),
    ):
        held, refused = normalise(figures(**texts))
        assert quantity not in {value.quantity for value in held}
        assert quantity in {each.quantity for each in refused}


@pytest.mark.parametrize(
    ("dense", "pruned", "said"),
    [
        ("30.94", "", rules.FLOPS),
        ("15.484", "", rules.MACS),
        ("15.0", "", rules.MACS),
        ("22", "", ""),
        ("", "22.13", rules.FLOPS),
        ("", "9.58", ""),
    ],
)
def test_flops_are_told_from_macs_by_the_known_network(dense: str, pruned: str, said: str) -> None:
    """VGG-16 has 15.47 billion MACs: about twice that are FLOPs, and what is between is neither."""
    texts = {name: text for name, text in (("dense_gigaflops", dense), ("gigaflops", pruned)) if text}
    assert convention("ImageNet", "VGG-16", figures(**texts)) == said
    assert convention("ImageNet", "a network of ours", figures(**texts)) == ""


def test_counts_follow_the_convention() -> None:
    """FLOPs are halved, MACs are not; a ratio of two counts does not depend on it."""
    texts = {"dense_gigaflops": "30.94", "gigaflops": "15.47"}
    assert values(rules.FLOPS, **texts)["macs", rules.FLOPS] == pytest.approx(7.735e9)
    assert values(rules.MACS, **texts)["macs", rules.MACS] == pytest.approx(15.47e9)
    assert values(**texts)["theoretical_speedup", rules.COUNTS] == 2


def result(**texts: str) -> Result:
    """A result from its figures."""
    return Result("1", "a", "d", "m", values=normalise(figures(**texts))[0])


def test_conflicts_are_kept_and_not_averaged() -> None:
    """Figures that their digits cannot reconcile are both there, the direct one first."""
    both = result(top1_change="-1.06%", error_top1="23.60%", dense_top1="76.01%")
    assert both.conflicts == ("top1_change",)
    assert both.get("top1_change") == -0.0106
    assert [value.value for value in both.stated("top1_change")] == pytest.approx([-0.0106, 0.0039])
    assert both.stated("top1_change")[1].written == "error 23.60%, 76.01%"


@pytest.mark.parametrize(
    "texts",
    [
        {"theoretical_speedup": "4.8", "gigaflops": "0.549", "dense_gigaflops": "2.64"},  # 4.809
        {"top1_change": "0.000%", "top1": "57.23%", "dense_top1": "57.22%"},
        {"parameters_removed": "61%", "parameters_millions": "0.39", "dense_parameters_millions": "1"},
        {"parameters_removed": "99%", "compression_ratio": "150"},
    ],
)
def test_rounding_is_no_conflict(texts: dict[str, str]) -> None:
    """What the last digits allow agrees; zeros at the end are padding."""
    assert result(**texts).conflicts == ()


def test_values_agree_where_their_ends_meet() -> None:
    """Agreement is of intervals, in both directions."""
    one, other = Value("x", 1.0, "", "", 0.9, 1.1), Value("x", 1.2, "", "", 1.1, 1.3)
    assert one.agrees(other) and other.agrees(one)
    assert not one.agrees(Value("x", 1.2, "", "", 1.11, 1.3))


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        ("top1", "193.5%", "expected from 0 % to 100 %"),
        ("top1", "93.5", "expected from 0 % to 100 %: a percentage with its %, or a fraction"),
        ("top1", "-1%", "expected from 0 % to 100 %"),
        ("top1_change", "-140%", "expected percentage points from -100 % to 100 %"),
        ("top1_change", "-0.4", "expected a change in percentage points with their %"),
        ("top1_deviation", "0.33", "expected a deviation in percentage points with their %"),
        ("compression_ratio", "0", "above 0"),
        ("parameters_millions", "five", "expected a number"),
        ("parameters_millions", "nan", "expected a number"),
        ("parameters_millions", "1e999", "expected a number"),
        ("top1", "1,5%", "expected a percentage"),
    ],
)
def test_what_is_no_figure_is_refused(column: str, text: str, words: str) -> None:
    """One line that says what was found and what was expected."""
    with pytest.raises(SourceError, match=words) as refused:
        read_figure(BY_NAME[column], text, lambda name: f"results.csv, row 3, column `{name}`")
    assert str(refused.value).startswith(f"results.csv, row 3, column `{column}`: found {text!r}")
