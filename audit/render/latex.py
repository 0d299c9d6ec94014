"""The report as LaTeX: one document that compiles alone, and fragments for a paper of the user's own.

`report.tex` reads the other files from its directory. All that a fragment needs is in `preamble.tex`.
"""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from audit.figures import Figure, tradeoffs
from audit.render import bibliography, caption, frame, latex_table, palette
from audit.render.claim_list import claim_lines
from audit.render.filled_checklist import FilledChecklist
from audit.render.latex_environment import fill, stems
from audit.render.latex_plot import axes, legend
from audit.render.naming import Names
from audit.render.numbers_table import pair_tables
from audit.report import Report

SIGHTINGS = 4  # of a statement, printed; a paper is no place for hundreds


class Fragments(Struct, frozen=True):
    """The files of a pair, by name without ending; None where there is nothing to put in it."""

    table: str | None
    figure: str | None


class PairFigures(Struct, frozen=True):
    """The figures of a pair that has curves: its title, a stem that names files, and the usual n of its means."""

    stem: str
    title: str
    figures: tuple[Figure, ...]
    n: int


def render(report: Report, own: Path | None = None) -> dict[str, str]:
    """File names and their texts; templates in `own` stand for ours. Raises OwnTemplateError."""
    files: dict[str, str] = {}
    pairs: list[Fragments] = []
    figures = pair_figures(report)
    for table, stem in zip(pair_tables(report), _stems(report), strict=True):
        drawn = figures.get(stem)
        fragments = Fragments(f"table_{stem}" if table else None, f"figure_{stem}" if drawn else None)
        if table:
            files[f"{fragments.table}.tex"] = latex_table.render(table, stem, own)
        if drawn:
            files[f"{fragments.figure}.tex"] = figure(report, drawn, own)
        pairs.append(fragments)
    return {
        "report.tex": fill("report.tex", own, report=report, pairs=pairs),
        "preamble.tex": preamble(report, own),
        "references.bib": bibliography.render(report),
        "checklist.tex": checklist(report, own),
        **({"claims.tex": fill("claims.tex", own, claims=claim_lines(report))} if report.claims else {}),
        **files,
    }


def pair_figures(report: Report) -> dict[str, PairFigures]:
    """The figures of each pair that has curves, by stem."""
    names, figures = Names.of(report), tradeoffs(report)
    found = {}
    for pair, table, stem in zip(report.pairs, pair_tables(report), _stems(report), strict=True):
        drawn = tuple(each for each in figures if each.pair is pair and each.curves)
        if drawn:
            title = names.pair(pair.dataset, pair.architecture)
            found[stem] = PairFigures(stem, title, drawn, table.n if table else 0)
    return found


def _stems(report: Report) -> Iterator[str]:
    return stems((pair.dataset, pair.architecture) for pair in report.pairs)


def preamble(report: Report, own: Path | None = None) -> str:
    """All that a fragment needs of a paper."""
    return fill("preamble.tex", own, version=report.version, colours=palette.COLOURS)


def checklist(report: Report, own: Path | None = None) -> str:
    """Appendix B filled in, as a fragment."""
    return fill("checklist.tex", own, checklist=FilledChecklist.of(report), most=SIGHTINGS)


def figure(report: Report, drawn: PairFigures, own: Path | None = None) -> str:
    """The figures of a pair for pgfplots, with their data."""
    styles = palette.styles(report)
    shown = [(each, frame.whole(each)) for each in drawn.figures]
    diagrams = [axes(each, seen, styles) for each, seen in shown]
    return fill(
        "figure.tex",
        own,
        diagrams=diagrams,
        legend=legend(diagrams),
        reading=caption.reading(drawn.figures, drawn.n),
        remarks=tuple(dict.fromkeys(remark for each in shown for remark in caption.remarks(*each))),
        metric=report.metric,
        stem=drawn.stem,
        title=drawn.title,
    )
