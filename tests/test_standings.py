"""How means stand among those at one point: the best, and what the runs do not tell from it."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from audit.areas import summarise_areas
from audit.engine import audit_results
from audit.report import CellReport, Standing
from audit.schema import AREA
from audit.summary import summarise_cells
from tests.noisy import SEEDS, noisy, values
from tests.studies import case, changed, table, without

NAMES = ("mine", "random_all", "magnitude_all", "random_alike", "magnitude_alike")


def at(cells: tuple[CellReport, ...], target: float) -> dict[str, CellReport]:
    """The pruned cells of one ratio by method."""
    return {cell.method: cell for cell in cells if cell.compression_target == target and not cell.dense}


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("target", [2, 4, 8, 16, 32])
def test_as_an_independent_reference(target: float, shared: bool):
    """Paired t where seeds share initial weights, else Welch's; Holm over the point: as scipy and statsmodels say."""
    columns = noisy() if shared else changed(noisy(), initial_weights=lambda row: f"{row['method']}-{row['seed']}")
    cells = at(summarise_cells(case(columns)), target)
    best = max(cells, key=lambda name: values(cells[name]).mean())
    others = [name for name in cells if name != best]
    tested = [
        stats.ttest_rel(values(cells[best]), values(cells[name]))
        if shared
        else stats.ttest_ind(values(cells[best]), values(cells[name]), equal_var=False)
        for name in others
    ]
    adjusted = multipletests([each.pvalue for each in tested], method="holm")[1]
    assert cells[best].standings["top1"] == Standing(best=True)
    for name, p, each in zip(others, adjusted, tested, strict=True):
        standing = cells[name].standings["top1"]
        assert not standing.best
        assert standing.p == pytest.approx(p)
        assert standing.told is bool(p <= 0.05)
        assert standing.test == ("paired t" if shared else "Welch's t")
        low, high = each.confidence_interval(1 - 0.05 / len(others))
        assert standing.smallest == pytest.approx((high - low) / 2)


def test_a_gap_that_is_reached_is_told():
    """Whatever exceeds the smallest difference that the note names has been told from the best."""
    cells = [cell for cell in summarise_cells(case(noisy())) if not cell.dense]
    best = {cell.compression_target: cell.metrics["top1"].mean for cell in cells if cell.standings["top1"].best}
    tested = [cell for cell in cells if cell.standings["top1"].told is not None]
    assert {cell.standings["top1"].told for cell in tested} == {True, False}
    for cell in tested:
        gap = (best[cell.compression_target] or 0) - (cell.metrics["top1"].mean or 0)
        if gap > (cell.standings["top1"].smallest or 0):
            assert cell.standings["top1"].told


def test_few_runs_are_not_tested():
    """Four seeds tell nothing of what is not told apart, and the reason is given; the best mean is still the best."""
    cells = [cell for cell in summarise_cells(case(noisy(seeds=(1, 2, 3, 4)))) if not cell.dense]
    assert all(cell.standings["top1"].told is None for cell in cells)
    assert {cell.standings["top1"].why for cell in cells} == {"", "fewer than 5 runs"}
    assert sum(cell.standings["top1"].best for cell in cells) == 5


def test_collapsed_runs_are_not_tested():
    """One network at chance level takes its cell out of the tests, and not the others."""
    columns = changed(noisy(), lambda row: row["method"] == "random_all" and row["seed"] == "1", top1=0.1)
    cells = at(summarise_cells(case(columns)), 8)
    assert cells["random_all"].standings["top1"].why == "a run at chance level"
    assert cells["magnitude_all"].standings["top1"].told is not None


def test_a_collapsed_best_tests_nothing():
    """Where the best mean's own method has a run at chance level nothing is held against it."""
    columns = changed(noisy(), lambda row: row["method"] == "mine", top1=lambda row: 0.1 if row["seed"] == "1" else 1.0)
    cells = at(summarise_cells(case(columns)), 32)
    assert cells["mine"].standings["top1"].best
    assert all(cell.standings["top1"].told is None for cell in cells.values())


