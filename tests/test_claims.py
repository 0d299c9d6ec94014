"""The answer to each claim, against scipy, and at every edge that makes it undecidable."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from audit.answer import Answer, Outcome, Seeds
from audit.claims import answers, rows_behind
from audit.study import Study
from tests import studies
from tests.contests import CLAIM, FAR, NEAR, ask, contest, only, superiority
from tests.studies import case, changed, joined, without

SUPPORTED, CONTRADICTED, UNDECIDABLE = Outcome.SUPPORTED, Outcome.CONTRADICTED, Outcome.UNDECIDABLE
CLOSE = (0.901, 0.902, 0.899, 0.9015, 0.9005)
BETTER = {"mine": {8.0: NEAR}, "theirs": {8.0: FAR}}
WORSE = {"mine": {8.0: FAR}, "theirs": {8.0: NEAR}}
ALIKE = {"mine": {8.0: NEAR}, "theirs": {8.0: (0.9015, 0.8985, 0.902, 0.8995, 0.9005)}}
HARD = {**ALIKE, "random_of_theirs": {8.0: FAR}}
EASY = {**ALIKE, "random_of_theirs": {8.0: (0.9, 0.899, 0.901, 0.8985, 0.9025)}}


def claim(kind: str, *more: str, against: str = "theirs") -> str:
    """One claim of `mine`."""
    return "\n".join((CLAIM.format(kind, against), *more)) + "\n"


def test_superiority_is_the_interval():
    """Supported above 0, contradicted below, with scipy's effect, interval and p."""
    found, against = only(BETTER, superiority()), only(WORSE, superiority())
    peer = stats.ttest_rel(NEAR, FAR)
    assert (found.outcome, against.outcome) == (SUPPORTED, CONTRADICTED)
    assert found.effect == pytest.approx(np.mean(NEAR) - np.mean(FAR)) == pytest.approx(-against.effect)
    assert found.interval == pytest.approx(tuple(peer.confidence_interval(0.95)))
    assert found.p == pytest.approx(peer.pvalue) == pytest.approx(found.p_adjusted)
    assert (found.n, found.test, found.condition) == ((5, 5), "paired t", "")
    unpaired = only(BETTER, superiority(), shared=False)
    assert unpaired.p == pytest.approx(stats.ttest_ind(NEAR, FAR, equal_var=False).pvalue)


values = st.lists(st.integers(8000, 9000), min_size=3, max_size=5, unique=True).map(lambda x: [v / 1e4 for v in x])


@settings(max_examples=40, deadline=None)
@given(values, values, st.sampled_from([0.01, 0.03, 0.09]))
def test_answers_are_intervals(mine, theirs, margin):
    """Whatever the values: each kind of claim is decided by where scipy's interval lies, and says why."""
    accuracies = {"mine": {8.0: mine}, "theirs": {8.0: theirs}, "random_of_theirs": {8.0: (0.3, 0.31, 0.29)}}
    claims = superiority() + claim("non-inferiority", f"margin = {margin}") + claim("equivalence", f"margin = {margin}")
    better, no_worse, alike = ask(accuracies, claims, shared=False)
    peer = stats.ttest_ind(mine, theirs, equal_var=False)
    low, high = peer.confidence_interval(0.95)
    low90, high90 = peer.confidence_interval(0.90)

    def outcome(supported: bool, contradicted: bool) -> Outcome:
        return SUPPORTED if supported else CONTRADICTED if contradicted else UNDECIDABLE

    assert better.outcome is outcome(low > 0, high < 0)
    assert no_worse.outcome is outcome(low > -margin, high < -margin)
    assert alike.outcome is outcome(-margin < low90 and high90 < margin, low > margin or high < -margin)
    assert no_worse.smallest_margin == pytest.approx(max(0, -low))
    assert alike.smallest_margin == pytest.approx(max(abs(low90), abs(high90)))
    for answer in (better, no_worse, alike):
        assert answer.reason
        assert bool(answer.remedy) == (answer.outcome is UNDECIDABLE)


