"""A digest of the data set, with its splits, is recorded and is the same for the runs that are compared.

What it checks
Of each pair: every network whose run came to its end records `dataset_digest`, and all are equal; declared where runs
record none and `[dataset.NAME] digest` gives it. A declared digest that is no beginning of the recorded one, nor the
other way round, fails, where both are of one length or kind. Judged per pair.

Why it matters
Data sets exist in versions: other splits, other resolutions, duplicates removed. Networks that were tested on other
images cannot be compared, and nothing in an accuracy shows it.

Example
Runs that record no digest: a warning. Two digests on one pair: a warning that names both.

What it cannot see
Whether the digest covers the splits and the preprocessing; that depends on who made it.

Source: Gebru et al. 2021, "Datasheets for Datasets"; Pineau et al. 2021.
"""

import numpy as np

from audit.case import Case
from audit.rule import DECLARED, FAIL, PASS, Judgement, Rule, Scope, Severity, Verdict
from audit.study import toml_key
from audit.subjects import each_pair

RULE = Rule("REP004", "data-not-identified", Severity.WARNING, Scope.PAIR, absent=FAIL)

_Said = tuple[Verdict, str, str, str, np.ndarray]  # verdict, what was seen, message, remedy, rows


def check(case: Case) -> Judgement:
    """Look at the digests of each pair's runs."""
    subjects = each_pair(case.results, case.results.cells.count(case.measured) > 0)
    said = [
        _about(case, str(subjects.label(number)["dataset"]), subjects.rows(number)) for number in range(len(subjects))
    ]
    verdict, observed, message, remedy, rows = (list(each) for each in zip(*said, strict=True)) if said else ([],) * 5
    expected = "one digest of the data set for all runs of the pair"
    return Judgement(subjects, verdict, observed, expected, message, remedy, rows)


def _about(case: Case, dataset: str, rows: np.ndarray) -> _Said:
    """What is said of the runs of one pair."""
    column = case.results.text("dataset_digest")
    rows = rows[case.results.evaluated[rows]]
    codes = column.codes[rows]
    found = [column.categories[code] for code in np.unique(codes) if code >= 0]
    stated = case.study.datasets.get(dataset)
    declared = (stated.digest or "").strip() if stated else ""
    if len(found) > 1:
        usual = np.bincount(codes[codes >= 0]).argmax()
        seen = f"{len(found)} digests: {', '.join(digest[:12] for digest in found[:3])}"
        remedy = "run what is compared on one data set"
        return FAIL, seen, "runs that are compared used different data", remedy, rows[(codes >= 0) & (codes != usual)]
    remedy = f"record `dataset_digest` for every run, or declare `[{toml_key('dataset', dataset)}] digest`"
    if found and declared and _contradict(found[0], declared):
        seen = f"{declared[:12]} in audit.toml, {found[0][:12]} in the results"
        return (
            FAIL,
            seen,
            "the declared digest is not that of the results",
            f"correct `[{toml_key('dataset', dataset)}] digest`",
            rows,
        )
    if found and (codes >= 0).all():
        return PASS, found[0][:16], "all runs of the pair used one data set, by its digest", "", rows
    if declared:
        return DECLARED, declared[:16], "the data set's digest is declared, and not recorded by every run", "", rows
    seen = f"no digest in {(codes < 0).sum()} of {len(rows)} runs"
    return FAIL, seen, "the data set is not identified", remedy, rows[codes < 0]


def _contradict(recorded: str, declared: str) -> bool:
    """Whether two digests are of one kind and differ; either may be cut short."""
    one, other = (digest.casefold().rpartition(":")[2] for digest in (recorded, declared))
    cut = other if len(other) < len(one) else one
    comparable = len(one) == len(other) or len(cut) not in (32, 40, 64, 96, 128)
    return comparable and one[: len(cut)] != other[: len(cut)]
