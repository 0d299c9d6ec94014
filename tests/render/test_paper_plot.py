"""The trade-off figures drawn for print."""

import re
import subprocess
from pathlib import Path

import pytest
from programs import needed

from audit.figures import tradeoffs
from audit.render import palette
from audit.render.figure_data import render as render_data
from audit.render.venues import SMALLEST, VENUES, Venue, venue
from audit.report import Report

pytest.importorskip("matplotlib")
pytest.importorskip("tueplots")

from matplotlib import rc_context
from matplotlib.text import Text

from audit.render import paper_plot


def drawn(report: Report, page: Venue, width: float) -> object:
    """The drawing of the first pair's figures."""
    figures = [figure for figure in tradeoffs(report) if figure.curves][:2]
    with rc_context(paper_plot.SETTINGS):
        drawing = paper_plot.draw(figures, palette.styles(report), page, width, 3)
        drawing.draw_without_rendering()
    return drawing


def written(report: Report, page: Venue) -> dict[str, bytes]:
    """The files of the first pair's figures."""
    figures = [figure for figure in tradeoffs(report) if figure.curves][:2]
    return paper_plot.write(figures, palette.styles(report), page, page.text, 3)


@pytest.mark.parametrize("which", ["realistic", "hostile"])
@pytest.mark.parametrize("name", VENUES)
def test_no_text_is_small_or_outside(name: str, which: str, request: pytest.FixtureRequest):
    """Every piece of text has at least 6 pt and lies on the page, in a column and over the whole width."""
    page = venue(name)
    for width in {page.column, page.text}:
        drawing = drawn(request.getfixturevalue(which), page, width)
        shown = [text for text in drawing.findobj(Text) if text.get_text() and text.get_visible()]  # type: ignore[attr-defined]
        assert len(shown) > 10
        assert min(text.get_fontsize() for text in shown) >= SMALLEST
        edges = [text.get_window_extent() for text in shown]
        assert min(box.x0 for box in edges) >= -1
        assert max(box.x1 for box in edges) <= drawing.bbox.width + 1  # type: ignore[attr-defined]
        assert min(box.y0 for box in edges) >= -1
        assert max(box.y1 for box in edges) <= drawing.bbox.height + 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    (
        "name",
        "text",
        "between",
    ),  # inches: \textwidth, and \columnsep where there are two columns
    [
        ("neurips", 5.5, None),
        ("icml", 6.75, 0.25),
        ("cvpr", 6.875, 0.3125),
        ("iclr", 5.5, None),
        ("mlsys", 6.75, 0.25),
    ],
)
def test_widths(name: str, text: float, between: float | None):
    """Those that the venues' style files set."""
    page = venue(name)
    column = text if between is None else (text - between) / 2
    assert (page.column, page.text) == pytest.approx((column, text), abs=1e-6)


def test_letters_are_smaller_than_the_captions():
    """By one point or more: captions have 10 pt at NeurIPS and ICLR, and 9 pt at the others."""
    assert {name: venue(name).label for name in VENUES} == {
        "neurips": 9.0,
        "icml": 8.0,
        "cvpr": 8.0,
        "iclr": 9.0,
        "mlsys": 8.0,
    }


def test_fonts_are_embedded_as_type_42(tmp_path: Path, realistic: Report):
    """Every font of the PDF is embedded TrueType, none is Type 3; the page is as wide as was asked for."""
    page = venue("neurips")
    (tmp_path / "figure.pdf").write_bytes(written(realistic, page)["pdf"])
    listed = subprocess.run(
        [needed("pdffonts"), "figure.pdf"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    fonts = listed.stdout.splitlines()[2:]
    assert fonts
    for font in fonts:
        assert "TrueType" in font
        assert re.search(r"Identity-H +yes +yes|WinAnsi +yes +yes", font)
    told = subprocess.run([needed("pdfinfo"), "figure.pdf"], cwd=tmp_path, capture_output=True, text=True, check=True)
    size = re.search(r"Page size: +([\d.]+) x", told.stdout)
    assert size is not None
    assert float(size[1]) == pytest.approx(72 * page.text, abs=0.5)


def test_the_same_report_gives_the_same_bytes(realistic: Report):
    """No date, no random identifiers."""
    assert written(realistic, venue("icml")) == written(realistic, venue("icml"))


def test_every_network_is_drawn(realistic: Report):
    """Means, bars and runs of the drawing are those of the figure."""
    figure = tradeoffs(realistic)[0]
    drawing = drawn(realistic, venue("icml"), 6.75)
    axes = drawing.axes[0]  # type: ignore[attr-defined]
    dots = [line for line in axes.lines if line.get_linestyle() == "None" and line.get_alpha() == 0.6]
    runs = [run for curve in figure.curves for point in curve.points for run in point.runs]
    assert sum(len(line.get_xdata()) for line in dots) == len(runs)
    heights = sorted(y for line in dots for y in line.get_ydata())
    assert heights == pytest.approx(sorted(100 * run.y for run in runs))
    curves = [line for line in axes.lines if line.get_linestyle() == "-" and len(line.get_xdata()) == 6]
    assert len(curves) == len(figure.curves) == 7


def test_letters_without_a_font_are_spelled():
    """What no font at hand has is written as its number, and nothing is read as mathematics."""
    assert paper_plot.legible("a\U0001f980b") == "aU+1F980b"
    assert paper_plot.legible("ResNet-8 (×2)") == "ResNet-8 (×2)"


def test_hostile_names_are_drawn(hostile: Report):
    """Dollar signs, backslashes and brackets are letters."""
    assert written(hostile, venue("mlsys"))["svg"].count(b"<g ") > 50


def test_data_escapes_formulas(hostile: Report):
    """No cell of the data can be a formula."""
    for line in render_data(tradeoffs(hostile)[:2]).splitlines():
        assert not re.search(r"(^|,)[=@+]", line)
