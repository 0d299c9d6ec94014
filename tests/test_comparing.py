"""Two methods at one point: which runs speak, which test applies, and when none does."""

import numpy as np
import pytest
from msgspec.structs import replace

from audit.comparing import COUNTED, PAIRED, WELCH, Contrast, Runs, contrast, test_set_error
from audit.study.claim import COSTS
from tests import studies
from tests.contests import FAR, NEAR, contest
from tests.studies import Table, case, changed, without

AT = {8.0: NEAR}
BOTH = {"mine": {8.0: NEAR}, "theirs": {8.0: FAR}}


def held(columns: Table, metric: str = "top1", toml: str = "") -> Contrast:
    """`mine` against `theirs` at their one ratio."""
    judged = case(columns, toml)
    definition = COSTS.get(metric) or judged.study.metric
    runs = Runs.of(judged, metric, definition)
    names = judged.results.text("method").categories
    cells = judged.results.cells
    mine, theirs = (
        int(np.flatnonzero((cells.method == names.index(name)) & ~cells.dense)[0]) for name in ("mine", "theirs")
    )
    return contrast(runs.sample(mine), runs.sample(theirs), metric, 1.0 if definition.direction == "higher" else -1.0)


def some(row: studies.Row, method: str = "mine", seed: str = "2") -> bool:
    """One row."""
    return row["method"] == method and row["seed"] == seed


def test_paired_where_weights_allow_it():
    """Equal initial weights between the methods at each seed, distinct between seeds: the paired test."""
    assert held(contest(BOTH)).test == PAIRED


@pytest.mark.parametrize(
    "columns",
    [
        contest(BOTH, shared=False),
        without(contest(BOTH), None, "initial_weights"),
        changed(contest(BOTH), lambda row: some(row), initial_weights="another"),
        changed(contest(BOTH), lambda row: some(row), initial_weights=None),
        without(contest(BOTH), lambda row: some(row)),
        changed(contest(BOTH), lambda row: some(row), seed="9"),
        changed(contest(BOTH), initial_weights="one"),
    ],
    ids=["other weights", "no hashes", "one differs", "one unknown", "a seed less", "another seed", "one checkpoint"],
)
def test_else_welch(columns: Table):
    """Anything else is Welch's test over all runs there are."""
    found = held(columns)
    assert found.test == WELCH
    assert sum(found.n) in (9, 10)


def test_pairs_go_by_seed_and_not_by_order():
    """The order of rows does not decide which runs are a pair."""
    columns = contest(BOTH)
    turned = studies.from_rows(studies.to_rows(columns)[::-1])
    first, second = held(columns).difference, held(turned).difference
    assert first == second
    assert first.error == pytest.approx(np.std(np.array(NEAR) - FAR, ddof=1) / np.sqrt(5))


@pytest.mark.parametrize(
    ("weights", "condition"),
    [(lambda row: "one", "for this checkpoint"), (lambda row: row["seed"] > "2", "for these checkpoints")],
)
def test_shared_checkpoints_bind_the_answer(weights, condition: str):
    """Seeds that share initial weights speak for these weights alone."""
    assert held(changed(contest(BOTH), initial_weights=lambda row: str(weights(row)))).checkpoint == condition
    assert held(contest(BOTH)).checkpoint == ""
    assert "not recorded" in held(without(contest(BOTH), None, "initial_weights")).notes[0]


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        (contest({"mine": {8.0: NEAR[:1]}, "theirs": {8.0: FAR}}), "one seed of `mine` at 8×"),
        (contest({"mine": {8.0: (0.9, 0.9, 0.9)}, "theirs": {8.0: (0.8, 0.8, 0.8)}}), "no variation"),
        (contest({"mine": {8.0: (0.90, 0.91, 0.92)}, "theirs": {8.0: (0.80, 0.81, 0.82)}}), "no variation"),
        (contest({"mine": {8.0: (0.1, 0.9, 0.9)}, "theirs": {8.0: FAR}}), "bimodal: 1 of 3 runs of `mine` at 8×"),
        (contest({"mine": {8.0: (0.1, 0.101, 0.1)}, "theirs": {8.0: (0.1, 0.1, 0.101)}}), "nothing that lives"),
        (changed(contest(BOTH), some, status="failed"), "1 of 5 runs of `mine` at 8× did not finish"),
        (changed(contest(BOTH), some, top1=None), "1 of 5 runs of `mine` at 8× did not finish or have no `top1`"),
        (changed(contest(BOTH), lambda row: row["method"] == "mine", seed=None), "have no seed"),
        (changed(contest(BOTH), lambda row: row["method"] == "mine", n=3.0), "is a mean"),
        (changed(contest(BOTH), setting=lambda row: row["seed"]), "differ in their hyperparameters"),
        (changed(contest(BOTH), learning_rate=lambda row: int(row["seed"])), "differ in their hyperparameters"),
    ],
    ids=["one seed", "constant", "constant differences", "bimodal", "both dead", "failed", "without a number",
         "no seeds", "means", "settings", "learning rates"],
)  # fmt: skip
def test_obstacles(columns: Table, why: str):
    """What cannot be compared says why and what would settle it."""
    found = held(columns)
    assert found.difference is None
    assert why in found.obstacle.why
    assert found.obstacle.remedy
    assert (found.above(0), found.below(0), found.inside(1), found.interval(0.95)) == (1, 1, 1, None)


