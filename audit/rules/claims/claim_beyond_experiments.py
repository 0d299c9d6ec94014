"""Each claim stays inside the experiments: its data sets, architectures, ratios and metric were run.

What it checks
For each `[[claim]]`, that its method and what it is held against have networks with a number of its metric on each data
set and each architecture that it names, and at each ratio that it names on every pair of these that was run. A claim
that names none speaks of what was run. A ratio counts as run where it was asked for, or where the achieved one lies
within 0.05 in log2. What is held against may also have figures in `[[comparison]]`: the claim is then declared, never
shown. Without any `[[claim]]` it cannot be told; `claims = []` declares that nothing is claimed.

Why it matters
Appendix B asks that all claims be appropriately restricted to the experiments presented. Methods that lead on one pair
of data set and architecture trail on another, and ratios that were not run are where curves cross.

Example
A claim over `ratios = [2, 8, 64]` fails where the largest ratio that was run is 32×; so does one over
`datasets = ["cifar10", "imagenet"]` where nothing was run on ImageNet.

What it cannot see
What the text claims beyond `[[claim]]`; whether the pairs that were run stand for those that were not.

Source: Blalock et al. 2020, appendix B.
"""

from collections.abc import Iterator

import numpy as np
from msgspec.structs import replace

from audit.case import Case
from audit.places import Court, Question
from audit.rule import DECLARED, FAIL, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.schema import DENSE
from audit.study.claim import Claim, claim_labels
from audit.subjects import labelled

RULE = Rule("CLM001", "claim-beyond-experiments", Severity.ERROR, Scope.CLAIM, absent=UNDECIDABLE)

SHOWN = 3
_EXPECTED = "data sets, architectures, ratios and a metric that were run, for the method and what it is held against"
_Said = tuple[Verdict, str, str, str, np.ndarray]  # verdict, what was seen, message, remedy, rows


def check(case: Case) -> Judgement:
    """Look for what each claim names among what was run."""
    claims = case.study.claims
    if not claims:
        return _no_claims(case, declared=claims is not None)
    court, labels = Court(case), claim_labels(claims)
    said = [_about(court, claim, label) for claim, label in zip(claims, labels, strict=True)]
    verdict, observed, message, remedy, rows = (list(each) for each in zip(*said, strict=True))
    subjects = labelled(case.results, *({"claim": label} for label in labels))
    return Judgement(subjects, verdict, observed, _EXPECTED, message, remedy, rows)


def _no_claims(case: Case, *, declared: bool) -> Judgement:
    return Judgement(
        labelled(case.results, {}),
        [DECLARED if declared else UNDECIDABLE],
        "`claims = []`" if declared else "no `[[claim]]`",
        _EXPECTED,
        "nothing is claimed" if declared else "what is claimed is not declared",
        "" if declared else "declare each claim as a `[[claim]]`, or `claims = []` where there is none",
    )


def _about(court: Court, claim: Claim, label: str) -> _Said:
    """What is said of one claim."""
    reported = claim.against is not None and claim.against in _compared(court)
    against = claim.method if reported or (not claim.against and claim.kind != "efficiency") else claim.against
    asked = court.question(replace(claim, against=against, endpoint="ratios"), label)
    cells = np.unique(np.concatenate([np.empty(0, np.int64), *(place.cells.ravel() for place in asked.places)]))
    rows = court.cells.rows_of(cells)
    beyond = [place.obstacle for place in asked.places if place.obstacle]
    if asked.gap and not asked.places:
        beyond = [asked.gap]
    if beyond and _unsized(court, asked) and all(place.ratio for place in asked.places if place.obstacle):
        why = "whether the claimed ratios were run cannot be told: some networks have no compression ratio"
        return UNDECIDABLE, beyond[0].why, why, "record `compression_ratio` of every network", rows
    if beyond:
        named = [each.why for each in beyond[:SHOWN]]
        more = [f"{len(beyond) - SHOWN} more"] if len(beyond) > SHOWN else []
        remedy = "run what is missing, or restrict the claim to what was run"
        return FAIL, "; ".join((*named, *more)), "the claim goes beyond the experiments", remedy, rows
    seen = "; ".join(_seen(court, asked))
    if reported:
        return DECLARED, seen, f"inside what was run, held against reported figures of `{claim.against}`", "", rows
    return PASS, seen, "the claim stays inside what was run", "", rows


def _unsized(court: Court, asked: Question) -> bool:
    """Whether the method, or what it is held against, has networks whose ratio is not known."""
    cells = np.concatenate([court.shown(asked, name) for name in (asked.claim.method, asked.against)])
    return bool((np.isnan(court.cells.ratio[cells]) & np.isnan(court.cells.target[cells])).any())


def _compared(court: Court) -> set[str]:
    """The techniques whose figures are reported, and that have no runs."""
    figures = {each.technique for each in court.case.study.comparisons if each.figures}
    return figures - set(court.methods) - {DENSE}


def _seen(court: Court, asked: Question) -> Iterator[str]:
    """What was run of what a claim speaks of."""
    yield ", ".join(sorted({f"{place.architecture} on {place.dataset}" for place in asked.places}))
    ratios = sorted({float(f"{place.ratio:.3g}") for place in asked.places if place.ratio is not None})
    if ratios:
        yield ", ".join(f"{ratio:g}×" for ratio in ratios)
    yield f"`{asked.metric}`"
