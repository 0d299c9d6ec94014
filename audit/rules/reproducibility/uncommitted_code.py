"""Every run carries the commit of the code that ran, and nothing in it was uncommitted.

What it checks
Every network whose run came to its end records `commit`, and `dirty` as false. A run that does not say whether its tree
was clean fails like one that says it was not. Several commits are no fault, and are counted. Judged for the study as a
whole.

Why it matters
Without a commit nobody knows which code gave a number; with uncommitted changes, nobody can have that code.

Example
129 runs with a commit, 3 of which were made with changes that were not committed: a warning that names the 3.

What it cannot see
Whether the commit exists anywhere (DOC002 looks for it), and code outside the repository.

Source: Pineau et al. 2021, "Improving Reproducibility in Machine Learning Research", the checklist's items on code.
"""

import numpy as np

from audit.case import Case
from audit.rule import FAIL, PASS, Judgement, Rule, Scope, Severity
from audit.subjects import whole_study

RULE = Rule("REP001", "uncommitted-code", Severity.WARNING, Scope.STUDY, absent=FAIL)

_EXPECTED = "the commit of every run, made with nothing uncommitted"


def check(case: Case) -> Judgement:
    """Look at commit and cleanness of every run that came to its end."""
    results, subject = case.results, whole_study(case.results)
    ended = results.evaluated
    dirty, commit = results.number("dirty"), results.text("commit")
    bare = ended & (commit.codes < 0)
    changed = ended & (dirty == 1)
    unsaid = ended & ~bare & np.isnan(dirty)
    count = int(ended.sum())
    seen = [
        f"{mask.sum()} of {count} runs {what}"
        for mask, what in (
            (bare, "without a commit"),
            (changed, "with uncommitted changes"),
            (unsaid, "that do not say whether anything was uncommitted"),
        )
        if mask.any()
    ]
    if seen or not case.measured.any():
        remedy = "commit before running, and record `commit` and `dirty` with every run"
        rows = [np.flatnonzero(bare | changed | unsaid)]
        message = "not every run was made from committed code"
        return Judgement(subject, [FAIL], "; ".join(seen) or "no run", _EXPECTED, message, remedy, rows)
    used = np.unique(commit.codes[ended])
    shown = f"{commit.categories[used[0]][:12]}{f' and {len(used) - 1} more' if len(used) > 1 else ''}"
    rows = [np.flatnonzero(ended)]
    return Judgement(subject, [PASS], f"{count} runs at {shown}", _EXPECTED, "every run was made from committed code",
                     rows=rows)  # fmt: skip
