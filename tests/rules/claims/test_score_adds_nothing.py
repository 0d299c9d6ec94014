"""CLM003: each proposed method against its matched random and its matched magnitude."""

import pytest
from scipy import stats

from audit.rule import Finding, Verdict
from tests import studies
from tests.contests import FAR, NEAR, contest
from tests.studies import STUDY, Cases, case, changed, without

OTHER = (0.9015, 0.8985, 0.902, 0.8995, 0.9005)
RATIOS = (2.0, 8.0)
PROPOSED = "[method.mine]\nproposed = true\n"


def tables(mine=NEAR, random=FAR, magnitude=FAR, *, shared: bool = True) -> studies.Table:  # type: ignore[no-untyped-def]
    """A proposed method with both matched baselines at two ratios."""
    of = {"mine": mine, "random_of_mine": random, "magnitude_of_mine": magnitude}
    return contest({name: dict.fromkeys(RATIOS, values) for name, values in of.items()}, shared=shared)


CASES = Cases(
    sound=lambda: case(tables(), PROPOSED),
    faulty=lambda: case(tables(magnitude=(0.99, 0.985, 0.992, 0.988, 0.991)), PROPOSED),
    silent=lambda: case(without(tables(), None, "score", "allocation", "matched_to"), PROPOSED),
    on_silence=Verdict.UNDECIDABLE,
)


def found(columns: studies.Table, toml: str = PROPOSED) -> Finding:
    """What is said of the proposed method."""
    return studies.only(case(columns, toml), "CLM003")


def test_better_than_both():
    """A score that beats both baselines at each ratio passes."""
    passed = found(tables())
    assert passed.verdict is Verdict.PASS
    assert passed.message == "better than its matched random pruning and its matched magnitude pruning"
    assert passed.examined == 2
    assert passed.observed.startswith("2×: +9.92 points beside `random_of_mine` (95 % interval +9.")


def test_worse_than_one_fails():
    """A score that loses to one of the two fails, and says to which."""
    failed = found(tables(magnitude=(0.99, 0.985, 0.992, 0.988, 0.991)))
    assert failed.verdict is Verdict.FAIL
    assert failed.message == "worse than its matched magnitude pruning"


def test_not_told():
    """Equal to one and better than the other is undecidable, with the seeds it would take for one point."""
    open_ = found(tables(magnitude=OTHER))
    assert open_.verdict is Verdict.UNDECIDABLE
    assert open_.message == "not told from its matched magnitude pruning"
    assert open_.remedy.startswith("it would take ")
    assert open_.remedy.endswith(" seeds a cell to find a difference of 1.00 points")
    more = studies.only(case(tables(magnitude=OTHER), PROPOSED + "[rules.CLM003]\nshare = 0.001\n"), "CLM003")
    assert "more than 30 seeds a cell (not practical)" in more.remedy


def test_holm_over_the_ratios():
    """A p of 0.03 at one ratio of two is not enough."""
    slightly = [value + shift for value, shift in zip(NEAR, (0.004, 0.001, 0.003, 0.0005, 0.006), strict=True)]
    assert 0.025 < stats.ttest_rel(slightly, NEAR).pvalue < 0.05
    columns = tables(magnitude=NEAR)
    at_eight = changed(
        columns,
        lambda row: row["method"] == "mine" and row["compression_target"] == 8,
        top1=lambda row: slightly[int(row["seed"]) - 1],
    )
    at_both = changed(
        at_eight,
        lambda row: row["method"] == "mine" and row["compression_target"] == 2,
        top1=lambda row: OTHER[int(row["seed"]) - 1],
    )
    assert found(at_both).verdict is Verdict.UNDECIDABLE
    alone = without(at_both, lambda row: row["compression_target"] == 2)
    assert found(alone).verdict is Verdict.PASS


def test_many_ratios_are_counted():
    """Of more than two points it says how many came out how, and shows one; what was seen of each is kept."""
    ratios = (2.0, 4.0, 8.0, 16.0)
    of = {"mine": NEAR, "random_of_mine": FAR, "magnitude_of_mine": OTHER}
    open_ = found(contest({name: dict.fromkeys(ratios, values) for name, values in of.items()}, shared=True))
    assert open_.verdict is Verdict.UNDECIDABLE
    random, magnitude = open_.observed.split("; its ")
    assert random == "its matched random pruning: better at 4 ratios (2×, 4×, 8×, 16×)"
    assert magnitude.startswith("matched magnitude pruning: not told at 4 ratios (2×, 4×, 8×, 16×), such as 2×: ")
    assert magnitude.count("95 % interval") == 1
    assert [detail.partition(":")[0] for detail in open_.details] == ["2×", "4×", "8×", "16×"]
    assert all(detail.count("95 % interval") == 2 for detail in open_.details)


