"""The techniques that a study is held against: those of others in its results, and those of `[[comparison]]`.

A technique in the results is dated by `[method.NAME] year`, else by the table of landmark techniques, else by the
papers of the study's corpus; one of `[[comparison]]` by its `date` or `year`, else by the same two. Proposed methods
are nobody else's, nor is a method with `ours = true`, nor the only one that can be meant where none is marked. A
comparison counts where it has figures.
"""

from collections.abc import Iterator
from datetime import date

import numpy as np
from msgspec import Struct, field

from audit.case import Case
from audit.papers import Corpus
from audit.roles import Role, alias
from audit.study import toml_key
from audit.study.comparison import Comparison, Figure
from audit.techniques import Technique, technique

NO_ROWS = np.empty(0, np.int64)
_MAGNITUDE = "magnitude"
_AHEAD = 1  # a preprint may be compared with in the year before its conference


class Other(Struct, frozen=True):
    """A technique that a study is held against.

    `magnitude` says that it prunes by magnitude, `plain` that it is random, plain magnitude, matched, or a control.
    `supposed` marks a method that counts as proposed only because audit.toml marks none. `figures` are those of a
    comparison, `rows` the networks of a method in the results; `declared` says that its year, or all of it, is stated
    by a person.
    """

    name: str
    year: int | None = None
    day: date | None = None
    magnitude: bool = False
    plain: bool = False
    supposed: bool = False
    declared: bool = False
    figures: tuple[Figure, ...] = ()
    rows: np.ndarray = field(default_factory=lambda: NO_ROWS)

    @property
    def called(self) -> str:
        """Its name, with its year where that is known."""
        return f"`{self.name}` ({self.year})" if self.year else f"`{self.name}`"

    @property
    def undated(self) -> str:
        """The key of audit.toml that would date it."""
        return (
            f"`[{toml_key('method', self.name)}] year`"
            if len(self.rows)
            else f"the `year` of `[[comparison]]` {self.name}"
        )

    def recent(self, today: date, years: int) -> bool | None:
        """Whether it was published within so many years before a day; None where it is not dated, or dated later.

        A year alone counts whole: the technique may be of any day of it.
        """
        if self.year is None or self.year > today.year + _AHEAD:
            return None
        if self.day is not None:
            return self.day >= _years_before(today, years)
        return self.year >= today.year - years


def others(case: Case) -> tuple[Other, ...]:
    """Every technique that a study is held against, those of the results first."""
    reported = filter(has_figures, case.study.comparisons)
    return (*_of_results(case), *(_of_comparison(comparison, case.corpus) for comparison in reported))


def published(name: str, corpus: Corpus | None) -> Technique | None:
    """The technique that a name means: by the table of landmark techniques, else by the papers of a corpus."""
    if (landmark := technique(name)) or corpus is None:
        return landmark
    paper = corpus.named([name])
    return Technique(name, paper.year, paper.kind, paper.key) if paper else None


def meant(case: Case, name: str) -> Technique | None:
    """The technique that a method of the results is, by its name, else by its label."""
    declared = case.study.methods.get(name)
    found = published(name, case.corpus)
    return published(declared.label, case.corpus) if found is None and declared and declared.label else found


def has_figures(comparison: Comparison) -> bool:
    """Whether a comparison gives a figure with a value."""
    return any(map(is_reported, comparison.figures))


def is_reported(figure: Figure) -> bool:
    """Whether a figure holds a quality, and not only a size."""
    return any(value is not None for value in (figure.top1, figure.top5, figure.value))


def _of_results(case: Case) -> Iterator[Other]:
    results = case.results
    methods = results.text("method")
    shown = case.measured & ~results.dense & (methods.codes >= 0)
    order = np.flatnonzero(shown)[np.argsort(methods.codes[shown], kind="stable")]
    starts = np.searchsorted(methods.codes[order], np.arange(len(methods.categories) + 1))
    for code, name in enumerate(methods.categories):
        rows = order[starts[code] : starts[code + 1]]
        role = case.roles.by_name.get(name)
        declared = case.study.methods.get(name)
        ours = declared.ours if declared else None
        landmark = meant(case, name)
        year = declared.year if declared else None
        alone = case.roles.proposed == (name,) and landmark is None and year is None
        if not len(rows) or role is None or ours or (role.proposed and (case.roles.declared or alone)):
            continue
        yield Other(
            name,
            year or (landmark.year if landmark else None),
            magnitude=_by_magnitude(role, landmark),
            plain=role.is_baseline,
            supposed=role.proposed and ours is None,
            declared=year is not None,
            rows=rows,
        )


def _of_comparison(comparison: Comparison, corpus: Corpus | None) -> Other:
    landmark, meant = published(comparison.technique, corpus), alias(comparison.technique)
    year = comparison.year or (comparison.date.year if comparison.date else None)
    named = Role(comparison.technique, meant, {}, {}, {}, meant)
    return Other(
        comparison.technique,
        year or (landmark.year if landmark else None),
        comparison.date,
        magnitude=_by_magnitude(named, landmark),
        plain=named.is_baseline or (landmark is not None and landmark is technique(_MAGNITUDE)),
        declared=True,
        figures=tuple(filter(is_reported, comparison.figures)),
    )


def _by_magnitude(role: Role, landmark: Technique | None) -> bool:
    score = role.get("score")
    if score is not None:
        return _MAGNITUDE in score.split(" and ")
    return landmark is not None and landmark.kind == _MAGNITUDE


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=max(day.year - years, 1))
    except ValueError:  # of a 29 February
        return day.replace(year=max(day.year - years, 1), day=28)


def dated(case: Case) -> str:
    """The day that the study is judged as of, in words that are the same tomorrow."""
    date = case.study.about.date
    return f"the study's date, {date.isoformat()}" if date else "today, since `[study] date` is not declared"
