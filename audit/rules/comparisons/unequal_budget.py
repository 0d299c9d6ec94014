"""Methods that are compared were trained alike, in optimiser, schedule, data handling and steps, or say how not.

What it checks
On each pair, among the pruned networks of methods with one starting point (init, rewound, trained) at one operating
point: `optimizer`, `learning_rate_schedule`, `augmentation` and `batch_size` are the same, and so are
`steps_final_weights` and `steps_total`. Steps are the same where the methods' ranges over seeds overlap within 1 %
(`tolerance`); where an epoch was selected on a split (early stopping) and `epochs`, as asked for, are equal, so is the
budget, whatever came of it. Where steps are not recorded, equal `epochs` stand in for them. A field that no run records
is taken from `[method.NAME]`, augmentation also from `[dataset.NAME]`. Networks that prune by no score (dense, scratch)
are not compared here. Where methods that depart from the others say so in `[method.NAME] differences`: declared. A
field that some network lacks: undecidable. Where starting points are not known, differences are undecidable too. Not
applicable where no two methods meet at a point.

Why it matters
More steps alone raise the accuracy of a pruned network, by more than most methods differ. An iterative schedule that is
given five times the steps must be compared with a one-shot method that was given them as well, or say so.

Example
`mine` with 4,000 steps in all against `global_magnitude` with 1,200 fails; with `[method.mine] differences = "five
rounds of fine-tuning, 4,000 steps against 1,200"` it is declared.

What it cannot see
Learning rate and weight decay, which may be tuned for each method (CMP013); whether a stated difference is the whole
one.

Source: Blalock et al. 2020, sections 4 and 6; Renda et al. 2020; Liu et al. 2019.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from audit.case import Case
from audit.points import operating_points
from audit.results import distinct, numbered
from audit.rule import DECLARED, FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.subjects import each_pair

RULE = Rule("CMP006", "unequal-budget", Severity.ERROR, Scope.PAIR, absent=UNDECIDABLE, parameters={"tolerance": 0.01})

WORDS = ("optimizer", "learning_rate_schedule", "augmentation")
STEPS = ("steps_final_weights", "steps_total")
_Said = tuple[Verdict, str, str, str, np.ndarray]  # verdict, what was seen, message, remedy, rows


def check(case: Case, *, tolerance: float) -> Judgement:
    """Group networks by pair, starting point and operating point, and compare methods within each group."""
    subjects = each_pair(case.results, ~case.results.cells.dense & (case.results.cells.count(case.measured) > 0))
    everyone = _Compared.of(case, tolerance)
    frank = [name for name, method in case.study.methods.items() if method.differences.strip()]
    others = _Compared.of(case, tolerance, frozenset(frank)) if frank else everyone
    pair = case.results.cells.pair
    said = [
        _about(case, everyone, others, frank, int(pair[subjects.cells(number)[0]]), subjects.rows(number))
        for number in range(len(subjects))
    ]
    verdict, observed, message, remedy, rows = (list(each) for each in zip(*said, strict=True)) if said else ([],) * 5
    expected = "the same optimiser, schedule, data handling and steps for all methods, or `[method.NAME] differences`"
    return Judgement(subjects, verdict, observed, expected, message, remedy, rows)


class _Compared(Struct, frozen=True):
    """The networks that are compared, in groups of one pair, starting point and operating point.

    `group` (rows,) is −1 for networks that are not compared. `pair`, `methods` and `started` are of groups: which pair,
    how many methods, whether the starting point is known.
    `differs` and `unknown` say by field of which groups methods are apart, and in which a network does not say it.
    """

    group: np.ndarray
    pair: np.ndarray
    methods: np.ndarray
    started: np.ndarray
    differs: dict[str, np.ndarray]
    unknown: dict[str, np.ndarray]

    @classmethod
    def of(cls, case: Case, tolerance: float, without: frozenset[str] = frozenset()) -> "_Compared":
        """Compare the pruned networks of methods that prune by a score, without those of some."""
        results, cells = case.results, case.results.cells
        method = results.text("method")
        left_out = [code for code, name in enumerate(method.categories) if name in without]
        among = case.measured & case.scored[cells.of_row] & ~np.isin(method.codes, left_out)
        point = operating_points(cells, cells.count(among) > 0)[cells.of_row]
        rows = np.flatnonzero(among & (point >= 0))
        group = numbered(cells.pair[cells.of_row[rows]], case.starts_from.codes[rows], point[rows])
        groups = int(group.max(initial=-1)) + 1
        first = np.unique(group, return_index=True)[1]
        differs, unknown = {}, {}
        for name in WORDS:
            codes = _words(case, name)[rows]
            differs[name], unknown[name] = distinct(group, codes, groups) > 1, _any(group, codes < 0, groups)
        batch = _numbers(case, "batch_size")[rows]
        differs["batch_size"], unknown["batch_size"] = _apart(batch, group, method.codes[rows], groups, 0.0)
        epochs = results.number("epochs")[rows]
        other, unasked = _apart(epochs, group, method.codes[rows], groups, 0.0)
        asked_alike = ~other & ~unasked
        selected = results.text("selected_on")
        early = ~_any(group, ~np.isin(selected.codes[rows], _splits(selected.categories)), groups)
        for name in STEPS:
            apart, missing = _apart(_numbers(case, name)[rows], group, method.codes[rows], groups, tolerance)
            differs[name] = (apart & ~(asked_alike & early)) | (missing & other & ~unasked)
            unknown[name] = missing & unasked
        methods = distinct(group, method.codes[rows], groups)
        started = case.starts_from.codes[rows][first] >= 0
        of_row = np.full(len(results), -1)
        of_row[rows] = group
        return cls(of_row, cells.pair[cells.of_row[rows[first]]], methods, started, differs, unknown)

    def where(self, pair: int, held: dict[str, np.ndarray]) -> tuple[list[str], np.ndarray]:
        """The fields of which something holds at a point of a pair where methods meet, and those groups."""
        mine = (self.pair == pair) & (self.methods > 1)
        fields = [name for name, groups in held.items() if (groups & mine).any()]
        groups = np.flatnonzero(mine & np.any([held[name] for name in fields], axis=0)) if fields else np.empty(0, int)
        return fields, groups

    def rows_of(self, groups: np.ndarray, among: np.ndarray) -> np.ndarray:
        """The networks of some groups, among the rows of their pair."""
        return among[np.isin(self.group[among], groups)]


def _about(
    case: Case, everyone: _Compared, others: _Compared, frank: Sequence[str], pair: int, of_pair: np.ndarray
) -> _Said:
    """What is said of one pair."""
    met = np.flatnonzero((everyone.pair == pair) & (everyone.methods > 1))
    rows = everyone.rows_of(met, of_pair)
    if not len(met):
        return NOT_APPLICABLE, "", "no two methods meet at one point from one starting point", "", rows
    differing, groups = everyone.where(pair, everyone.differs)
    still, left = others.where(pair, others.differs)
    unequal = "methods that are compared were not trained alike"
    if still and others.started[left].any():
        left = left[others.started[left]]
        seen = _shown(case, others, still, int(left[0]), of_pair) + (
            f" and {len(left) - 1} more points" if len(left) > 1 else ""
        )
        remedy = "train them alike, or say how they differ in `[method.NAME] differences`"
        return FAIL, seen, unequal, remedy, others.rows_of(left, of_pair)
    if still:
        seen = _shown(case, others, still, int(left[0]), of_pair)
        remedy = "record `starts_from`: methods are compared where they start from the same weights"
        return UNDECIDABLE, seen, "whether these methods should be trained alike cannot be told", remedy, rows
    lacking, groups_without = others.where(pair, others.unknown)
    if lacking:
        names = ", ".join(f"`{name}`" for name in lacking)
        remedy = f"record {names} for every network, or declare them in `[method.NAME]`"
        seen = f"{names} not recorded for every network"
        unclear = "whether methods were trained alike cannot be told"
        return UNDECIDABLE, seen, unclear, remedy, others.rows_of(groups_without, of_pair)
    if differing:
        named = ", ".join(f"`{name}`" for name in frank)
        seen = _shown(case, everyone, differing, int(groups[0]), of_pair)
        return DECLARED, seen, f"methods were not trained alike, and {named} says how", "", rows
    points = f"{len(met)} points" if len(met) > 1 else "one point"
    seen = f"{int(everyone.methods[met].max())} methods at {points}, with equal optimiser, data handling and steps"
    return PASS, seen, "methods that are compared were trained alike", "", rows


def _splits(words: Sequence[str]) -> list[int]:
    return [code for code, word in enumerate(words) if word.casefold() != "none"]


def _words(case: Case, name: str) -> np.ndarray:
    """(rows,) a code for what each row, or else its method or data set, says of a field; −1 where nothing does."""
    column, method, dataset = (case.results.text(each) for each in (name, "method", "dataset"))
    stated = [str(getattr(case.study.methods.get(each), name, None) or "") for each in method.categories]
    of_data = [str(getattr(case.study.datasets.get(each), name, None) or "") for each in dataset.categories]
    words = sorted({word.casefold() for word in (*column.categories, *stated, *of_data) if word})

    def coded(said: Sequence[str], codes: np.ndarray) -> np.ndarray:
        found = [words.index(word.casefold()) if word else -1 for word in said]
        return np.array([*found, -1])[codes]

    recorded = coded(column.categories, column.codes)
    declared = coded(stated, method.codes)
    declared = np.where(declared < 0, coded(of_data, dataset.codes), declared)
    return np.where(recorded < 0, declared, recorded)


def _numbers(case: Case, name: str) -> np.ndarray:
    """(rows,) what each row, or else its method, says of a number; NaN where neither does."""
    method = case.results.text("method")
    stated = [getattr(case.study.methods.get(each), name, None) for each in method.categories]
    declared = np.array([*(np.nan if each is None else float(each) for each in stated), np.nan])[method.codes]
    recorded = case.results.number(name)
    return np.where(np.isfinite(recorded), recorded, declared)


def _any(group: np.ndarray, mask: np.ndarray, groups: int) -> np.ndarray:
    return np.bincount(group[mask], minlength=groups) > 0


def _apart(
    values: np.ndarray, group: np.ndarray, method: np.ndarray, groups: int, tolerance: float
) -> tuple[np.ndarray, np.ndarray]:
    """(groups,) whether the ranges of two methods do not overlap, and whether a network lacks the number.

    Intervals on a line all overlap in pairs where the largest beginning is not above the smallest end.
    """
    known = np.isfinite(values)
    of_method = numbered(group, method)
    low, high = (
        np.full(int(of_method.max(initial=-1)) + 1, np.inf),
        np.full(int(of_method.max(initial=-1)) + 1, -np.inf),
    )
    np.minimum.at(low, of_method[known], values[known])
    np.maximum.at(high, of_method[known], values[known])
    begin, end = np.full(groups, -np.inf), np.full(groups, np.inf)
    np.maximum.at(begin, group[known], low[of_method[known]])
    np.minimum.at(end, group[known], high[of_method[known]])
    return begin > end * (1 + tolerance), _any(group, ~known, groups)


def _shown(case: Case, compared: _Compared, fields: Sequence[str], group: int, of_pair: np.ndarray) -> str:
    """What two methods of one group have of the first field that differs there."""
    field = next((name for name in fields if compared.differs[name][group]), fields[0])
    results = case.results
    rows = of_pair[compared.group[of_pair] == group]
    method = results.text("method")
    said = []
    for code in np.unique(method.codes[rows]):
        mine = rows[method.codes[rows] == code]
        values = _values(case, field, mine)
        said.append((values, f"`{method.categories[code]}` {values}"))
    shown = list(dict(reversed(said)).values())[::-1][:3]  # one method for each value
    more = [name for name in fields if name != field]
    beside = f"; also {', '.join(f'`{name}`' for name in more)}" if more else ""
    return f"`{field}` at {results.cells.point(results.cells.of_row[rows[0]])}: {', '.join(shown)}{beside}"


def _values(case: Case, field: str, rows: np.ndarray) -> str:
    if field in WORDS:
        column = case.results.text(field)
        found = sorted({column.text(row) or "not recorded" for row in rows.tolist()})
        return " and ".join(found[:3])
    numbers = _numbers(case, field)[rows]
    if not np.isfinite(numbers).any():
        numbers = case.results.number("epochs")[rows]
        field = "epochs"
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return "not recorded"
    low, high = numbers.min(), numbers.max()
    unit = " epochs" if field == "epochs" else ""
    return (f"{low:.10g}" if low == high else f"{low:.10g} to {high:.10g}") + unit
