"""What part of a figure is drawn, and what is said beside it."""

from itertools import pairwise

import pytest
from msgspec.structs import replace
from sample import cell, realistic

from audit.case import LIVING_SHARE
from audit.figures import Bar, Figure, tradeoffs
from audit.render import caption, frame
from audit.render.palette import styles
from audit.render.svg_plot import plot

PAIR = ("digits", "resnet8")


def figure(*means: float, spread: float = 0.001, higher: bool = True) -> Figure:
    """A method of these means against the compression ratio, and a dense control of 0.94; chance is 0.1."""
    cells = [cell("dense", 1, [0.94, 0.941, 0.939], [1.0] * 3, pair=PAIR)]
    for power, mean in enumerate(means, start=1):
        cells.append(cell("global_random", 2**power, [mean, mean + spread, mean - spread], [2.0] * 3, pair=PAIR))
    report = realistic()
    metric = replace(report.metric, higher_is_better=higher)
    return tradeoffs(replace(report, cells=tuple(cells), metric=metric))[0]


def test_the_frame_follows_the_data():
    """From 94 to 84 %: chance lies far below the frame, and the caption says so."""
    made = figure(0.938, 0.93, 0.91, 0.84)
    shown = frame.whole(made)
    assert shown.y_low > 0.8
    assert not shown.shows(0.1)
    assert "The chance level (10\N{NO-BREAK SPACE}%) lies below the frame." in caption.remarks(made, shown)


@pytest.mark.parametrize(("lowest", "drawn"), [(0.32, False), (0.3, True), (0.1, True), (0.05, True)])
def test_chance_is_drawn_where_something_comes_near(lowest: float, drawn: bool):
    """Within a quarter of the way from chance to dense, 0.31 here, or beyond it."""
    made = figure(0.9, lowest)
    shown = frame.whole(made)
    assert shown.shows(0.1) is drawn
    assert any("chance level" in remark for remark in caption.remarks(made, shown)) is not drawn


def test_where_lower_is_better():
    """Chance lies above; near is what comes up to it."""
    made = figure(0.95, 0.96, higher=False)
    chance = replace(made.pair, chance=9.0)
    made = replace(made, pair=chance, metric=replace(made.metric, percent=False))
    assert "The chance level (9) lies above the frame." in caption.remarks(made, frame.whole(made))
    assert frame.whole(replace(made, pair=replace(chance, chance=0.965))).shows(0.965)


def test_a_single_outlier_earns_a_close_up():
    """Where all but one network lie near the dense control, they are shown alone, too."""
    assert frame.close_up(figure(0.938, 0.93, 0.929, 0.928, 0.1)) is not None
    assert frame.close_up(figure(0.938, 0.93, 0.6, 0.4, 0.1)) is None


def test_a_dense_control_beyond_the_frame_is_not_drawn():
    """Of two dense controls a close-up has the one that lies in it; the whole figure has both."""
    made = figure(0.938, 0.93, 0.929, 0.928, 0.1)
    made = replace(made, dense=(*made.dense, replace(made.dense[0], mean=0.2)))
    near, chosen = frame.close_up(made), styles(realistic())
    assert near is not None
    assert not near.shows(0.2)
    assert len(plot(made, near, chosen).dense) == 1
    assert len(plot(made, frame.whole(made), chosen).dense) == 2


def test_bars_end_where_the_metric_does():
    """The drawn bar stays within 0 and 100 %, the numbers stay as they are, and the caption tells of both."""
    made = figure(0.9, 0.6, spread=0.3)
    shown = frame.whole(made)
    point = made.curves[0].points[0]
    assert point.bar is Bar.INTERVAL
    assert point.high > 1
    assert shown.bar(point) == (pytest.approx(point.low), 1.0)
    assert any(
        remark.startswith("Bars are cut at 0 and 100\N{NO-BREAK SPACE}%") for remark in caption.remarks(made, shown)
    )
    assert not any("cut" in remark for remark in caption.remarks(figure(0.8), frame.whole(figure(0.8))))
    assert "no test of a difference" in caption.reading([made], 3)


def test_at_chance_is_what_the_case_calls_it():
    """The words say the share that the audit uses."""
    assert f"{100 * LIVING_SHARE:g}\N{NO-BREAK SPACE}%" in caption.AT_CHANCE


def test_tick_labels_are_exact():
    """A narrow frame has ticks between whole percents, and their labels are not rounded."""
    made = figure(0.94, 0.9395, 0.938)
    drawn = plot(made, frame.whole(made), styles(realistic()))
    values = [float(tick.label) for tick in drawn.y_ticks]
    steps = {round(right - left, 6) for left, right in pairwise(values)}
    assert len(steps) == 1