@settings(max_examples=25, deadline=None)
@given(values, values, st.booleans())
def test_turning_the_methods_round_turns_the_answer_round(mine, theirs, lower):
    """What is better for one is worse for the other; a metric that points down turns the effect round."""
    opposite = {SUPPORTED: CONTRADICTED, CONTRADICTED: SUPPORTED, UNDECIDABLE: UNDECIDABLE}
    toml = '[metric.perplexity]\ndirection = "lower"\n' if lower else ""
    columns = contest({"mine": {8.0: mine}, "theirs": {8.0: theirs}}, shared=False)
    columns = changed(columns, perplexity=lambda row: row["top1"])
    one = only(columns, toml + superiority())
    other = only(columns, toml + '[[claim]]\nkind = "superiority"\nmethod = "theirs"\nagainst = "mine"\n')
    assert other.outcome is opposite[one.outcome]
    assert one.effect == pytest.approx(-other.effect)
    assert one.effect == pytest.approx((np.mean(mine) - np.mean(theirs)) * (-1 if lower else 1))
    assert one.metric == ("perplexity" if lower else "top1")


def test_equivalent_is_not_the_same_as_not_told():
    """Equal methods are undecidable for superiority, whatever their number; a margin decides."""
    better, alike, narrow = ask(
        ALIKE,
        superiority() + claim("equivalence", "margin = 0.01") + claim("equivalence", "margin = 0.001"),
    )
    assert (better.outcome, alike.outcome, narrow.outcome) == (UNDECIDABLE, SUPPORTED, UNDECIDABLE)
    assert alike.condition == "on this test set"


def test_no_margin_by_default():
    """Without a margin there is an effect, and the smallest margin that the data could support, but no answer."""
    found = only(HARD, claim("non-inferiority"))
    assert (found.outcome, found.p) == (UNDECIDABLE, None)
    assert "declares no margin" in found.reason
    low = stats.ttest_rel(NEAR, HARD["theirs"][8.0]).confidence_interval(0.95)[0]
    assert found.smallest_margin == pytest.approx(-low)
    assert found.effect == pytest.approx(np.mean(NEAR) - np.mean(HARD["theirs"][8.0]))
    assert only(HARD, claim("non-inferiority", "margin = 0.01")).outcome is SUPPORTED


def test_assay_sensitivity():
    """Being no worse counts where the reference beats its matched random, and not where it is easy or not known."""
    toml = claim("non-inferiority", "margin = 0.01")
    assert only(HARD, toml).outcome is SUPPORTED
    easy = only(EASY, toml)
    assert easy.outcome is UNDECIDABLE
    assert easy.reason.startswith("this ratio is easy: `theirs` at 8× is not shown to beat its matched random")
    unknown = only(ALIKE, toml)
    assert unknown.outcome is UNDECIDABLE
    assert "`theirs` at 8× has no matched random beside it" in unknown.reason
    assert "layerwise proportions of `theirs`" in unknown.remedy
    assert only({**WORSE, "random_of_theirs": {8.0: NEAR}}, toml).outcome is CONTRADICTED
    random = only({"mine": {8.0: NEAR}, "random_of_x": {8.0: CLOSE}}, claim("non-inferiority", "margin = 0.01",
                                                                            against="random_of_x"))  # fmt: skip
    assert "is random pruning itself" in random.reason


def test_no_loss_from_dense():
    """Against the dense network the matched random of the method says whether the ratio is easy."""
    accuracies = {"mine": {8.0: NEAR}, "dense": {1.0: CLOSE}, "random_of_mine": {8.0: FAR}}
    toml = claim("non-inferiority", "margin = 0.01", against="dense")
    found = only(accuracies, toml)
    assert (found.outcome, found.test) == (SUPPORTED, "paired t")
    assert only({**accuracies, "random_of_mine": {8.0: ALIKE["theirs"][8.0]}}, toml).outcome is UNDECIDABLE
    assert only({**accuracies, "mine": {8.0: FAR}, "random_of_mine": {8.0: NEAR}}, toml).outcome is CONTRADICTED


