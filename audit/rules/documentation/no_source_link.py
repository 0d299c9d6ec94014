"""There is a link to downloadable source code, at a commit or a release.

What it checks
`[study] source_code` is an address on the web (http or https, with a host that has a dot), and what was run is pinned:
by `commit` or `release`, by the address itself (`…/tree/<commit>`, `…/releases/tag/v1.0`), or because every run records
its commit. `main`, `master` and `HEAD` pin nothing. Where the study file lies in a checkout that was cloned from that
address, the commit or tag is looked up in it; if it is not there, the rule is undecidable, since the checkout may be
older. Otherwise declared: the address is never opened.

Why it matters
Source code answers what a description leaves out, and a link without a commit answers with other code than was run.

Example
`source_code = "https://github.com/someone/pruning"` alone fails; with `release = "v1.0"` it is declared.

What it cannot see
Whether the address answers, whether it holds this code, and whether the code gives these numbers.

Source: Blalock et al. 2020, appendix B.
"""

import re
from urllib.parse import urlsplit

import numpy as np

from audit.case import Case
from audit.checkout import Checkout
from audit.rule import DECLARED, FAIL, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.subjects import whole_study

RULE = Rule("DOC002", "no-source-link", Severity.ERROR, Scope.STUDY, absent=FAIL)

_COMMIT = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)
_PINNED = re.compile(
    r"/(?:tree|commit|commits|blob|archive|src)/(?:commit/)?[0-9a-f]{7,64}(?:[/.]|$)"
    r"|/releases?/(?:tag|download)/[^/]+|/(?:-/)?tags/[^/]+|/archive/refs/tags/|/tree/v?\d+(?:\.\d+)+|zenodo\.\d+",
    re.IGNORECASE,
)
_MOVING = ("head", "main", "master", "latest")
_NO_ROWS = np.empty(0, np.int64)  # it is read from audit.toml
_EXPECTED = "a web address of the source code, with the commit or release that was run"


def check(case: Case) -> Judgement:
    """Look at what `[study]` says of the source code."""
    verdict, observed, message, remedy = _about(case)
    return Judgement(whole_study(case.results), [verdict], observed, _EXPECTED, message, remedy, [_NO_ROWS])


def _about(case: Case) -> tuple[Verdict, str, str, str]:
    """Verdict, what was seen, message, remedy."""
    about = case.study.about
    url = about.source_code.strip()
    if not url:
        remedy = "give `[study] source_code`, with `commit` or `release`"
        return FAIL, "no `[study] source_code`", "there is no link to source code", remedy
    if not _is_address(url):
        remedy = "give `[study] source_code` as a web address, e.g. https://github.com/someone/pruning"
        return FAIL, f"`{url}`", "the link to source code is not an address on the web", remedy
    pins = [each.strip() for each in (about.commit, about.release) if each.strip().casefold() not in ("", *_MOVING)]
    recorded = _recorded(case)
    if not (pins or _PINNED.search(url) or recorded):
        remedy = "give `[study] commit` or `release`"
        return FAIL, url, "the link to source code names neither a commit nor a release", remedy
    checkout = Checkout.around(case.study.path.resolve().parent) if case.study.path else None
    local = "; the address was not opened"
    if checkout is not None and checkout.is_clone_of(url):
        lacking = [pin for pin in pins if not (checkout.has_tag(pin) or checkout.has_commit(pin))]
        if lacking:
            part = "a part of its history" if checkout.is_shallow else "no such commit or tag"
            remedy = "fetch it into the checkout, or correct `[study] commit` or `release`"
            seen = f"{url} at {lacking[0]}; the local checkout has {part}"
            return UNDECIDABLE, seen, "whether the source code has the commit or release cannot be told", remedy
        if pins:
            local = ", which the local checkout has; the address was not opened"
    at = " and ".join(pins) or recorded
    return DECLARED, f"{url}{f' at {at}' if at else ''}", f"source code is linked at a commit or release{local}", ""


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and "." in (parts.hostname or "").strip(".") and " " not in url
    except ValueError:
        return False


def _recorded(case: Case) -> str:
    """The commits that the runs record, where each run does."""
    commits, ended = case.results.text("commit"), case.results.evaluated
    used = np.unique(commits.codes[ended])
    if not len(used) or used[0] < 0 or not all(_COMMIT.fullmatch(commits.categories[code]) for code in used):
        return ""
    return f"{commits.categories[used[0]]}{f' and {len(used) - 1} more' if len(used) > 1 else ''}, as the runs record"