def test_a_failed_run_that_was_made_again_is_no_obstacle():
    """What counts is whether the seed came to a number in the end."""
    again = studies.to_rows(contest(BOTH))
    failed = [{**row, "status": "failed", "top1": None} for row in again if some(row)]
    assert held(studies.from_rows([*again, *failed])).n == (5, 5)


def test_rows_of_one_seed_are_one_run():
    """A seed that was run twice, or two seeds with the same weights, mask and predictions, count once."""
    rows = studies.to_rows(contest(BOTH))
    twice = studies.from_rows([*rows, *({**row, "top1": 0.95, "mask": "m"} for row in rows if some(row))])
    assert held(twice).n == (5, 5)
    cloned = changed(contest(BOTH), lambda row: row["method"] == "mine", mask="m", predictions="p",
                     initial_weights="w")  # fmt: skip
    assert held(cloned).obstacle.why.startswith("there is one seed of `mine`")


def test_an_unseeded_run_is_left_out_and_told():
    """A row without a seed never counts as one."""
    found = held(changed(contest(BOTH), some, seed=None, predictions=None))
    assert found.n == (4, 5)
    assert any("without a seed of `mine`" in note for note in found.notes)


def test_dead_against_living():
    """Three dead and three living runs may be chance: no p is below 1/32, whatever the spread within them."""
    dead = {"mine": {8.0: NEAR[:3]}, "theirs": {8.0: (0.1, 0.1002, 0.0999)}}
    found = held(contest(dead))
    assert found.above(0) == pytest.approx(1 / 32)
    assert found.difference.p_two_sided() < 1e-3
    assert "all runs of `theirs` at 8× have collapsed and none of `mine` at 8×" in found.notes
    five = {"mine": {8.0: NEAR}, "theirs": {8.0: (0.1, 0.1002, 0.0999, 0.1, 0.1001)}}
    assert held(contest(five)).above(0) == pytest.approx(2 / 2**10)


def test_counts_need_no_spread():
    """A theoretical speedup that is the same in every run is counted, and compared as it stands."""
    columns = changed(contest(BOTH), theoretical_speedup=lambda row: 5.0 if row["method"] == "mine" else 4.0)
    found = held(columns, "theoretical_speedup")
    assert (found.test, found.exact, found.estimate) == (COUNTED, True, 1.0)
    assert (found.above(0), found.below(0)) == (0, 1)
    level = changed(columns, theoretical_speedup=4.0)
    assert (held(level, "theoretical_speedup").above(0), held(level, "theoretical_speedup").below(0)) == (1, 1)


def test_costs_do_not_care_for_collapse():
    """A dead network has its MACs all the same."""
    columns = contest({"mine": {8.0: (0.1, 0.9, 0.9)}, "theirs": {8.0: FAR[:3]}})
    varied = changed(columns, theoretical_speedup=lambda row: 4 + 0.1 * int(row["seed"]) + 0.03 * len(row["method"]) *
                     int(row["seed"]) ** 2)  # fmt: skip
    assert held(varied, "theoretical_speedup").difference is not None


def test_error_of_a_test_set():
    """√(d/N) with d at most the sum of the two error rates; unknown without N."""
    judged = case(contest(BOTH))
    runs = Runs.of(judged, "top1", judged.study.metric)
    cells = [int(cell) for cell in np.flatnonzero(~judged.results.cells.dense)]
    first, second = (runs.sample(cell) for cell in cells)
    bound = (1 - np.mean(NEAR)) + (1 - np.mean(FAR))
    assert test_set_error(first, second) == pytest.approx(np.sqrt(bound / 10000))
    assert np.isnan(test_set_error(*(replace(each, examples=np.nan) for each in (first, second))))


test_set_error.__test__ = False  # a statistic, and no test
