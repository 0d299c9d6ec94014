"""Every two methods at each point, described."""

import pytest
from scipy import stats

from audit.duels import duels
from audit.engine import audit_results
from audit.report import Duel
from tests.noisy import noisy, values
from tests.studies import STUDY, case, changed, joined, table


def found(*, shared: bool = True) -> dict[tuple[str, str, float | None], Duel]:
    """The comparisons of the noisy study."""
    columns = noisy() if shared else changed(noisy(), initial_weights=lambda row: f"{row['method']}-{row['seed']}")
    return {(each.method, each.against, each.ratio): each for each in duels(case(columns))}


@pytest.mark.parametrize("shared", [True, False])
def test_as_an_independent_reference(shared: bool):
    """Difference and interval of scipy's paired and Welch's t."""
    columns = noisy() if shared else changed(noisy(), initial_weights=lambda row: f"{row['method']}-{row['seed']}")
    judged = case(columns)
    cells = audit_results(judged.results, judged.study, (), version="0").cells
    one, other = (
        values(next(cell for cell in cells if cell.method == name and cell.compression_target == 8))
        for name in ("mine", "random_all")
    )
    expected = stats.ttest_rel(one, other) if shared else stats.ttest_ind(one, other, equal_var=False)
    duel = found(shared=shared)["mine", "random_all", 8.0]
    assert duel.estimate == pytest.approx(one.mean() - other.mean())
    assert duel.interval == pytest.approx(tuple(expected.confidence_interval(0.95)))


def test_both_directions_are_one():
    """What is so much better than another is worse by as much the other way round."""
    all_ = found()
    assert len(all_) == 5 * 4 * 5
    for (method, against, ratio), duel in all_.items():
        mirror = all_[against, method, ratio]
        assert duel.estimate == pytest.approx(-(mirror.estimate or 0))
        assert duel.interval == pytest.approx(tuple(-end for end in reversed(mirror.interval or (0, 0))))


def test_lower_may_be_better():
    """A difference above 0 says that the first method is better, whatever the metric's direction."""
    columns = changed(noisy(), loss=lambda row: 1 - row["top1"])
    study = STUDY + '[metric.loss]\ndirection = "lower"\n'
    for duel in duels(case(columns, study)):
        other = found()[duel.method, duel.against, duel.ratio]
        assert duel.estimate == pytest.approx(other.estimate)


def test_what_cannot_be_compared_says_why():
    """Where collapsed and living runs mix there is no difference of means."""
    columns = changed(noisy(), lambda row: row["method"] == "mine" and row["seed"] == "1", top1=0.1)
    mine = [each for each in duels(case(columns)) if each.method == "mine"]
    assert mine
    assert all(each.estimate is None and "bimodal" in each.why for each in mine)


def test_a_large_study_compares_the_proposed(monkeypatch: pytest.MonkeyPatch):
    """Above so many comparisons the proposed methods alone are held against the others."""
    monkeypatch.setattr("audit.duels.MOST", 50)
    pairs = duels(case(joined(noisy(), table(dataset="svhn"))))
    assert {each.method for each in pairs} == {"mine"}
    assert {each.against for each in pairs} == {"random_all", "magnitude_all", "random_alike", "magnitude_alike"}