def test_dense_networks_have_their_starting_point():
    """A method is held against the dense network with its own starting point; without one it is not."""
    columns = contest({"mine": {8.0: NEAR}, "random_of_mine": {8.0: FAR}, "dense": {1.0: CLOSE}})
    toml = claim("non-inferiority", "margin = 0.01", against="dense")
    assert only(columns, toml).outcome is SUPPORTED
    other = changed(columns, lambda row: row["method"] == "dense", starts_from="init")
    found = only(other, toml)
    assert found.outcome is UNDECIDABLE
    assert "share no pair and ratio" in found.reason


def test_all_ratios_is_intersection_union():
    """Over all ratios the largest p decides; a claim that one ratio contradicts, after correction, is lost."""
    at_two = {"mine": {4.0: NEAR, 8.0: NEAR}, "theirs": {4.0: FAR, 8.0: ALIKE["theirs"][8.0]}}
    found = only(at_two, superiority())
    assert found.outcome is UNDECIDABLE
    assert "told at 1 of 2 points" in found.reason
    assert [test.outcome for test in found.tests] == [SUPPORTED, UNDECIDABLE]
    assert only(at_two, superiority("theirs", "ratios = [4]")).outcome is SUPPORTED
    both = only({"mine": {4.0: NEAR, 8.0: NEAR}, "theirs": {4.0: FAR, 8.0: FAR}}, superiority())
    assert (both.outcome, both.p) == (SUPPORTED, max(test.p for test in both.tests))
    lost = only({"mine": {4.0: NEAR, 8.0: FAR}, "theirs": {4.0: FAR, 8.0: NEAR}}, superiority())
    assert lost.outcome is CONTRADICTED
    assert "after Holm's correction over 2 points" in lost.reason


def test_a_lonely_bad_ratio_needs_correction():
    """With many ratios a p of 0.03 at one of them is no contradiction for all, and no support for any."""
    slightly = [value - shift for value, shift in zip(NEAR, (0.004, 0.001, 0.003, 0.0005, 0.006), strict=True)]
    p = stats.ttest_rel(slightly, NEAR).pvalue
    assert 0.01 < p < 0.05
    ratios = (2.0, 4.0, 8.0, 16.0, 32.0)
    theirs = {ratio: NEAR if ratio == 8 else ALIKE["theirs"][8.0] for ratio in ratios}
    mine = {ratio: slightly if ratio == 8 else NEAR for ratio in ratios}
    assert only({"mine": mine, "theirs": theirs}, superiority()).outcome is UNDECIDABLE
    assert only({"mine": mine, "theirs": theirs}, superiority("theirs", "ratios = [8]")).outcome is CONTRADICTED
    anywhere = only({"mine": theirs, "theirs": mine}, superiority("theirs", 'over = "any"'))
    assert anywhere.outcome is UNDECIDABLE
    assert anywhere.p == pytest.approx(5 * p)
    assert only({"mine": theirs, "theirs": mine}, superiority("theirs", "ratios = [8]")).outcome is SUPPORTED


def test_any_ratio():
    """One ratio is enough for `any`, and contradiction takes all."""
    at_two = {"mine": {4.0: NEAR, 8.0: NEAR}, "theirs": {4.0: FAR, 8.0: ALIKE["theirs"][8.0]}}
    assert only(at_two, superiority("theirs", 'over = "any"')).outcome is SUPPORTED
    mixed = {"mine": {4.0: FAR, 8.0: NEAR}, "theirs": {4.0: NEAR, 8.0: ALIKE["theirs"][8.0]}}
    assert only(mixed, superiority("theirs", 'over = "any"')).outcome is UNDECIDABLE
    lost = {"mine": {4.0: FAR, 8.0: FAR}, "theirs": {4.0: NEAR, 8.0: NEAR}}
    assert only(lost, superiority("theirs", 'over = "any"')).outcome is CONTRADICTED
    open_ = {"mine": {4.0: NEAR, 8.0: (0.9,)}, "theirs": {4.0: FAR, 8.0: (0.8,)}}
    assert only(open_, superiority("theirs", 'over = "any"')).outcome is SUPPORTED
    assert only(open_, superiority()).outcome is UNDECIDABLE


