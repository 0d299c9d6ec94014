"""BAS002: random pruning with the same layerwise proportions; and how proportions are compared."""

import pytest
from msgspec.structs import replace

from audit.rule import Verdict
from tests import studies
from tests.studies import METHODS, MINE, WEIGHTS, Cases, Row, case, changed, table, without

CASES = Cases(
    sound=lambda: case(table(), layers=lambda row: alike(row)),
    faulty=lambda: case(without(table(), lambda row: row["method"] == "random_alike")),
    silent=lambda: case(without(table(), None, "score", "allocation", "matched_to")),
    on_silence=Verdict.UNDECIDABLE,
)


def alike(row: Row, shift: float = 0.0) -> list[int]:
    """Kept weights: those of the proposed method and its matched baselines lean to the first layers."""
    lean = (1.5, 1.1, 0.8) if row["method"] == "mine" or row["method"].endswith("_alike") else (1, 1, 1)
    moved = 1 + shift if row["method"] == "random_alike" else 1
    return [
        round(weights * share * moved / row["compression_target"]) for weights, share in zip(WEIGHTS, lean, strict=True)
    ]


def mine(judged: studies.Case) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(judged, "BAS002", method="mine")


@pytest.mark.parametrize(
    ("shift", "verdict"), [(0.0, Verdict.PASS), (0.01, Verdict.PASS), (-0.01, Verdict.PASS), (0.05, Verdict.FAIL)]
)
def test_counts_may_differ_by_two_percent(shift: float, verdict: Verdict):
    """Kept weights per layer are the same within 2 %, or one weight."""
    found = mine(case(table(), layers=lambda row: alike(row, shift)))
    assert found.verdict is verdict
    assert "layer counts" not in found.message


def test_one_weight_is_no_difference():
    """In a small layer one weight may be more than 2 %."""

    def kept(row: Row, more: int) -> list[int]:
        return [10 + {"mine": 0, "random_alike": more}.get(row["method"], 5), 500, 500]

    assert mine(case(table(), layers=lambda row: kept(row, 1))).verdict is Verdict.PASS
    assert mine(case(table(), layers=lambda row: kept(row, 2))).verdict is Verdict.FAIL


def test_counts_overrule_what_is_said():
    """A baseline that says it is matched and keeps other counts is not; one that does not say so and keeps them is."""
    other = case(table(), layers=lambda row: alike({**row, "method": row["method"].replace("random_alike", "x")}))
    assert mine(other).verdict is Verdict.FAIL
    assert "`random_alike` keeps other counts per layer" in mine(other).observed
    silent = changed(table(), lambda row: row["method"] == "random_alike", matched_to=None, allocation="global")
    assert mine(case(silent, layers=alike)).verdict is Verdict.PASS


def test_counts_are_compared_at_the_same_seed():
    """Counts that differ from seed to seed are held against those of the same seed."""

    def by_seed(row: Row) -> list[int]:
        return [round(count * int(row["seed"])) for count in alike(row)]

    assert mine(case(table(), layers=by_seed)).verdict is Verdict.PASS
    turned = changed(table(), lambda row: row["method"] == "random_alike", seed=lambda row: "231"[int(row["seed"]) - 1])
    swapped = mine(case(turned, layers=lambda row: by_seed(row) if row["method"] == "mine" else [900, 900, 900]))
    assert swapped.verdict is Verdict.FAIL


def test_means_where_seeds_do_not_pair():
    """Without a common seed the means over seeds are compared."""

    def scattered(row: Row) -> list[int]:
        more = {"1": -3, "2": 0, "3": 3}.get(row["seed"][0], 0) if row["method"] in ("mine", "random_alike") else 100
        return [200 + more, 400 + more, 400 + more]

    columns = changed(table(), lambda row: row["method"] == "random_alike", seed=lambda row: row["seed"] + "0")
    assert mine(case(columns, layers=scattered)).verdict is Verdict.PASS
    without_seeds = changed(table(), lambda row: row["method"] == "random_alike", seed=None)
    assert (
        mine(case(without_seeds, layers=lambda row: [200, 400, 400 + 50 * (row["method"] == "mine")])).verdict
        is Verdict.FAIL
    )


