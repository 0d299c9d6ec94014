"""A trade-off figure drawn for print by matplotlib, which is imported only here and only when something is drawn.

The same input gives the same bytes on the same machine. Fonts are embedded as Type 42; text is plain, and letters that
no font has are written as U+XXXX.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from audit.figures import Bar, Curve, Figure, Point
from audit.render import caption, frame, notation, ticks
from audit.render.frame import Frame
from audit.render.palette import Style
from audit.render.venues import SMALLEST, Venue
from audit.report import MetricReport

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

MARKERS = {
    "circle": "o",
    "square": "s",
    "triangle": "^",
    "diamond": "D",
    "wedge": "v",
    "pentagon": "p",
    "star": "*",
    "plus": "P",
}
# the first three come with matplotlib
FAMILIES = ("STIXGeneral", "DejaVu Serif", "DejaVu Sans", "Noto Serif CJK SC", "Noto Sans CJK SC")
MARGIN = 0.03  # of the axis, before the first and after the last ratio
HEIGHT = 0.62  # of the width of a diagram
LABELLED = 0.4  # of the height of a diagram, without its ticks and labels: what a label along it may take
LETTER = 0.45  # of its size: the width of a letter
KEY = 24.0  # pt: a legend's marker and the space around it
WIDEST_LABEL = 36  # letters of a legend's line
MOST_LINES = 3  # of a label
INK = "#1e2327"
SETTINGS: Any = {
    "font.family": ["serif"],
    "font.serif": list(FAMILIES),
    "mathtext.fontset": "stix",
    "text.usetex": False,
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "prune-audit",
    "axes.linewidth": 0.6,
    "axes.edgecolor": "#555c63",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "savefig.dpi": 300,
    "figure.dpi": 300,
}
_METADATA: Mapping[str, Mapping[str, str | None]] = {
    "pdf": {"CreationDate": None, "Creator": "prune-audit", "Producer": "prune-audit"},
    "svg": {"Date": None, "Creator": "prune-audit"},
    "png": {"Software": "prune-audit"},
}
FORMATS = tuple(_METADATA)


def write(
    figures: Sequence[Figure], styles: Mapping[str, Style], venue: Venue, width: float, n: int
) -> dict[str, bytes]:
    """Figures side by side as PDF, SVG and PNG, by ending; `width` in inches, `n` the usual number behind a mean."""
    import matplotlib as mpl

    out = {}
    with mpl.rc_context(SETTINGS):
        drawing = draw(figures, styles, venue, width, n)
        for form, metadata in _METADATA.items():
            file = io.BytesIO()
            drawing.savefig(file, format=form, metadata=dict(metadata))
            out[form] = file.getvalue()
    return out


def draw(figures: Sequence[Figure], styles: Mapping[str, Style], venue: Venue, width: float, n: int) -> "Drawing":
    """The drawing of some figures of one pair side by side, above one legend and what its marks mean."""
    from matplotlib.figure import Figure as Drawing

    room = int(72 * LABELLED * HEIGHT * width / len(figures) / (LETTER * venue.label))
    notes = wrap(caption.short_reading(figures, n), int(72 * width / (LETTER * SMALLEST)))
    keys = _keys(figures, styles)
    labels = [_lines(label, WIDEST_LABEL) for label, _ in keys]
    columns = _columns(labels, width, venue.small)
    rows = -(-sum(label.count("\n") + 1 for label in labels) // columns)
    below = (rows * venue.small * 1.35 + len(notes) * SMALLEST * 1.3 + 8) / 72
    height = HEIGHT * width / len(figures) + below
    drawing = Drawing(figsize=(width, height), layout="constrained")
    shown = [frame.whole(figure) for figure in figures]
    for number, (figure, seen) in enumerate(zip(figures, shown, strict=True)):
        axes = drawing.add_subplot(1, len(figures), number + 1)
        _diagram(axes, figure, seen, styles, venue, room if number == 0 else 0)
    legend = drawing.legend(
        [handle for _, handle in keys],
        labels,
        loc="outside lower center",
        ncols=columns,
        fontsize=venue.small,
        frameon=False,
        title="\n".join(legible(note) for note in notes),
        title_fontsize=SMALLEST,
        handlelength=2.2,
        columnspacing=1.2,
        handletextpad=0.5,
        borderaxespad=0.2,
        labelspacing=0.3,
    )
    for text in (*legend.get_texts(), legend.get_title()):
        text.set_parse_math(False)
    legend.get_title().set_color("#555c63")
    return drawing


def _diagram(axes: "Axes", figure: Figure, seen: Frame, styles: Mapping[str, Style], venue: Venue, room: int) -> None:
    """One diagram: levels, then every method, proposed ones last; its values are labelled where there is `room`."""
    metric, margin = figure.metric, MARGIN * (seen.x_high - seen.x_low)
    axes.set_xscale("log", base=2)
    axes.set_xlim(2 ** (seen.x_low - margin), 2 ** (seen.x_high + margin))
    low, high = (notation.scaled(value, metric) for value in (seen.y_low, seen.y_high))
    axes.set_ylim(low, high)
    places = ticks.ratios(2**seen.x_low, 2**seen.x_high)
    axes.set_xticks(places, [notation.general(place) for place in places])
    axes.set_yticks(ticks.linear(low, high))
    axes.minorticks_off()
    axes.tick_params(labelsize=venue.small, colors=INK)
    axes.grid(axis="y", color="#dedad1", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel(caption.AXIS_LABELS[figure.axis], fontsize=venue.label, color=INK)
    if room:
        axes.set_ylabel(_lines(caption.measure(metric), room), fontsize=venue.label, color=INK, parse_math=False)
    for point in figure.dense:
        axes.axhline(notation.scaled(point.mean, metric), color=INK, linewidth=0.7)
    if figure.pair.chance is not None and seen.shows(figure.pair.chance):
        axes.axhline(notation.scaled(figure.pair.chance, metric), color="#555c63", linewidth=0.7, linestyle=(0, (4, 3)))
    for curve in sorted(figure.curves, key=lambda each: styles[each.method.name].proposed):
        _curve(axes, curve, seen, styles[curve.method.name], metric)


def _curve(axes: "Axes", curve: Curve, seen: Frame, style: Style, metric: MetricReport) -> None:
    shift, colour, order = 2 ** seen.shifts[curve.method.name], style.colour.light, 4 if style.proposed else 3

    def at(value: float) -> float:
        return notation.scaled(value, metric)

    for collapsed, marker, size in ((False, "o", 1.3), (True, "x", 2.4)):
        runs = [run for point in curve.points for run in point.runs if run.collapsed is collapsed]
        if runs:
            axes.plot(
                [run.x * shift for run in runs],
                [at(run.y) for run in runs],
                linestyle="none",
                marker=marker,
                markersize=size,
                markeredgewidth=0.5 if collapsed else 0.0,
                color=colour,
                alpha=0.6,
                zorder=order - 0.4,
            )
    for points, dotted in ((_with(curve.points, False), False), (_with(curve.points, True), True)):
        _bars(axes, points, seen, shift, colour, metric, dotted=dotted, order=order - 0.2)
    axes.plot(
        [point.x * shift for point in curve.points],
        [at(point.mean) for point in curve.points],
        **_line(style) | ({} if curve.joined else {"linestyle": "none"}),
        zorder=order,
    )


def _with(points: Iterable[Point], ranges: bool) -> list[Point]:
    return [point for point in points if (point.bar is Bar.RANGE) is ranges]


def _bars(
    axes: "Axes", points: Sequence[Point], seen: Frame, shift: float, colour: str, metric: MetricReport, *,
    dotted: bool, order: float,
) -> None:  # fmt: skip
    """Bars as far as the frame shows them: solid with ends, or dotted without."""
    drawn = [(point, bar) for point in points if (bar := seen.bar(point)) is not None]
    if not drawn:
        return
    _, _, bars = axes.errorbar(
        [point.x * shift for point, _ in drawn],
        [notation.scaled(point.mean, metric) for point, _ in drawn],
        yerr=[
            [notation.scaled(point.mean - low, metric) for point, (low, _) in drawn],
            [notation.scaled(high - point.mean, metric) for point, (_, high) in drawn],
        ],
        fmt="none",
        ecolor=colour,
        elinewidth=0.6,
        capsize=0.0 if dotted else 1.4,
        capthick=0.6,
        zorder=order,
    )
    if dotted:
        for each in bars:
            each.set_linestyle((0, (1, 1.5)))


def _line(style: Style) -> dict[str, Any]:
    """How a method's means and the line between them look, in a diagram and in the legend."""
    return {
        "color": style.colour.light,
        "linewidth": 1.5 if style.proposed else 0.8,
        "marker": MARKERS[style.marker],
        "markersize": 4.2 if style.proposed else 3.4,
        "markerfacecolor": style.colour.light if style.filled else "white",
        "markeredgecolor": "white" if style.filled else style.colour.light,
        "markeredgewidth": 0.3 if style.filled else 0.8,
    }