def test_holm_runs_over_primary_claims():
    """Primary claims share the level; the others are exploratory and say so."""
    slightly = [value + shift for value, shift in zip(NEAR, (0.004, 0.001, 0.003, 0.0005, 0.006), strict=True)]
    accuracies = {"mine": {8.0: slightly}, "theirs": {8.0: NEAR}, "others": {8.0: ALIKE["theirs"][8.0]}}
    p = stats.ttest_rel(slightly, NEAR).pvalue
    single = only(accuracies, superiority())
    first, second, third = ask(
        accuracies,
        superiority("theirs", "primary = true") + superiority("others", "primary = true") + superiority(),
    )
    assert (single.outcome, single.notes) == (SUPPORTED, ())
    assert first.p == pytest.approx(p)
    assert first.p_adjusted == pytest.approx(2 * p)
    assert (first.outcome, third.outcome) == (UNDECIDABLE, SUPPORTED)
    assert "after Holm's correction over 2 primary claims" in first.reason
    assert any(note.startswith("exploratory") for note in third.notes)
    assert not any(note.startswith("exploratory") for note in first.notes + second.notes)


def test_stages_stand_alone():
    """Seeds that were added are a stage of their own: neither stage sees the other's, and each has its share."""
    mine, theirs = NEAR + CLOSE, FAR + ALIKE["theirs"][8.0]
    stage = superiority("theirs", "stage = 2", "seeds = [6, 7, 8, 9, 10]")
    first, second = ask({"mine": {8.0: mine}, "theirs": {8.0: theirs}}, superiority() + stage)
    assert (first.level, second.level) == (0.025, 0.0125)
    assert (first.n, second.n) == ((5, 5), (5, 5))
    assert first.p == pytest.approx(stats.ttest_rel(NEAR, FAR).pvalue)
    assert second.p == pytest.approx(stats.ttest_rel(CLOSE, ALIKE["theirs"][8.0]).pvalue)
    assert only({"mine": {8.0: mine}, "theirs": {8.0: theirs}}, superiority()).level == 0.05


def test_seeds_of_a_claim():
    """A claim is tested on the seeds that it names."""
    found = only(BETTER, superiority("theirs", "seeds = [1, 2, 3]"))
    assert found.n == (3, 3)
    assert found.p == pytest.approx(stats.ttest_rel(NEAR[:3], FAR[:3]).pvalue)


def curve(shift: float, *, points: int = 5, seed: int = 0) -> dict[float, list[float]]:
    """Accuracies of a curve, over five seeds."""
    rng = np.random.default_rng(seed)
    return {2.0 ** (k + 1): (0.9 - 0.01 * k + shift + 0.002 * rng.standard_normal(5)).tolist() for k in range(points)}


def test_curve_is_the_mean_height_over_log2():
    """The area is the trapezoid over log2 of the ratio, run by run, and tested as a value at one ratio is."""
    mine, theirs = curve(0.02), curve(0.0, seed=1)
    found = only({"mine": mine, "theirs": theirs}, superiority("theirs", 'endpoint = "curve"'))
    x = np.log2(list(mine))
    areas = [np.trapezoid(np.array(list(each.values())), x, axis=0) / (x[-1] - x[0]) for each in (mine, theirs)]
    peer = stats.ttest_rel(*areas)
    assert found.outcome is SUPPORTED
    assert found.effect == pytest.approx(np.mean(areas[0] - areas[1]))
    assert found.interval == pytest.approx(tuple(peer.confidence_interval(0.95)))
    assert found.tests[0].ratio is None
    assert "holds on every sub-range" in " ".join(found.notes)


def test_curve_leaves_out_what_not_all_have():
    """A ratio that a seed lacks, or at which both are dead, is no point of the curve; four are the least."""
    mine, theirs = curve(0.02), curve(0.0, seed=1)
    toml = superiority("theirs", 'endpoint = "curve"')
    shorter = only({"mine": {**mine, 2.0: mine[2.0][:4]}, "theirs": theirs}, toml)
    assert shorter.outcome is SUPPORTED
    assert "1 of 5 ratios left out: a seed is missing, or nothing lives" in shorter.notes
    dead = (0.1, 0.1001, 0.1, 0.0999, 0.1)
    same = only({"mine": {**mine, 64.0: dead}, "theirs": {**theirs, 64.0: dead}}, toml)
    assert same.effect == pytest.approx(only({"mine": mine, "theirs": theirs}, toml).effect)
    few = only({"mine": {**mine, 2.0: mine[2.0][:4], 4.0: mine[4.0][:4]}, "theirs": theirs}, toml)
    assert few.outcome is UNDECIDABLE
    assert "3 ratios with all seeds, where a curve takes 4" in few.reason


