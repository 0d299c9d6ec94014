"""Methods that are compared were tuned alike, and not on the test split.

What it checks
Of every pruning method with a score on a pair: how many hyperparameter settings were tried (the column
`settings_tried`, else `[method.NAME] settings_tried`), and on which split they were compared (`[method.NAME]
selected_on`), which is not asked where one setting was tried. The largest number is at most twice (`factor`) the
smallest. Fail: more than that, or a choice on the test split. Undecidable: a method that does not say it. Recorded
numbers and one setting each: pass; with anything declared: declared. Not applicable where one method stands alone.

Why it matters
The best of twenty settings beats the best of two by chance alone, and a method whose settings were chosen on the test
split was fitted to it. A baseline at its default settings is a weak baseline.

Example
`mine` with 20 settings tried and `global_magnitude` with 1: a warning.

What it cannot see
Settings tried and not told; whether the settings of one method matter as much as those of another.

Source: Blalock et al. 2020, sections 4.4 and 6; Dodge et al. 2019, "Show Your Work".
"""

import numpy as np

from audit.case import Case
from audit.rule import (
    DECLARED,
    FAIL,
    NOT_APPLICABLE,
    PASS,
    UNDECIDABLE,
    Judgement,
    Rule,
    Scope,
    Severity,
    Verdict,
)
from audit.study import toml_key
from audit.study.method import Method
from audit.subjects import each_pair

RULE = Rule("CMP013", "unequal-tuning", Severity.WARNING, Scope.PAIR, absent=UNDECIDABLE, parameters={"factor": 2.0})

TEST = "test"
_Said = tuple[Verdict, str, str, str]  # verdict, what was seen, message, remedy


def check(case: Case, *, factor: float) -> Judgement:
    """Compare how the methods of each pair were tuned."""
    results, cells = case.results, case.results.cells
    names = results.text("method").categories
    shown = case.scored & (cells.count(case.measured) > 0)
    tried = np.where(case.measured, results.number("settings_tried"), np.nan)
    recorded = cells.extreme(tried, largest=True)
    subjects = each_pair(results, shown)
    said = []
    for number in range(len(subjects)):
        covered = subjects.cells(number)
        methods = np.unique(cells.method[covered])
        counts = {names[code]: recorded[covered[cells.method[covered] == code]] for code in methods}
        said.append(_about(case, {name: _largest(found) for name, found in counts.items()}, factor))
    verdict, observed, message, remedy = (list(each) for each in zip(*said, strict=True)) if said else ([],) * 4
    expected = f"for each method the settings tried, at most {factor:g} times another's, and not chosen on test"
    return Judgement(subjects, verdict, observed, expected, message, remedy)


def _about(case: Case, recorded: dict[str, float | None], factor: float) -> _Said:
    """What is said of the methods of one pair, of which the results record so many settings."""
    if len(recorded) < 2:
        return NOT_APPLICABLE, "", "there is one method on this pair: nothing is compared", ""
    declared = {name: case.study.methods.get(name, Method()) for name in recorded}
    tried = {name: count if count is not None else declared[name].settings_tried for name, count in recorded.items()}
    on_test = [name for name, each in declared.items() if (each.selected_on or "").strip().casefold() == TEST]
    if on_test:
        seen = f"{_listed(on_test)} chosen on the test split"
        message = "hyperparameters were chosen on the test split"
        return FAIL, seen, message, "choose them on a validation split, and report the test split once"
    known = {name: float(count) for name, count in tried.items() if count is not None and count > 0}
    least, most = (min(known, key=known.__getitem__), max(known, key=known.__getitem__)) if known else ("", "")
    if known and known[most] > factor * known[least]:
        seen = f"{known[most]:.0f} settings for `{most}`, {known[least]:.0f} for `{least}`"
        message = "methods that are compared were not tuned alike"
        return FAIL, seen, message, "try about as many settings for each method"
    without = [name for name in recorded if name not in known]
    unsaid = [name for name, count in known.items() if count > 1 and not (declared[name].selected_on or "").strip()]
    if without or unsaid:
        asked = [f"`[{toml_key('method', name)}] settings_tried`" for name in without[:3]]
        asked += [f"`[{toml_key('method', name)}] selected_on`" for name in unsaid[:3]]
        seen = f"{len(without)} of {len(recorded)} methods without the settings tried"
        seen += f", {len(unsaid)} without the split they were chosen on" if unsaid else ""
        remedy = f"declare {', '.join(asked)}{', …' if len(without) > 3 or len(unsaid) > 3 else ''}"
        return UNDECIDABLE, seen, "whether methods were tuned alike cannot be told", remedy
    all_recorded = all(count is not None and count == 1 for count in recorded.values())
    span = f"{known[least]:.0f}" if known[least] == known[most] else f"{known[least]:.0f} to {known[most]:.0f}"
    settings = "setting" if span == "1" else "settings"
    seen = f"{span} {settings} tried for each of {len(recorded)} methods"
    return (PASS if all_recorded else DECLARED), seen, "methods that are compared were tuned alike", ""


def _largest(found: np.ndarray) -> float | None:
    finite = found[np.isfinite(found)]
    return float(finite.max()) if len(finite) else None


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
