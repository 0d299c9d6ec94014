"""The trade-off curves as data."""

import pytest
from msgspec.structs import replace

from audit.figures import Axis, Bar, order_changes, tradeoffs
from audit.report import CellReport, MethodReport, MetricReport, PairReport, Report, Statistic
from audit.rule import Finding, Severity, Verdict


def statistic(*values: float | None, ci95: tuple[float, float] | None = None, stated: float | None = None) -> Statistic:
    """A statistic of values whose mean is the only thing that is worked out."""
    known = [value for value in values if value is not None]
    mean = sum(known) / len(known) if known else None
    low, high = (min(known), max(known)) if known else (None, None)
    return Statistic(values, len(known), mean, None, ci95, mean, low, high, stated)


def cell(
    method: str, ratio: float | None, quality: Statistic, speedup: Statistic | None = None, **more: object
) -> CellReport:
    """A cell of one pair with as many seeds as values."""
    metrics = {"top1": quality} | ({} if speedup is None else {"theoretical_speedup": speedup})
    fields = {"dense": False, "n": len(quality.values), "failed": 0, "collapsed": 0, **more}
    seeds = tuple(range(len(quality.values)))
    return CellReport("d", "a", method, ratio, None, seeds=seeds, metrics=metrics, **fields)  # type: ignore[arg-type]


def report(*cells: CellReport, higher_is_better: bool = True) -> Report:
    """A report of cells of the methods m, k and dense on one pair."""
    methods = tuple(MethodReport(name, name, "other", {}, {}) for name in ("dense", "m", "k"))
    metric = MetricReport("top1", "Top-1", higher_is_better, percent=True)
    pair = PairReport("d", "a", "", "", 0.1, None, None, 3)
    return Report("0", "", "", (), metric, (), (), cells, methods, (pair,))


def test_one_figure_for_each_pair_and_measure_of_size():
    """A pair has a figure against compression and one against speedup; methods without cells have no curve."""
    figures = tradeoffs(report(cell("m", 4.0, statistic(0.9), statistic(3.0)), cell("m", 2.0, statistic(0.95))))
    assert [figure.axis for figure in figures] == [Axis.COMPRESSION, Axis.SPEEDUP]
    assert [[point.x for point in curve.points] for curve in figures[0].curves] == [[2.0, 4.0]]
    assert [[point.x for point in curve.points] for curve in figures[1].curves] == [[3.0]]
    assert [figure.left_out for figure in figures] == [0, 1]


def test_dense_control_stands_at_one():
    """The dense control is no curve: it stands at ratio 1 on both axes."""
    figures = tradeoffs(report(cell("dense", 1.0, statistic(0.99, 0.98), dense=True)))
    assert all(not figure.curves and figure.dense[0].x == 1.0 for figure in figures)


def test_what_a_method_makes_at_one_is_no_control_beside_a_dense_one():
    """Without a method `dense` all at 1× are taken for controls."""
    made = cell("m", 1.0, statistic(0.1), dense=True)
    assert [
        point.mean for point in tradeoffs(report(made, cell("dense", 1.0, statistic(0.9), dense=True)))[0].dense
    ] == [0.9]
    assert [point.mean for point in tradeoffs(report(made))[0].dense] == [0.1]


@pytest.mark.parametrize(("ratios", "joined"), [((2.0, 4.0), True), ((2.0, 4.0, 2.0), False), ((2.0, 2.1), True)])
def test_settings_at_one_size_are_no_curve(ratios, joined):
    """Points are joined where each stands at a size of its own."""
    (curve,) = tradeoffs(report(*(cell("m", ratio, statistic(0.9)) for ratio in ratios)))[0].curves
    assert curve.joined is joined


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.UNDECIDABLE, Verdict.FAIL])
def test_an_axis_says_what_is_counted_where_that_is_known(verdict):
    """Not where CMP010 cannot tell it, or finds two definitions."""
    found = Finding("CMP010", "mixed-conventions", Severity.ERROR, verdict, {}, "", "", "", "", 1, (), 0)
    of = replace(report(cell("m", 2.0, statistic(0.9))), findings=(found,))
    assert tradeoffs(of)[0].defined is (verdict is Verdict.PASS)


