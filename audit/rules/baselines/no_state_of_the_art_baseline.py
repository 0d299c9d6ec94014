"""A proposed method is compared, on each of its pairs, with a technique by others published within three years.

What it checks
For each proposed method on each pair (data set × architecture): a technique by others that is neither random nor plain
magnitude pruning, published at most `years` (3) years before the study's date, has a number above 1× on the same pair,
or a figure in `[[comparison]]` that names this data set and this architecture, by name or label, whatever their case
and punctuation (a well-known network by each of its names: ILSVRC2012 is ImageNet). It is dated as for CTX002. In the
results, dated by the landmark table or a corpus: pass; by a declared year, or in `[[comparison]]`: declared. With
`[study] corpus`, a fail names the techniques of it that report results on the pair.

Why it matters
Random and magnitude pruning say whether a method does anything at all; only a current technique on the same pair says
whether it is worth adopting. Figures from another architecture or another data set do not compare.

Example
`mine` on (CIFAR-10, ResNet-56) with SparseGPT's figures on OPT-175B fails on that pair; CHIP run on it, in a study of
2023, passes.

What it cannot see
Which techniques are the best of their time: any that is recent counts. Whether the compression ratios of a
`[[comparison]]` match: CMP007 asks that of the results.

Source: Blalock et al. 2020, appendix B.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from audit.case import Case
from audit.context import plain_pair, plain_pairs, suggestion, within_years
from audit.literature import NO_ROWS, Other, dated, others
from audit.rule import DECLARED, FAIL, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.subjects import Label, each_method, labelled

RULE = Rule(
    "BAS005", "no-state-of-the-art-baseline", Severity.WARNING, Scope.METHOD, absent=FAIL, parameters={"years": 3}
)

_Said: TypeAlias = tuple[Verdict, str, str, str]  # verdict, what was seen, message, remedy
_NOBODY: _Said = (
    UNDECIDABLE,
    "",
    "no method is proposed: all are random, plain magnitude, matched or dense",
    "mark one with `[method.NAME] proposed = true` in audit.toml",
)


def check(case: Case, *, years: int) -> Judgement:
    """Look on each pair of each proposed method for a recent technique by others."""
    results, cells = case.results, case.results.cells
    names = results.text("method").categories
    points = np.isin(cells.method, [names.index(name) for name in case.roles.proposed]) & ~cells.dense
    subjects = each_method(results, points & (cells.count(case.measured) > 0))
    expected = f"a technique by others, published within {years} years before {dated(case)}, on the pair"
    if not len(subjects):
        proposed = [name for name, method in sorted(case.study.methods.items()) if method.proposed]
        said = [_without_results(name) for name in proposed] or [_NOBODY]
        subjects = labelled(results, *({"method": name} for name in proposed)) if proposed else labelled(results, {})
        rows = [NO_ROWS] * len(said)
    else:
        candidates = [other for other in others(case) if not other.plain]
        on_pair = _Pairs(case, candidates)
        labels = [subjects.label(number) for number in range(len(subjects))]
        pairs = [int(cells.pair[subjects.cells(number)[0]]) for number in range(len(subjects))]
        said = [_about(case, on_pair.of(pair, label), years, label) for pair, label in zip(pairs, labels, strict=True)]
        rows = [subjects.rows(number) for number in range(len(subjects))]
    verdict, observed, message, remedy = (list(each) for each in zip(*said, strict=True))
    return Judgement(subjects, verdict, observed, expected, message, remedy, rows)


class _Pairs:
    """Which techniques are on which pair: those of the results by their rows, those of comparisons by their figures."""

    def __init__(self, case: Case, candidates: Sequence[Other]) -> None:
        cells = case.results.cells
        self.case = case
        self.held = [
            (other, set(np.unique(cells.pair[cells.of_row[other.rows]]).tolist()), _named(other))
            for other in candidates
        ]

    def of(self, pair: int, label: Label) -> list[tuple[Other, bool | None]]:
        """The techniques that may be on a pair; with each whether it is (None: its figures do not say where)."""
        places = set(plain_pairs(self.case, str(label["dataset"]), str(label["architecture"])))
        found: list[tuple[Other, bool | None]] = []
        for other, pairs, named in self.held:
            if pair in pairs or places & named:
                found.append((other, True))
            elif any(_may_be(name, place) for name in named for place in places):
                found.append((other, None))
        return [each for each in found if each[0].name != label["method"]]


def _named(other: Other) -> set[tuple[str, str]]:
    return {plain_pair(figure.dataset or "", figure.architecture or "") for figure in other.figures}


def _may_be(name: tuple[str, str], place: tuple[str, str]) -> bool:
    """Whether a figure that leaves out its data set, its architecture, or both, may be of a pair."""
    return all(each in ("", here) for each, here in zip(name, place, strict=True))


def _about(case: Case, found: list[tuple[Other, bool | None]], years: int, label: Label) -> _Said:
    """What is said of one proposed method on one pair, held against the techniques that may be on it."""
    today = case.study.day()
    here = [other for other, there in found if there]
    recent = [other for other in here if other.recent(today, years) and not other.supposed]
    if recent:
        measured = any(len(other.rows) and not other.declared for other in recent)
        message = "a recent technique by others is compared with on this pair"
        return (PASS if measured else DECLARED), _listed(recent), message, ""
    settle = [other.undated for other, _ in found if other.recent(today, years) is None and not other.supposed]
    elsewhere = [other for other, there in found if there is None and other.recent(today, years) is not False]
    settle += [f"`dataset` and `architecture` of the figures of {other.name}" for other in elsewhere]
    if any(other.supposed and other.recent(today, years) is not False for other in here):
        settle.append("which methods are proposed, with `[method.NAME] proposed = true`")
    if not settle and here and case.study.about.date is None:
        settle.append("`[study] date`")
    if settle:
        return (
            UNDECIDABLE,
            _listed([other for other, _ in found]),
            "whether a recent technique by others is compared with on this pair cannot be told",
            f"declare {', '.join(dict.fromkeys(settle[:3]))}",
        )
    return (
        FAIL,
        _listed(here) or "no technique by others but random and magnitude pruning",
        "no recent technique by others is compared with on this pair",
        "run one on this pair, or give its figures on it in `[[comparison]]`"
        + suggestion(case, within_years(case, years), (str(label["dataset"]), str(label["architecture"]))),
    )


def _without_results(name: str) -> _Said:
    remedy = f"add the runs of `{name}`, under the name that audit.toml uses"
    return UNDECIDABLE, "no network above 1× with a number", f"the proposed method `{name}` has no results", remedy


def _listed(found: list[Other]) -> str:
    names = list(dict.fromkeys(other.called for other in found))
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
