"""From rows that were checked by arithmetic to a judgement: which were looked at, and which cannot be right."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from msgspec import Struct

from audit.case import Case
from audit.roles import NO_SCORE
from audit.rule import FAIL, NOT_APPLICABLE, PASS, Judgement, Severity, Verdict
from audit.subjects import Subjects


class Checked(Struct, frozen=True):
    """Of each row (rows,): whether it could be looked at, whether it cannot be right, and by how much.

    `excess` orders the rows that cannot be right, in any unit: the largest is told first.
    """

    tested: np.ndarray
    wrong: np.ndarray
    excess: np.ndarray


class Words(Struct, frozen=True):
    """What a rule says: the arithmetic of one row, what is counted, and what is expected.

    `fails` and `passes` are one text, or say it of the rows of a subject that fail, or that were looked at.
    """

    things: str
    arithmetic: Callable[[int], str]
    expected: str
    passes: str
    fails: str | Callable[[np.ndarray], str]
    silent: str
    remedy: str
    reading: Callable[[np.ndarray], str] = lambda rows: ""


def judge_rows(
    case: Case,
    subjects: Subjects,
    checked: Checked,
    words: Words,
    severity: Callable[[np.ndarray], Severity] | None = None,
) -> Judgement:
    """Fail each subject with a row that cannot be right, pass each with rows that could be looked at.

    `severity` is given the rows of a subject that cannot be right.
    """
    of_row = _subject_of_row(case, subjects)
    everything = np.ones(len(of_row), bool)
    rows, tested, wrong = (
        _by_subject(of_row, mask, len(subjects)) for mask in (everything, checked.tested, checked.wrong)
    )
    said = [_about(case, checked, words, *each) for each in zip(tested, wrong, strict=True)]
    return Judgement(
        subjects,
        [verdict for verdict, *_ in said],
        [observed for _, observed, _ in said],
        words.expected,
        [message for *_, message in said],
        {FAIL: words.remedy},
        [next((some for some in each if len(some)), each[0]) for each in zip(wrong, tested, rows, strict=True)],
        [severity(each) for each in wrong] if severity else None,
    )


def _about(
    case: Case, checked: Checked, words: Words, tested: np.ndarray, wrong: np.ndarray
) -> tuple[Verdict, str, str]:
    """Verdict, what was seen and message for the rows of one subject."""
    if len(wrong):
        cells = case.results.cells
        ratio, value = cells.ratio[cells.of_row[wrong]], case.quality[wrong]
        first = int(wrong[np.lexsort((_rank(case)[wrong], value, ratio, -checked.excess[wrong]))[0]])
        shown = f"{words.arithmetic(first)} ({case.results.cells.network(first)})"
        count = f"; {len(wrong)} of {len(tested)} {words.things}" if len(tested) > 1 else ""
        return FAIL, shown + count, words.fails if isinstance(words.fails, str) else words.fails(wrong)
    if len(tested):
        reading = words.reading(tested)
        return PASS, f"{len(tested)} {words.things}" + (f": {reading}" if reading else ""), words.passes
    return NOT_APPLICABLE, "", words.silent


def _rank(case: Case) -> np.ndarray:
    """(rows,) where each row stands among the cells."""
    rank = np.empty(len(case.results), np.int64)
    rank[case.results.cells.order] = np.arange(len(case.results))
    return rank


def _subject_of_row(case: Case, subjects: Subjects) -> np.ndarray:
    """(rows,) the subject that covers a row's cell, -1 where none does."""
    of_cell = np.full(len(case.results.cells), -1)
    of_cell[subjects.covered] = np.repeat(np.arange(len(subjects)), np.diff(subjects.starts))
    return of_cell[case.results.cells.of_row]


def _by_subject(of_row: np.ndarray, mask: np.ndarray, subjects: int) -> Sequence[np.ndarray]:
    """Row numbers of a mask by subject, in the order of the table."""
    rows = np.flatnonzero(mask & (of_row >= 0))
    rows = rows[np.argsort(of_row[rows], kind="stable")]
    return np.split(rows, np.searchsorted(of_row[rows], np.arange(1, subjects))) if subjects else []


def sized(case: Case) -> np.ndarray:
    """(rows,) whether the sizes of a row are those of one pruned network, or a dense one, that came to its end.

    A mean of ratios is no ratio of means, and a control that is smaller by design has counts of its own.
    """
    results = case.results
    methods = results.text("method")
    roles = [case.roles.by_name.get(name) for name in methods.categories]
    control = np.array([*(role is not None and role.get("score") == NO_SCORE for role in roles), False])[methods.codes]
    return results.evaluated & ~(results.number("n") > 1) & ~(control & ~results.dense)


def of_weights(case: Case) -> np.ndarray:
    """(rows,) whether it is known that weights were removed, or in a pattern, and not filters."""
    methods = case.results.text("method")
    roles = [case.roles.by_name.get(name) for name in methods.categories]
    known = [role is not None and role.get("granularity") in ("weight", "n_m") for role in roles]
    return np.array([*known, False])[methods.codes]


def common(texts: Mapping[str, np.ndarray], rows: np.ndarray) -> str:
    """The first of some readings, each a mask (rows,), that holds for all of some rows; else every one that is used."""
    for text, holds in texts.items():
        if holds[rows].all():
            return text
    return " or ".join(text for text, holds in texts.items() if holds[rows].any())
