"""The versions of Python and PyTorch are recorded, and are the same for the runs that are compared.

What it checks
Of each pair: every network whose run came to its end records `python` and `torch`, and each is one version. Versions
are compared as they are written. Judged per pair, since the runs of a pair are those that are compared.

Why it matters
Kernels, initialisers and defaults change between versions. Methods that ran under different ones differ in more than
their method.

Example
`mine` under PyTorch 2.4.0 and its baselines, made a year before, under 1.13.1: a warning.

What it cannot see
Other libraries, drivers and compilers; versions that no column names.

Source: Blalock et al. 2020, appendix B; Pineau et al. 2021.
"""

import numpy as np

from audit.case import Case
from audit.rule import FAIL, PASS, Judgement, Rule, Scope, Severity, Verdict
from audit.subjects import each_pair

RULE = Rule("REP003", "unpinned-environment", Severity.WARNING, Scope.PAIR, absent=FAIL)

COLUMNS = ("python", "torch")
_Said = tuple[Verdict, str, str, str, np.ndarray]  # verdict, what was seen, message, remedy, rows


def check(case: Case) -> Judgement:
    """Look at the versions of each pair's runs."""
    subjects = each_pair(case.results, case.results.cells.count(case.measured) > 0)
    said = [_about(case, subjects.rows(number)) for number in range(len(subjects))]
    verdict, observed, message, remedy, rows = (list(each) for each in zip(*said, strict=True)) if said else ([],) * 5
    expected = "one recorded version of Python and of PyTorch for all runs of the pair"
    return Judgement(subjects, verdict, observed, expected, message, remedy, rows)


def _about(case: Case, rows: np.ndarray) -> _Said:
    """What is said of the runs of one pair."""
    results = case.results
    rows = rows[results.evaluated[rows]]
    bare = {name: results.text(name).codes[rows] < 0 for name in COLUMNS}
    missing = {name: mask for name, mask in bare.items() if mask.any()}
    if missing:
        seen = "; ".join(f"`{name}` missing in {mask.sum()} of {len(rows)} runs" for name, mask in missing.items())
        names = " and ".join(f"`{name}`" for name in missing)
        lacking = rows[np.any(list(missing.values()), axis=0)]
        return FAIL, seen, "versions are not recorded for every run", f"record {names} for every run", lacking
    versions = {name: _versions(case, name, rows) for name in COLUMNS}
    seen = "; ".join(f"{name} {_listed(found)}" for name, found in versions.items())
    several = [name for name, found in versions.items() if len(found) > 1]
    if several:
        usual = [np.bincount(results.text(name).codes[rows]).argmax() for name in several]
        other = [results.text(name).codes[rows] != code for name, code in zip(several, usual, strict=True)]
        remedy = "run what is compared in one environment"
        return FAIL, seen, "runs that are compared used different versions", remedy, rows[np.any(other, axis=0)]
    return PASS, seen, "all runs of the pair used the same versions", "", rows


def _versions(case: Case, name: str, rows: np.ndarray) -> list[str]:
    column = case.results.text(name)
    return [column.categories[code] for code in np.unique(column.codes[rows])]


def _listed(words: list[str]) -> str:
    return ", ".join(words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")
