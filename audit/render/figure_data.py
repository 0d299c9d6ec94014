"""The numbers behind the figures as CSV: every mean with its bar, and every run, in the units that are drawn."""

import csv
import io
from collections.abc import Iterator, Sequence

from audit.figures import Bar, Figure, Point
from audit.render import notation

COLUMNS = ("axis", "method", "kind", "x", "y", "bar_low", "bar_high", "bar", "n", "seed", "at_chance")


def render(figures: Sequence[Figure]) -> str:
    """One line a mean and one a run; `y` is in percent where the figure is. Formulas begin with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for figure in figures:
        named = [("dense", point) for point in figure.dense]
        named += [(curve.method.name, point) for curve in figure.curves for point in curve.points]
        for name, point in named:
            writer.writerows(_lines(figure, notation.unquoted(name), point))
    return out.getvalue()


def _lines(figure: Figure, name: str, point: Point) -> Iterator[tuple[object, ...]]:
    def at(value: float) -> float:
        return notation.scaled(value, figure.metric)

    bar = (None, None, None) if point.bar is Bar.NONE else (at(point.low), at(point.high), point.bar.value)
    yield figure.axis.value, name, "mean", point.x, at(point.mean), *bar, point.n, None, None
    for run in point.runs:
        seed = notation.unquoted(run.seed) if isinstance(run.seed, str) else run.seed
        yield figure.axis.value, name, "run", run.x, at(run.y), None, None, None, None, seed, str(run.collapsed).lower()
