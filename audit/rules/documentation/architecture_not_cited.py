"""Each architecture is cited, and where it departs from what is cited, the difference is described.

What it checks
`[architecture.NAME] citation` is given; `citation = "novel"` says that there is nothing to cite, and makes the rule not
applicable. The reference's parameters, MACs and dense accuracy are those of the standard network of that name on that
data set (`audit/known_architectures.py`); its dense accuracy may also be declared, as `[architecture.NAME] top1`. Where
parameters differ by more than 3 % (`parameters`), MACs by more than 10 % (`macs`), or the mean dense Top-1 by more than
1 point from every published value (`points`), `differences` must say how. Dense Top-1 is that of the 1× networks on the
test split. Where nothing is known to compare with and `differences` says nothing, it cannot be told; "none" counts.
Otherwise declared.

Why it matters
Two papers' "ResNet-56" can be more than a point apart before anything is pruned. A change from dense can then not be
compared, and a method can look better for having started lower.

Example
`resnet20` on CIFAR-10 at 89.9 % dense, cited as He et al. 2016, fails: the reference has 91.25 %. With `differences =
"trained for 30 epochs only"` it is declared.

What it cannot see
Differences in hyperparameters that leave size and accuracy alone, and whether the description is true.

Source: Blalock et al. 2020, appendix B and section 5.1; He et al. 2016, table 6.
"""

import numpy as np

from audit.case import Case
from audit.known_architectures import known_architecture
from audit.rule import DECLARED, FAIL, NOT_APPLICABLE, UNDECIDABLE, Judgement, Rule, Scope, Severity, Verdict
from audit.study import toml_key
from audit.study.architecture import Architecture
from audit.subjects import each_pair

RULE = Rule(
    "EXP002",
    "architecture-not-cited",
    Severity.ERROR,
    Scope.PAIR,
    absent=FAIL,
    parameters={"parameters": 0.03, "macs": 0.10, "points": 1.0},
)

NOVEL = "novel"
NO_DIFFERENCE = ("", "none", "no", "none known", "no differences")
ROUNDING = 1e-9

_Said = tuple[Verdict, str, str, str]  # verdict, what was seen, message, remedy


def check(case: Case, *, parameters: float, macs: float, points: float) -> Judgement:
    """Look for the citation of each pair's architecture, and hold the pair against what is cited."""
    subjects = each_pair(case.results, case.results.cells.count(case.measured) > 0)
    shares = {"parameters": parameters, "macs": macs}
    said = []
    for number in range(len(subjects)):
        label = subjects.label(number)
        place = (str(label["dataset"]), str(label["architecture"]))
        said.append(_about(case, place, subjects.rows(number), shares, points / 100))
    verdict, observed, message, remedy = (list(each) for each in zip(*said, strict=True)) if said else ([],) * 4
    expected = "a citation, and a description of how the network departs from what is cited"
    return Judgement(subjects, verdict, observed, expected, message, remedy)


def _about(case: Case, place: tuple[str, str], rows: np.ndarray, shares: dict[str, float], slack: float) -> _Said:
    """What is said of one pair's architecture."""
    dataset, name = place
    declared = case.study.architectures.get(name, Architecture())
    here, citation = f"[{toml_key('architecture', name)}]", declared.citation.strip()
    known = known_architecture(dataset, name)
    if citation.casefold() == NOVEL:
        return NOT_APPLICABLE, "", f"`{name}` is declared novel", ""
    if not citation:
        remedy = f'give `{here} citation`, or say `citation = "{NOVEL}"`'
        if known:
            remedy += f"; {known.name} is from {known.citation}"
        return FAIL, f"no `{here} citation`", f"`{name}` is not cited", remedy
    differ: list[str] = []
    agree: list[str] = []
    for key, share in shares.items():
        values = case.results.number(key)[rows]
        values = values[np.isfinite(values) & (values > 0)]
        if known and len(values):
            size, standard = float(values.max()), getattr(known, key)
            said = f"`{key}` {size:,.0f} against {standard:,}"
            (differ if abs(size - standard) > share * standard else agree).append(said)
    published = ([declared.top1] if declared.top1 is not None else []) or list(known.top1 if known else ())
    dense = _dense_accuracy(case, rows)
    if published and dense is not None:
        nearest = min(published, key=lambda value: abs(value - dense))
        said = f"dense Top-1 {100 * dense:.4g} % against {100 * nearest:.4g} %"
        (differ if abs(dense - nearest) > slack + ROUNDING else agree).append(said)
    described = declared.differences.strip()
    if differ and described.casefold() in NO_DIFFERENCE:
        message = f"`{name}` differs from what is cited, and the difference is not described"
        return FAIL, "; ".join(differ), message, f"describe the difference in `{here} differences`"
    if not (described or agree or differ):
        return (
            UNDECIDABLE,
            f"cited as {citation}; no size or accuracy of the reference to compare with",
            f"whether `{name}` departs from what is cited cannot be told",
            f'give `{here} differences` ("none" counts), or the dense accuracy of the reference as `{here} top1`',
        )
    seen = "; ".join([f"cited as {citation}", *(["differences are described"] if described else []), *differ, *agree])
    message = "the architecture is cited" + (", and its differences are described" if described else "")
    return DECLARED, seen, message, ""


def _dense_accuracy(case: Case, rows: np.ndarray) -> float | None:
    """Mean Top-1 of the dense networks of a pair on the test split; None where there is none."""
    if case.study.metric_name != "top1":
        return None
    results, split = case.results, case.results.text("split")
    other = [code for code, word in enumerate(split.categories) if word.casefold() != "test"]
    dense = rows[results.dense[rows] & ~np.isin(split.codes[rows], other)]
    values = case.quality[dense]
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else None
