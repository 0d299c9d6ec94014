"""NUM007: speedups that follow from MACs and densities."""

import pytest
from msgspec.structs import replace

from audit.rule import Severity, Verdict
from tests import studies
from tests.studies import WEIGHTS, Cases, Row, case, changed, printed, table, without

CODE = "NUM007"
MACS = sum(WEIGHTS) + 513  # MACs of the layers, and of what no layer does


def kept(row: Row) -> list[int]:
    """Weights that a network keeps in each layer: more of the last."""
    ratio = row["compression_target"]
    return [round(WEIGHTS[0] / ratio), round(WEIGHTS[1] / ratio), round(WEIGHTS[2] / ratio**0.8)]


def counted(**columns: object) -> studies.Table:
    """A study whose speedups follow from its MACs."""
    return changed(
        table(),
        macs=float(MACS),
        macs_nonzero=lambda row: float(513 + sum(kept(row))),
        theoretical_speedup=lambda row: MACS / (513 + sum(kept(row))),
        **columns,
    )


CASES = Cases(
    sound=lambda: case(counted()),
    faulty=lambda: case(changed(counted(), mine, theoretical_speedup=lambda row: row["theoretical_speedup"] * 1.3)),
    silent=lambda: case(table()),
    on_silence=Verdict.NOT_APPLICABLE,
)


def mine(row: Row) -> bool:
    """Rows of the proposed method above 1×."""
    return row["method"] == "mine"


def of_mine(judged: studies.Case) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(judged, CODE, method="mine")


def test_the_quotient_is_shown():
    """A fail shows the division."""
    found = of_mine(CASES.faulty())
    assert found.severity is Severity.ERROR
    assert "10,513 MACs ÷" in found.observed
    assert "inconsistent with" in found.message


@pytest.mark.parametrize(("decimals", "verdict"), [(1, "pass"), (2, "pass")])
def test_printed_speedups(decimals: int, verdict: str):
    """A speedup is known to its printed place, and so are MACs."""
    assert of_mine(printed(case(counted()), theoretical_speedup=decimals)).verdict is Verdict(verdict)


def test_densities_bound_a_speedup():
    """Without MACs, the speedup lies between 1 and what the sparsest layer gives."""
    columns = without(counted(), None, "macs", "macs_nonzero")
    assert of_mine(case(columns, layers=kept)).verdict is Verdict.PASS
    over = changed(columns, mine, theoretical_speedup=lambda row: row["compression_target"] * 1.3)
    found = of_mine(case(over, layers=kept))
    assert found.verdict is Verdict.FAIL
    assert "the layers' densities allow from 1×" in found.observed
    under = changed(columns, mine, theoretical_speedup=0.7)
    assert of_mine(case(under, layers=kept)).verdict is Verdict.FAIL


def test_speedup_of_the_layers_alone():
    """A speedup that leaves out what no layer does fits, and is shown as such."""
    columns = changed(counted(), theoretical_speedup=lambda row: sum(WEIGHTS) / sum(kept(row)))
    found = of_mine(case(columns, layers=kept))
    assert found.verdict is Verdict.PASS
    assert "the layers' MACs" in found.observed
    assert of_mine(case(columns)).verdict is Verdict.FAIL


def test_macs_that_the_layers_do_not_allow():
    """Remaining MACs that no densities give fail, also where only they are recorded."""
    columns = changed(without(counted(), None, "theoretical_speedup"), mine, macs_nonzero=300.0)
    assert of_mine(case(columns, layers=kept)).verdict is Verdict.FAIL


def test_a_dead_layer_allows_any_speedup():
    """A layer of which nothing is left bounds nothing where its MACs are not known."""
    columns = without(counted(), None, "macs", "macs_nonzero")
    over = changed(columns, mine, theoretical_speedup=1000.0)
    judged = case(over, layers=lambda row: [0, *kept(row)[1:]])
    layers = judged.results.layers
    unknown = replace(layers, macs=layers.macs * float("nan"))
    bare = studies.Case(replace(judged.results, load_layers=lambda: unknown), judged.study)
    assert of_mine(bare).verdict is Verdict.PASS


def test_a_measured_gain_is_a_note():
    """A latency gain above the theoretical speedup is told as a note, and named what may explain it."""
    columns = counted(latency_dense=1.0, latency_pruned=lambda row: 1 / (2 * row["compression_target"]))
    found = of_mine(case(columns))
    assert (found.verdict, found.severity) == (Verdict.FAIL, Severity.NOTE)
    assert "caches" in found.message
    slower = counted(latency_dense=1.0, latency_pruned=1.0)
    assert of_mine(case(slower)).verdict is Verdict.PASS
    both = changed(columns, mine, theoretical_speedup=lambda row: row["theoretical_speedup"] * 1.5)
    assert of_mine(case(both)).severity is Severity.ERROR


def test_macs_in_billions():
    """MACs that end in zeros are known to their last other place."""
    columns = changed(
        counted(),
        lambda row: row["compression_target"] <= 8,
        macs=4_100_000_000.0,
        macs_nonzero=lambda row: round(41 / row["compression_target"]) * 1e8,
        theoretical_speedup=lambda row: row["compression_target"],
    )
    assert of_mine(case(columns)).verdict is Verdict.PASS


@pytest.mark.parametrize("value", [0.0, -1.0, float("inf"), float("nan"), 1e300])
@pytest.mark.parametrize("column", ["macs", "macs_nonzero", "latency_dense", "latency_pruned", "theoretical_speedup"])
def test_strange_numbers(column: str, value: float):
    """Numbers that are none are survived."""
    columns = changed(counted(latency_dense=1.0, latency_pruned=0.9), lambda row: row["seed"] == "2", **{column: value})
    assert of_mine(case(columns, layers=kept)).message


def test_removed_filters_take_inputs_along():
    """A speedup beyond the layers' densities is possible where filters were removed, up to their square."""
    columns = changed(counted(), theoretical_speedup=lambda row: 0.9 * row["compression_target"] ** 1.6)
    bare = without(columns, None, "macs", "macs_nonzero")
    assert of_mine(case(bare, layers=kept)).verdict is Verdict.FAIL
    assert of_mine(case(changed(bare, granularity="filter"), layers=kept)).verdict is not Verdict.FAIL
    far = changed(bare, granularity="filter", theoretical_speedup=lambda row: 2 * row["compression_target"] ** 2)
    assert of_mine(case(far, layers=kept)).verdict is Verdict.FAIL
