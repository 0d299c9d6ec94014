"""A claim about efficiency rests on multiply–accumulates, dense and pruned, at each of its points.

What it checks
Each `[[claim]]` of kind `efficiency`, or whose metric is `theoretical_speedup`, `macs_nonzero` or `latency_pruned`:
every network with a number at its points (its methods, data sets, architectures and ratios, above 1×) records `macs`,
of the dense network, and `macs_nonzero`, what is left. The convention is that of the columns: multiply–accumulates for
one example, 1 MAC = 2 FLOPs; CMP010 looks for a mixture. A speedup alone is not enough. Without `[[claim]]`,
undecidable; with `claims = []`, or claims about other things alone, not applicable.

Why it matters
Parameters say little of cost: a convolution's weights are used at every position of the image, a linear layer's once.
The same compression ratio can mean speedups that are a factor of two apart.

Example
"`mine` halves the cost" with `compression_ratio` alone fails; with `macs` 40,551,040 and `macs_nonzero` it passes.

What it cannot see
Whether the counts are right (NUM007 does the arithmetic), and whether hardware makes anything of them.

Source: Blalock et al. 2020, appendix B and section 2.
"""

import numpy as np

from audit.case import Case
from audit.points import claimed_cells
from audit.rule import FAIL, NOT_APPLICABLE, PASS, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.study.claim import COSTS, Claim, claim_labels
from audit.subjects import labelled

RULE = Rule("RES007", "no-flops", Severity.ERROR, Scope.CLAIM, absent=FAIL)

COLUMNS = ("macs", "macs_nonzero")
_EXPECTED = "`macs` and `macs_nonzero` for every network at the claim's points"


def check(case: Case) -> Judgement:
    """Look for both counts at the points of each claim about efficiency."""
    claims = case.study.claims
    if claims is None:
        return Judgement(
            labelled(case.results, {}),
            [UNDECIDABLE],
            "no `[[claim]]`",
            _EXPECTED,
            "whether efficiency is claimed cannot be told",
            "declare each `[[claim]]`, or `claims = []` where there is none",
        )
    about = [(label, claim) for label, claim in zip(claim_labels(claims), claims, strict=True) if _is_efficiency(claim)]
    if not about:
        message = "no claim is about efficiency" if claims else "nothing is claimed"
        return Judgement(labelled(case.results, {}), [NOT_APPLICABLE], message=message)
    said = [_about(case, claim) for _, claim in about]
    verdict, observed, told, remedy, rows = (list(each) for each in zip(*said, strict=True))
    subjects = labelled(case.results, *({"claim": label} for label, _ in about))
    return Judgement(subjects, verdict, observed, _EXPECTED, told, remedy, rows)


def _is_efficiency(claim: Claim) -> bool:
    return claim.kind == "efficiency" or claim.metric in COSTS


def _about(case: Case, claim: Claim) -> tuple[Verdict, str, str, str, np.ndarray]:
    """What is said of one claim."""
    results, cells = case.results, case.results.cells
    against = [claim.against] if claim.against and claim.against in results.text("method").categories else []
    points = np.flatnonzero(claimed_cells(cells, claim, claim.method, *against))
    rows = cells.rows_of(points)
    rows = rows[case.measured[rows]]
    if not len(rows) or not results.text("method").equals(claim.method)[rows].any():
        remedy = f"add the runs of `{claim.method}`, or correct the claim"
        return FAIL, "no network with a number", f"the claim's `{claim.method}` has no networks", remedy, rows
    lacking = {name: ~(results.number(name)[rows] > 0) for name in COLUMNS}
    missing = np.any(list(lacking.values()), axis=0)
    if missing.any():
        names = [f"`{name}`" for name, rows_without in lacking.items() if rows_without.any()]
        seen = f"{missing.sum()} of {len(rows)} networks without {' or '.join(names)}"
        message = "efficiency is claimed without multiply–accumulates"
        return FAIL, seen, message, f"record {' and '.join(names)}, in MACs for one example", rows[missing]
    dense, left = (results.number(name)[rows] for name in COLUMNS)
    seen = f"{_span(dense)} dense and {_span(left)} remaining MACs (1 MAC = 2 FLOPs)"
    return PASS, seen, "MACs, dense and pruned, are stated at each of the claim's points", "", rows


def _span(values: np.ndarray) -> str:
    low, high = values.min(), values.max()
    return f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
