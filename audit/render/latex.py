"""The report as LaTeX: one document that compiles alone, and fragments for a paper of the user's own.

`report.tex` reads the other files from its directory. All that a fragment needs is in `preamble.tex`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.figures import Figure, tradeoffs
from audit.render import caption, frame, latex_table, palette
from audit.render.claim_list import claim_lines
from audit.render.filled_checklist import FilledChecklist
from audit.render.latex_environment import fill, stems
from audit.render.latex_plot import axes, legend
from audit.render.naming import Names
from audit.render.numbers_table import pair_tables
from audit.report import Report

SIGHTINGS = 4  # of a statement, printed; a paper is no place for hundreds


@dataclass(frozen=True)
class Fragments:
    """The files of a pair, by name without ending; None where there is nothing to put in it."""

    table: str | None
    figure: str | None


def render(report: Report, own: Path | None = None) -> dict[str, str]:
    """File names and their texts; templates in `own` stand for ours. Raises OwnTemplateError."""
    names, figures = Names.of(report), tradeoffs(report)
    files: dict[str, str] = {}
    pairs: list[Fragments] = []
    called = stems((pair.dataset, pair.architecture) for pair in report.pairs)
    for pair, table, stem in zip(report.pairs, pair_tables(report), called, strict=True):
        drawn = [figure for figure in figures if figure.pair is pair and figure.curves]
        fragments = Fragments(f"table_{stem}" if table else None, f"figure_{stem}" if drawn else None)
        if table and fragments.table:
            files[f"{fragments.table}.tex"] = latex_table.render(table, stem, own)
        if fragments.figure:
            title = names.pair(pair.dataset, pair.architecture)
            files[f"{fragments.figure}.tex"] = _figure(report, drawn, table.n if table else 0, stem, title, own)
        pairs.append(fragments)
    return {
        "report.tex": fill("report.tex", own, report=report, pairs=pairs),
        "preamble.tex": preamble(report, own),
        "checklist.tex": checklist(report, own),
        **({"claims.tex": fill("claims.tex", own, claims=claim_lines(report))} if report.claims else {}),
        **files,
    }


def preamble(report: Report, own: Path | None = None) -> str:
    """All that a fragment needs of a paper."""
    return fill("preamble.tex", own, version=report.version, colours=palette.COLOURS)


def checklist(report: Report, own: Path | None = None) -> str:
    """Appendix B filled in, as a fragment."""
    return fill("checklist.tex", own, checklist=FilledChecklist.of(report), most=SIGHTINGS)


def _figure(report: Report, figures: Sequence[Figure], n: int, stem: str, title: str, own: Path | None) -> str:
    styles = palette.styles(report)
    drawn = [(figure, frame.whole(figure)) for figure in figures]
    diagrams = [axes(figure, shown, styles) for figure, shown in drawn]
    return fill(
        "figure.tex",
        own,
        diagrams=diagrams,
        legend=legend(diagrams),
        reading=caption.reading(figures, n),
        remarks=tuple(dict.fromkeys(remark for each in drawn for remark in caption.remarks(*each))),
        metric=report.metric,
        stem=stem,
        title=title,
    )