def test_curve_with_a_bimodal_point():
    """One ratio that mixes dead and living runs leaves the whole curve undecidable; without it, it is told."""
    mine, theirs = curve(0.02), curve(0.0, seed=1)
    theirs[32.0] = [0.1, *theirs[32.0][1:]]
    toml = superiority("theirs", 'endpoint = "curve"')
    found = only({"mine": mine, "theirs": theirs}, toml)
    assert found.outcome is UNDECIDABLE
    assert found.reason.startswith("bimodal: 1 of 5 runs of `theirs` at 32×")
    assert only({"mine": mine, "theirs": theirs}, toml + "ratios = [2, 4, 8, 16]\n").outcome is SUPPORTED


def test_efficiency():
    """A theoretical speedup above that of the reference, 1 for the dense network; with a margin, quality as well."""
    columns = changed(
        contest({**HARD, "random_of_mine": {8.0: FAR}}),
        lambda row: row["method"] == "mine",
        theoretical_speedup=lambda row: 7 + 0.1 * int(row["seed"]),
    )
    plain = only(columns, '[[claim]]\nkind = "efficiency"\nmethod = "mine"\n')
    assert (plain.outcome, plain.against, plain.metric) == (SUPPORTED, "dense", "theoretical_speedup")
    assert plain.effect == pytest.approx(6.3)
    assert "says nothing of quality: declare `margin` to hold it" in plain.notes
    assert only(columns, claim("efficiency")).outcome is SUPPORTED
    both = only(columns, claim("efficiency", "margin = 0.01"))
    assert (both.outcome, [test.metric for test in both.tests]) == (SUPPORTED, ["theoretical_speedup", "top1"])
    worse = changed(columns, lambda row: row["method"] == "mine", top1=lambda row: FAR[int(row["seed"]) - 1])
    assert only(worse, claim("efficiency", "margin = 0.01")).outcome is CONTRADICTED
    turned = only(columns, '[[claim]]\nkind = "efficiency"\nmethod = "theirs"\nagainst = "mine"\n')
    assert turned.outcome is CONTRADICTED


def test_efficiency_that_is_counted():
    """Speedups that are the same in every run are compared as they stand, without a p."""
    columns = changed(
        contest(BETTER), theoretical_speedup=lambda row: {"mine": 5.0, "theirs": 4.0}.get(row["method"], 1)
    )
    found = only(columns, claim("efficiency"))
    assert (found.outcome, found.p, found.effect, found.test) == (SUPPORTED, None, 1.0, "counted")
    assert "the same in every run" in found.reason
    level = only(changed(columns, theoretical_speedup=4.0), claim("efficiency"))
    assert level.outcome is UNDECIDABLE


def test_latency():
    """Lower is better, and the dense network's own latency stands for it."""
    columns = changed(
        contest(BETTER),
        latency_pruned=lambda row: None if row["method"] == "dense" else 0.001 * (1 + 0.01 * int(row["seed"])),
        latency_dense=lambda row: 0.002 * (1 + 0.005 * int(row["seed"]) ** 2),
    )
    found = only(columns, '[[claim]]\nkind = "efficiency"\nmethod = "mine"\nmetric = "latency_pruned"\n')
    assert found.outcome is SUPPORTED
    assert found.effect > 0


def test_collapse_rate():
    """The one claim that a cell of dead and living runs can decide; below four runs no outcome could."""
    dead, mixed = [0.1, 0.101, 0.1, 0.0999, 0.1], [0.1, 0.9, 0.9, 0.1, 0.9]
    toml = superiority("theirs", 'metric = "collapse_rate"')
    found = only({"mine": {8.0: NEAR}, "theirs": {8.0: dead}}, toml)
    assert (found.outcome, found.effect, found.test) == (SUPPORTED, 1.0, "Fisher's exact")
    assert found.p == pytest.approx(stats.fisher_exact([[5, 0], [0, 5]]).pvalue)
    open_ = only({"mine": {8.0: NEAR}, "theirs": {8.0: mixed}}, toml)
    assert (open_.outcome, open_.effect) == (UNDECIDABLE, 0.4)
    three = only({"mine": {8.0: NEAR[:3]}, "theirs": {8.0: dead[:3]}}, toml)
    assert three.outcome is UNDECIDABLE
    assert "no outcome could reach the level" in three.reason
    assert three.remedy == "run 4 of each or more"
    unknown = only(changed(contest(BETTER), dataset="of our own"), toml)
    assert "is not known, and so not what has collapsed" in unknown.reason