def test_lower_is_better():
    """The drop from dense and a loss are best where they are least; what is counted is not tested."""
    columns = changed(noisy(), loss=lambda row: 1 - row["top1"])
    cells = at(summarise_cells(case(columns)), 8)
    for measure in ("drop", "loss"):
        assert [name for name in cells if cells[name].standings[measure].best] == [
            min(cells, key=lambda name: values(cells[name], measure).mean())
        ]
    assert {cell.standings["theoretical_speedup"].told for cell in cells.values()} == {None}
    assert all("compression_ratio" not in cell.standings for cell in cells.values())


def test_drop_is_that_of_each_seed():
    """Each network is held against the dense network of its seed."""
    cells = summarise_cells(case(noisy()))
    dense = next(cell for cell in cells if cell.dense)
    for cell in cells:
        if not cell.dense:
            assert values(cell, "drop") == pytest.approx(values(dense) - values(cell))
    assert "drop" not in dense.metrics


def test_area_is_the_mean_height_over_octaves():
    """The trapezoid rule over log2 of the ratio, divided by its width, for each seed."""
    judged = case(noisy())
    cells = [cell for cell in summarise_cells(judged) if cell.method == "mine"]
    cells.sort(key=lambda cell: cell.compression_target or 0)
    (area,) = (each for each in summarise_areas(judged) if each.method == "mine")
    ratios = [cell.compression_ratio or 0 for cell in cells]
    steps = np.log2([right / left for left, right in pairwise(ratios)])
    curves = np.array([values(cell) for cell in cells])
    by_hand = ((curves[1:] + curves[:-1]) / 2 * steps[:, None]).sum(axis=0) / steps.sum()
    assert values(area, AREA) == pytest.approx(by_hand)
    assert area.over == pytest.approx(ratios)
    assert area.metrics[AREA].std == pytest.approx(np.std(by_hand, ddof=1))


def test_areas_are_tested_like_points():
    """The area of each method against the best one, seed by seed."""
    areas = {cell.method: cell for cell in summarise_areas(case(noisy()))}
    best = max(areas, key=lambda name: values(areas[name], AREA).mean())
    others = [name for name in areas if name != best]
    p = [stats.ttest_rel(values(areas[best], AREA), values(areas[name], AREA)).pvalue for name in others]
    adjusted = multipletests(p, method="holm")[1]
    assert [areas[name].standings[AREA].p for name in others] == pytest.approx(adjusted.tolist())


def test_areas_need_a_common_grid():
    """Fewer than four common ratios: no area; a method with too few of its own does not take it from the others."""
    few = table(ratios=(2, 4, 8), seeds=SEEDS)
    assert summarise_areas(case(few)) == ()
    columns = noisy()
    short = without(columns, lambda row: row["method"] == "random_all" and row["compression_target"] >= 8)
    areas = summarise_areas(case(short))
    assert {cell.method for cell in areas} == set(NAMES) - {"random_all"}
    assert {cell.over for cell in areas} == {areas[0].over}
    assert len(areas[0].over) == 5


def test_crossing_curves_are_said():
    """A method that leads at small ratios and loses the area: the sign does not hold on every part of the range."""
    columns = changed(
        noisy(spread=0.0005),
        lambda row: row["method"] == "random_all",
        top1=lambda row: row["top1"] + (0.02 if row["compression_target"] <= 8 else -0.05),
    )
    crosses = {cell.method: cell.crosses for cell in summarise_areas(case(columns))}
    assert crosses["random_all"]
    assert not crosses["mine"]


def test_cells_that_a_rule_fails():
    """A cell knows the rules that fail it one by one."""
    judged = case(changed(noisy(), lambda row: row["method"] == "mine" and row["compression_target"] == 4, top1=1.4))
    report = audit_results(judged.results, judged.study, (), version="0")
    failing = {(cell.method, cell.compression_target): cell.failing for cell in report.cells}
    assert "NUM010" in failing["mine", 4.0]
    assert "NUM010" not in failing["mine", 8.0]
