"""The figures of a report as files by name: for a paper, and for whoever opens the report."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from audit.figures import Axis, Figure
from audit.render import figure_data, latex, palette, paper_plot
from audit.render.venues import VENUES, Venue, venue
from audit.report import Report

ENDINGS = {Axis.COMPRESSION: "compression", Axis.SPEEDUP: "speedup"}
SHOWN = ("svg", "png")  # what pages of other programs show


def figure_files(
    report: Report, page: Venue | None, forms: Sequence[str], own: Path | None
) -> Iterator[tuple[str, str | bytes]]:
    """The files of all pairs by name; pictures where there is a page that they are drawn for."""
    styles = palette.styles(report)
    for stem, drawn in latex.pair_figures(report).items():
        yield f"figure_{stem}.csv", figure_data.render(drawn.figures)
        if "tex" in forms:
            yield f"figure_{stem}.tex", latex.figure(report, drawn, own)
        if page is not None:
            yield from _pictures(f"figure_{stem}", drawn.figures, styles, drawn.n, page, page.text, forms)
            for each in drawn.figures:
                name = f"figure_{stem}_{ENDINGS[each.axis]}"
                yield from _pictures(name, [each], styles, drawn.n, page, page.column, forms)


def shown_figures(report: Report) -> dict[str, bytes]:
    """Both diagrams of every pair, side by side, as the pictures that MLflow's page shows; needs matplotlib."""
    page, styles = venue(VENUES[0]), palette.styles(report)
    return dict(
        picture
        for stem, drawn in latex.pair_figures(report).items()
        for picture in _pictures(f"figure_{stem}", drawn.figures, styles, drawn.n, page, page.text, SHOWN)
    )


def _pictures(
    name: str,
    figures: Sequence[Figure],
    styles: Mapping[str, palette.Style],
    n: int,
    page: Venue,
    width: float,
    forms: Sequence[str],
) -> Iterator[tuple[str, bytes]]:
    drawn = paper_plot.write(figures, styles, page, width, n)
    return ((f"{name}.{form}", content) for form, content in drawn.items() if form in forms)