def test_reachability_is_judged_at_the_corrected_level():
    """Four runs of each reach 0.05, and not half of it."""
    accuracies = {"mine": {8.0: NEAR[:4]}, "theirs": {8.0: (0.1, 0.101, 0.1, 0.0999)}}
    toml = superiority("theirs", 'metric = "collapse_rate"', "primary = true")
    assert only(accuracies, toml).outcome is SUPPORTED
    first, _ = ask(
        accuracies, toml + superiority("theirs", 'metric = "collapse_rate"', "primary = true", "ratios = [16]")
    )
    assert "no outcome could reach the level" in first.reason
    assert first.remedy == "run 5 of each or more"


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        (superiority("nobody"), "`nobody` has no pruned network with a `top1`"),
        ('[[claim]]\nkind = "superiority"\nmethod = "nobody"\nagainst = "mine"\n', "`nobody` has no pruned network"),
        ('[[claim]]\nkind = "superiority"\nmethod = "mine"\n', "does not say what the method is held against"),
        (superiority("theirs", 'metric = "top5"'), "has no pruned network with a `top5`"),
        (superiority("theirs", "ratios = [64]"), "`mine` was not run at 64×"),
        (superiority("theirs", 'datasets = ["imagenet"]'), "`mine` was not run for any architecture on imagenet"),
        (superiority("theirs", 'architectures = ["vgg16"]'), "`mine` was not run for vgg16 on any data set"),
        (superiority("others"), "`mine` and `others` share no pair and ratio"),
    ],
)
def test_what_was_not_run(toml: str, why: str):
    """A reference, a metric, a ratio or a data set that is not there leaves a claim undecidable and says so."""
    found = only({**BETTER, "others": {32.0: NEAR}}, toml)
    assert found.outcome is UNDECIDABLE
    assert why in found.reason
    assert found.remedy


def test_no_dense_network():
    """What is held against the dense network needs one."""
    columns = without(contest(BETTER), lambda row: row["method"] == "dense")
    assert "there is no dense network with a `top1`" in only(columns, superiority("dense")).reason


def test_unequal_sizes_are_not_compared():
    """Methods whose achieved ratios differ are at different points, whatever was asked for."""
    columns = changed(contest(BETTER), lambda row: row["method"] == "theirs", compression_ratio=7.0)
    assert only(columns, superiority()).outcome is UNDECIDABLE
    assert "was not run at the size of `mine`" in only(columns, superiority("theirs", "ratios = [8]")).reason


def test_several_pairs():
    """A claim over pairs holds on each; the mean over them is for these pairs only, unless they are five."""

    def study(number: int) -> studies.Table:
        columns = joined(*(contest(BETTER, dataset=f"set {k}") for k in range(number)))
        return changed(columns, top1=lambda row: row["top1"] + 0.001 * int(row["dataset"][-1]) *
                       (row["method"] == "mine"), initial_weights=lambda row: row["dataset"] + row["seed"])  # fmt: skip

    two = only(study(2), superiority())
    assert (two.outcome, len(two.tests)) == (SUPPORTED, 2)
    assert any("mean over 2 pairs" in note and "these pairs only" in note for note in two.notes)
    assert not any("t over pair means" in note for note in two.notes)
    assert any("t over pair means" in note for note in only(study(5), superiority()).notes)
    narrow = only(study(3), superiority("theirs", 'datasets = ["set 1"]'))
    assert [test.dataset for test in narrow.tests] == ["set 1"]