def _keys(figures: Sequence[Figure], styles: Mapping[str, Style]) -> list[tuple[str, Any]]:
    """The lines of the legend: methods that are drawn, in the order of their styles, then the levels."""
    from matplotlib.lines import Line2D

    names = {curve.method.name: curve.method for figure in figures for curve in figure.curves}
    keys = []
    for name, style in styles.items():
        if name in names:
            label = (names[name].label or name) + (" (proposed)" if style.proposed else "")
            keys.append((label, Line2D([], [], **_line(style))))
    if any(figure.dense for figure in figures):
        keys.append(("Dense control", Line2D([], [], color=INK, linewidth=0.7)))
    if any(each.pair.chance is not None and frame.whole(each).shows(each.pair.chance) for each in figures):
        keys.append(("Chance", Line2D([], [], color="#555c63", linewidth=0.7, linestyle=(0, (4, 3)))))
    return keys


def _columns(labels: Sequence[str], width: float, size: float) -> int:
    """How many labels stand side by side."""
    longest = max(max(map(len, label.split("\n"))) for label in labels)
    return max(1, min(len(labels), int(72 * width / (LETTER * size * longest + KEY))))


def _lines(text: str, letters: int) -> str:
    """Legible text in lines of so many letters; what does not fit in a few is cut off."""
    lines = wrap(legible(" ".join(text.split())), max(letters, 8))
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], lines[MOST_LINES - 1][:-1] + "…"]
    return "\n".join(lines)


def legible(text: str) -> str:
    """Text that the fonts at hand can show; what they cannot is written as U+XXXX."""
    return "".join(letter if letter == "\n" or _has(letter) else f"U+{ord(letter):04X}" for letter in text)


@cache
def _has(letter: str) -> bool:
    return letter == " " or any(font.get_char_index(ord(letter)) for font in _fonts())


@cache
def _fonts() -> tuple[Any, ...]:
    """The fonts of FAMILIES that are installed."""
    from matplotlib import font_manager

    files: dict[str, str] = {}
    for entry in font_manager.fontManager.ttflist:
        if entry.name in FAMILIES and entry.style == "normal" and entry.weight in (400, "normal", "regular"):
            files.setdefault(entry.name, entry.fname)
    return tuple(font_manager.get_font(file) for file in files.values())
