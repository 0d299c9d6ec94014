"""The report as LaTeX: one document that compiles alone, and fragments for a paper of the user's own.

`report.tex` reads the other files from its directory. All that a fragment needs is in `preamble.tex`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from audit.figures import Figure, tradeoffs
from audit.render import caption, frame, notation, palette
from audit.render.claim_list import claim_lines
from audit.render.filled_checklist import FilledChecklist
from audit.render.latex_plot import axes, legend
from audit.render.latex_table import layout
from audit.render.latex_text import Tex, prose, sentence, tex
from audit.render.naming import Names
from audit.render.numbers_table import Table, numbers_tables
from audit.report import PairReport, Report

SIGHTINGS = 4  # of a statement, printed; a paper is no place for hundreds
LONGEST_NAME = 60  # letters of a file name


@dataclass(frozen=True)
class Fragments:
    """The files of a pair, by name without ending; None where there is nothing to put in it."""

    table: str | None
    figure: str | None


def render(report: Report) -> dict[str, str]:
    """File names and their texts."""
    names, figures = Names.of(report), tradeoffs(report)
    files: dict[str, str] = {}
    pairs: list[Fragments] = []
    for table, stem in zip(numbers_tables(report), _stems(report.pairs), strict=True):
        title = names.pair(table.pair.dataset, table.pair.architecture)
        drawn = [figure for figure in figures if figure.pair is table.pair and figure.curves]
        fragments = Fragments(f"table_{stem}" if table.rows else None, f"figure_{stem}" if drawn else None)
        if fragments.table:
            files[f"{fragments.table}.tex"] = _table(report, table, stem, title)
        if fragments.figure:
            files[f"{fragments.figure}.tex"] = _figure(report, drawn, table.n, stem, title)
        pairs.append(fragments)
    return {
        "report.tex": _fill("report.tex", report=report, pairs=pairs),
        "preamble.tex": _fill("preamble.tex", version=report.version, colours=palette.COLOURS),
        "checklist.tex": _fill("checklist.tex", checklist=FilledChecklist.of(report), most=SIGHTINGS),
        **({"claims.tex": _fill("claims.tex", claims=claim_lines(report))} if report.claims else {}),
        **files,
    }


def _fill(template: str, **context: object) -> str:
    return _environment().get_template(template).render(context)


@cache
def _environment() -> Environment:
    """Templates in which TeX's own braces mean nothing; whatever they print is escaped."""
    environment = Environment(
        loader=PackageLoader("audit", "templates/latex"),
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        autoescape=False,
        finalize=tex,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "prose": prose,
        "sentence": sentence,
        "as_it_is": Tex,
        "count": notation.count,
        "quantity": notation.quantity,
    }
    return environment


def _table(report: Report, table: Table, stem: str, title: str) -> str:
    return _fill(
        "table.tex",
        report=report,
        table=table,
        layout=layout(table),
        stem=stem,
        title=title,
        at_chance=caption.AT_CHANCE,
        condition=caption.conditions(table.pair.condition) if table.pair.condition else "",
    )


def _figure(report: Report, figures: Sequence[Figure], n: int, stem: str, title: str) -> str:
    styles = palette.styles(report)
    drawn = [(figure, frame.whole(figure)) for figure in figures]
    diagrams = [axes(figure, shown, styles) for figure, shown in drawn]
    return _fill(
        "figure.tex",
        diagrams=diagrams,
        legend=legend(diagrams),
        reading=caption.reading(figures, n),
        remarks=tuple(dict.fromkeys(remark for each in drawn for remark in caption.remarks(*each))),
        metric=report.metric,
        stem=stem,
        title=title,
    )


def _stems(pairs: Iterable[PairReport]) -> Iterator[str]:
    """A safe name for the files of each pair, unlike any other even where case does not count."""
    taken: set[str] = set()
    for pair in pairs:
        stem = f"{_safe(pair.dataset)}_{_safe(pair.architecture)}"
        number = 1
        while (name := stem if number == 1 else f"{stem}-{number}").lower() in taken:
            number += 1
        taken.add(name.lower())
        yield name


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:LONGEST_NAME] or "unnamed"