def test_seeds_it_would_take():
    """They follow from the declared effect or margin and the pooled deviation, as a range, never from what was seen."""
    assert only(ALIKE, superiority()).seeds is None
    assert "declare `effect`" in only(ALIKE, superiority()).remedy
    small, large = (only(ALIKE, superiority("theirs", f"effect = {effect}")) for effect in (0.008, 0.0001))
    assert small.seeds is not None
    assert small.seeds.least <= small.seeds.most
    assert large.seeds == Seeds(None, None)
    assert "not practical" in large.remedy
    shifted = {"mine": {8.0: [value + 0.002 for value in NEAR]}, "theirs": ALIKE["theirs"]}
    assert only(shifted, superiority("theirs", "effect = 0.008")).seeds == small.seeds
    margin = only(HARD, claim("non-inferiority", "margin = 0.001"))
    assert margin.seeds is not None
    assert only(BETTER, superiority("theirs", "effect = 0.003")).seeds is None


def test_a_higher_level_of_evidence_takes_more_seeds():
    """A plan is made at the level that the claim is held to."""
    one = only(ALIKE, superiority("theirs", "effect = 0.012"))
    first, _ = ask(ALIKE, superiority("theirs", "effect = 0.012", "primary = true") * 2)
    assert first.seeds.most > one.seeds.most


def test_on_this_test_set():
    """A difference within one standard error of the test set is bound to it; a larger one is not."""
    assert only(ALIKE, claim("equivalence", "margin = 0.01")).condition == "on this test set"
    assert only(BETTER, superiority()).condition == ""
    assert only(changed(contest(BETTER), n_test=5.0), superiority()).condition == "on this test set"
    assert only(without(contest(BETTER), None, "n_test"), superiority()).condition == "on this test set"


def test_for_this_checkpoint():
    """One checkpoint for all seeds: Welch, and the answer is bound to it."""
    found = only(changed(contest(BETTER), initial_weights="one"), superiority())
    assert (found.outcome, found.test, found.condition) == (SUPPORTED, "Welch's t", "for this checkpoint")


def test_wild_numbers():
    """Whatever stands in the table, an answer comes, and no NaN with it."""
    for column in ("compression_ratio", "compression_target", "top1", "n", "theoretical_speedup", "n_test"):
        for value in (float("nan"), float("inf"), float("-inf"), 0.0, -1.0, 1e308):
            columns = changed(contest({**HARD, "random_of_mine": {8.0: FAR}}), lambda row: row["seed"] == "2",
                              **{column: value})  # fmt: skip
            toml = "".join(
                claim(kind, *more, against=against)
                for against in ("theirs", "dense")
                for kind, *more in (
                    ("superiority",), ("superiority", 'endpoint = "curve"'),
                    ("superiority", 'metric = "collapse_rate"'),
                    ("non-inferiority", "margin = 0.01"), ("equivalence", "margin = 0.01"), ("efficiency",),
                )
            )  # fmt: skip
            with np.errstate(all="ignore"):
                found = ask(columns, toml)
            assert all(answer.reason and "nan" not in answer.reason for answer in found), (column, value)


def test_order_of_rows_and_purity():
    """The rows may come in any order, and asking changes nothing."""
    toml = superiority() + claim("non-inferiority", "margin = 0.01") + superiority("theirs", 'over = "any"')
    columns = contest(HARD)
    rows = studies.to_rows(columns)
    turned = studies.from_rows(rows[::2] + rows[1::2])
    assert ask(columns, toml) == ask(turned, toml)
    judged = case(columns, toml)
    assert answers(judged) == answers(judged)
    assert [len(each) for each in rows_behind(judged)] == [10, 10, 10]


def test_no_claims():
    """A study without claims has no answers."""
    assert answers(case(contest(BETTER))) == ()
    assert answers(studies.Case(case(contest(BETTER)).results, Study.parse("claims = []\n"))) == ()


def test_answers_are_data():
    """An answer compares and prints as plain data."""
    found = only(BETTER, superiority())
    assert isinstance(found, Answer)
    assert found == only(BETTER, superiority())
    assert str(Seeds(4, 9)) == "4–9 seeds a cell"
    assert str(Seeds(4, 4)) == "4 seeds a cell"
    assert str(Seeds(12, None)) == "12 to more than 30 seeds a cell"