def test_recorded_match_without_counts():
    """Where there are no layer counts, what the results record decides, and the message says so."""
    found = mine(case(table()))
    assert found.verdict is Verdict.PASS
    assert "there are no layer counts to check it" in found.message


@pytest.mark.parametrize(
    ("method", "toml"),
    [("random_alike", '[method.random_alike]\nscore = "random"\nallocation = "matched"\nmatched_to = "mine"\n'),
     ("random_matched_mine", "")],
)  # fmt: skip
def test_declared_match_without_counts(method: str, toml: str):
    """What audit.toml or the name says is declared, never shown as measured."""
    bare = changed(
        table(),
        lambda row: row["method"] == "random_alike",
        score=None,
        allocation=None,
        matched_to=None,
        method=method,
    )
    found = mine(case(bare, studies.STUDY + toml))
    assert found.verdict is Verdict.DECLARED
    assert found.message.startswith("`mine` is said to be compared with random pruning with the same layerwise")
    assert "no layer counts" in found.message


def test_matched_to_another_method():
    """A baseline that is matched to another method is none of this one."""
    columns = changed(table(), lambda row: row["method"] == "random_alike", matched_to="magnitude_all")
    found = mine(case(columns))
    assert found.verdict is Verdict.FAIL
    assert "`random_alike` is matched to `magnitude_all`" in found.observed


def test_matched_to_nobody_said():
    """A matched baseline that does not say to which method cannot be told."""
    columns = changed(table(), lambda row: row["method"] == "random_alike", matched_to=None)
    found = mine(case(columns))
    assert found.verdict is Verdict.UNDECIDABLE
    assert "`[method.random_alike] matched_to`" in found.remedy


def test_global_random_is_not_matched():
    """Random pruning with another known allocation is no matched baseline."""
    assert mine(case(without(table(), lambda row: row["method"] == "random_alike"))).verdict is Verdict.FAIL


@pytest.mark.parametrize("allocation", ["uniform", "erk"])
def test_allocations_that_fix_the_shares(allocation: str):
    """Two methods that both keep the same share of each layer by definition are matched."""
    methods = {
        "mine": {"score": "mine", "allocation": allocation},
        "plain": {"score": "random", "allocation": allocation},
    }
    assert mine(case(table(methods=methods))).verdict is Verdict.PASS
    other = {**methods, "plain": {"score": "random", "allocation": "global"}}
    assert mine(case(table(methods=other))).verdict is Verdict.FAIL


def test_other_layer_names_cannot_be_compared():
    """Counts of layers that do not have the same names say nothing."""
    judged = case(table(), layers=alike)
    layers = judged.results.layers
    names = layers.name.codes.copy()
    names[layers.name.equals("fc") & judged.results.text("method").equals("random_alike")[layers.row]] = 0
    renamed = replace(layers, name=replace(layers.name, codes=names))
    results = replace(judged.results, load_layers=lambda: renamed)
    assert mine(studies.Case(results, judged.study)).verdict is Verdict.UNDECIDABLE


def test_counts_of_failed_runs_do_not_count():
    """A run that failed keeps nothing."""
    columns = changed(table(), lambda row: row["method"] == "random_alike" and row["seed"] == "2", status="failed")
    odd = case(columns, layers=lambda row: [1, 1, 1] if row["status"] == "failed" else alike(row))
    assert mine(odd).verdict is Verdict.PASS


def test_random_pruning_matched_to_itself_is_itself():
    """Random pruning that is proposed is its own matched random baseline."""
    found = studies.only(case(table(), "[method.random_all]\nproposed = true\n"), "BAS002")
    assert found.verdict is Verdict.NOT_APPLICABLE


def test_each_ratio_needs_it():
    """A matched baseline at some ratios leaves the others bare."""
    columns = table(methods={"mine": MINE, **{name: METHODS[name] for name in ("random_alike",)}})
    found = mine(case(without(columns, lambda row: row["method"] == "random_alike" and row["compression_target"] > 8)))
    assert found.verdict is Verdict.FAIL
    assert found.message.endswith("at 16×, 32×")