def test_the_point_that_is_shown_tells_most():
    """Where a score loses, the loss that chance explains least."""
    ratios = (2.0, 4.0, 8.0)
    worse = [value + shift for value, shift in zip(NEAR, (0.02, 0.03, 0.02, 0.03, 0.02), strict=True)]
    lost = [value + shift for value, shift in zip(NEAR, (0.08, 0.081, 0.08, 0.081, 0.08), strict=True)]
    of = {"mine": dict.fromkeys(ratios, NEAR), "random_of_mine": dict.fromkeys(ratios, FAR)}
    columns = contest({**of, "magnitude_of_mine": {2.0: worse, 4.0: lost, 8.0: worse}}, shared=True)
    failed = found(columns)
    assert failed.verdict is Verdict.FAIL
    assert "its matched magnitude pruning: worse at 3 ratios (2×, 4×, 8×), such as 4×: −8.0" in failed.observed


def test_what_would_settle_an_unknown_baseline():
    """The keys that are missing are to be recorded or declared."""
    assert studies.only(CASES.silent(), "CLM003").remedy.startswith("record or declare `")


def test_some_ratios():
    """What is not told at one ratio names it, and what was seen there."""
    columns = changed(
        tables(),
        lambda row: row["method"] == "random_of_mine" and row["compression_target"] == 2,
        top1=lambda row: OTHER[int(row["seed"]) - 1],
    )
    open_ = found(columns)
    assert open_.message == "not told from its matched random pruning in 1 of 2 cells (2×)"
    assert open_.observed.startswith("2×: ")


def test_no_baseline():
    """Without a matched baseline nothing is shown of the score."""
    for missing in ("random_of_mine", "magnitude_of_mine"):
        open_ = found(without(tables(), lambda row, missing=missing: row["method"] == missing))
        assert open_.verdict is Verdict.UNDECIDABLE
        assert "beside it" in open_.observed
        assert "run both matched baselines" in open_.remedy


def test_matched_by_declaration():
    """Where only a name says that a baseline is matched, better is declared."""
    columns = changed(
        tables(),
        lambda row: row["method"] != "mine" and row["method"] != "dense",
        method=lambda row: row["method"].replace("_of_", "_matched_"),
        score=None,
        allocation=None,
        matched_to=None,
    )
    said = found(columns)
    assert said.verdict is Verdict.DECLARED
    assert "whose layerwise proportions are said and not counted" in said.message


def test_random_pruning_adds_nothing_to_itself():
    """A proposed method that is random pruning is held against matched magnitude alone; magnitude, against random."""
    columns = changed(tables(), lambda row: row["method"] == "mine", score="random")
    assert found(columns).message == "better than its matched magnitude pruning"


def test_nobody_is_proposed():
    """Without a proposed method, or without its runs, it cannot be told."""
    baselines = without(tables(), lambda row: row["method"] == "mine")
    assert found(baselines, "").verdict is Verdict.UNDECIDABLE
    assert found(baselines).scope == {"method": "mine"}


def test_taken_as_proposed():
    """A method that is taken as proposed for want of a mark is called so."""
    assert "taken as proposed" in found(tables(), "").message


def test_bimodal_cells_are_not_told():
    """One dead run of the baseline leaves the ratio open."""
    columns = changed(tables(), lambda row: row["method"] == "random_of_mine" and row["seed"] == "1", top1=0.1)
    open_ = found(columns)
    assert open_.verdict is Verdict.UNDECIDABLE
    assert "bimodal: 1 of 5 runs of `random_of_mine` at 2×" in open_.observed


@pytest.mark.parametrize("shared", [True, False])
def test_another_metric(shared: bool):
    """A metric that points down is judged in its own direction; without a substantial drop no seeds are planned."""
    columns = changed(tables(magnitude=OTHER, shared=shared), perplexity=lambda row: 10 * (1 - row["top1"]))
    open_ = found(columns, PROPOSED + '[metric.perplexity]\ndirection = "lower"\n')
    assert open_.verdict is Verdict.UNDECIDABLE
    assert "+0.992 beside `random_of_mine`" in open_.observed
    assert "substantial_drop" in open_.remedy


def test_one_checkpoint():
    """Seeds that share a checkpoint are told of."""
    assert found(changed(tables(), initial_weights="one")).message.endswith("for this checkpoint")


def test_studies_of_tests_are_judged():
    """The common sound study, in which all methods are alike, is not told."""
    assert found(studies.table(), STUDY).verdict is Verdict.UNDECIDABLE


def test_every_ratio_is_told():
    """What is open names for each baseline the ratios at which it is; each is told with its difference in `details`."""
    ratios = (2.0, 4.0, 8.0, 16.0, 32.0, 48.0)
    of = {"mine": NEAR, "random_of_mine": FAR, "magnitude_of_mine": OTHER}
    columns = contest({name: dict.fromkeys(ratios, values) for name, values in of.items()})
    same = changed(
        columns,
        lambda row: row["method"] == "random_of_mine" and row["compression_target"] == 4,
        top1=lambda row: OTHER[int(row["seed"]) - 1],
    )
    open_ = found(same)
    assert open_.message == "not told from its matched random pruning at 4× and its matched magnitude pruning"
    assert [float(detail.partition("×: ")[0]) for detail in open_.details] == list(ratios)
    assert "more" not in open_.observed