@pytest.mark.parametrize(
    ("quality", "bar"),
    [
        (statistic(0.8, 0.9, ci95=(0.2, 1.5)), (Bar.INTERVAL, 0.2, 1.5)),
        (statistic(0.8, 0.9), (Bar.RANGE, 0.8, 0.9)),
        (statistic(0.8), (Bar.NONE, 0.8, 0.8)),
        (statistic(0.75, stated=0.25), (Bar.STATED, 0.5, 1.0)),
    ],
)
def test_bar_is_what_it_is_called(quality: Statistic, bar: tuple[Bar, float, float]):
    """The interval where there is one, else the stated deviation, else the range, else nothing."""
    point = tradeoffs(report(cell("m", 2.0, quality)))[0].curves[0].points[0]
    assert (point.bar, point.low, point.high) == bar


def test_every_seed_at_its_own_size():
    """Each network lies at its own speedup with its seed; one without a value is left out."""
    figure = tradeoffs(report(cell("m", 2.0, statistic(0.8, None, 0.9), statistic(1.5, 1.6, 1.7))))[1]
    runs = figure.curves[0].points[0].runs
    assert [(run.x, run.y, run.seed) for run in runs] == [(1.5, 0.8, 0), (1.7, 0.9, 2)]


@pytest.mark.parametrize(("higher_is_better", "collapsed"), [(True, [0.1]), (False, [0.9])])
def test_collapsed_runs_are_the_worst(higher_is_better: bool, collapsed: list[float]):
    """As many of the worst networks as the cell counts at chance level are marked."""
    made = report(cell("m", 2.0, statistic(0.8, 0.1, 0.9), collapsed=1), higher_is_better=higher_is_better)
    runs = tradeoffs(made)[0].curves[0].points[0].runs
    assert [run.y for run in runs if run.collapsed] == collapsed


def test_cells_without_size_or_value_are_counted():
    """What cannot be placed is left out and counted."""
    figure = tradeoffs(report(cell("m", None, statistic(0.8)), cell("k", 2.0, statistic(None))))[0]
    assert (figure.curves, figure.left_out) == ((), 2)


def test_a_mean_row_keeps_its_stated_n():
    """A row of a table of means stands for the n that it states."""
    point = tradeoffs(report(cell("m", 2.0, statistic(0.8, stated=0.01), n=5)))[0].curves[0].points[0]
    assert (point.n, point.runs) == (5, ())


def crossing(*, higher_is_better: bool = True) -> Report:
    """Two methods of three ratios: `m` keeps more accuracy at a ratio, `k` is faster at it."""
    sign = 1 if higher_is_better else -1
    cells = [
        cell(
            name,
            2.0**octave,
            statistic(0.5 + sign * (height - 0.05 * octave - 0.5)),
            statistic(2.0 ** (power * octave)),
        )
        for name, height, power in (("m", 0.92, 0.5), ("k", 0.90, 1.0))
        for octave in (1, 2, 3)
    ]
    return report(*cells, higher_is_better=higher_is_better)


@pytest.mark.parametrize("higher_is_better", [True, False])
def test_the_order_changes_between_the_axes(higher_is_better: bool):
    """By hand: 0.02 above at each ratio; over the speedups of both, 1 to 1.5 octaves, 0.02 − 0.05 · 1.25 below."""
    (change,) = order_changes(tradeoffs(crossing(higher_is_better=higher_is_better)))
    assert (change.above.name, change.below.name) == ("m", "k")
    assert change.by_compression == pytest.approx(0.02)
    assert change.by_speedup == pytest.approx(0.02 - 0.05 * 1.25)


def test_an_order_that_stays_is_not_told():
    """Methods as fast as each other at every ratio lie in one order on both axes; so do those that share no stretch."""
    alike = [
        cell(name, ratio, statistic(top1), statistic(ratio))
        for name, top1 in (("m", 0.9), ("k", 0.8))
        for ratio in (2.0, 4.0)
    ]
    assert order_changes(tradeoffs(report(*alike))) == ()
    apart = [cell("m", ratio, statistic(0.9), statistic(ratio)) for ratio in (2.0, 4.0)]
    apart += [cell("k", ratio, statistic(0.8), statistic(ratio)) for ratio in (8.0, 16.0)]
    assert order_changes(tradeoffs(report(*apart))) == ()
