"""Each data set is described: its splits, batch size, augmentation, normalisation and resolution.

What it checks
Of each pair (data set × architecture): the sizes of the training, validation and test split (`n_train`, `n_validation`,
where 0 says that there is none, and `n_test`), the training `batch_size`, `augmentation`, `normalisation` and
`resolution`, each recorded with the networks or in `[dataset.NAME]`. Where the networks record a
`tokenizer` or a `sequence_length`, these two are asked for instead of augmentation, normalisation and resolution. All
filled: declared. Fail: a field missing, a recorded size of the reported split that is none of the declared ones, or a
recorded split size, batch size or augmentation that the declaration contradicts ("none" against something).

Why it matters
Augmentation and batch size alone move dense accuracy by more than most pruning methods differ, and without split sizes
nobody can tell on which examples choices were made.

Example
A study on CIFAR-10 that declares nothing fails; with the five fields it is declared.

What it cannot see
Which examples are in which split (REP004 asks for a digest), and whether what is said is true.

Source: Blalock et al. 2020, appendix B.
"""

from collections.abc import Iterator

import numpy as np

from audit.case import Case
from audit.descriptions import Field, apart, described, everywhere
from audit.rule import FAIL, Judgement, Rule, Scope, Severity
from audit.study import toml_key
from audit.study.dataset import Dataset
from audit.subjects import each_pair

RULE = Rule("EXP003", "dataset-not-described", Severity.ERROR, Scope.PAIR, absent=FAIL)

SPLITS = {"train": "n_train", "validation": "n_validation", "test": "n_test"}
OF_TEXT = ("tokenizer", "sequence_length")
NONE = "none"


def check(case: Case) -> Judgement:
    """Look for each field of each pair's data set."""
    subjects = each_pair(case.results, case.results.cells.count(case.measured) > 0)
    said = []
    for number in range(len(subjects)):
        name, rows = str(subjects.label(number)["dataset"]), subjects.rows(number)
        said.append(described(f"`{name}`", list(_fields(case, name, rows[case.measured[rows]]))))
    verdict, observed, message, remedy = (list(each) for each in zip(*said, strict=True)) if said else ([],) * 4
    expected = "split sizes, batch size, augmentation, normalisation and resolution"
    return Judgement(subjects, verdict, observed, expected, message, remedy)


def _fields(case: Case, name: str, rows: np.ndarray) -> Iterator[Field]:
    results, declared = case.results, case.study.datasets.get(name, Dataset())

    def field(key: str, wrong: str = "", *, recorded: bool = False, stated: bool | None = None) -> Field:
        if stated is None:
            stated = getattr(declared, key) not in (None, "")
        return Field(f"`{key}`", "the results" if recorded else "audit.toml" if stated else "",
                     f"`[{toml_key('dataset', name)}] {key}`", wrong)  # fmt: skip

    for key in ("n_train", "n_validation"):
        wrong = apart(results, key, rows, getattr(declared, key))
        yield field(key, wrong, recorded=everywhere(results, key, rows))
    on_test = bool(results.text("split").equals("test")[rows].all())
    recorded = on_test and everywhere(results, "n_test", rows)
    yield field("n_test", _other_split(case, declared, rows), recorded=recorded)
    wrong = apart(results, "batch_size", rows, declared.batch_size)
    yield field("batch_size", wrong, recorded=everywhere(results, "batch_size", rows))
    if any(results.present(key)[rows].any() for key in OF_TEXT):
        for key in OF_TEXT:
            by = "the results" if everywhere(results, key, rows) else ""
            yield Field(f"`{key}`", by, f"the column `{key}`")
        return
    wrong = _other_augmentation(case, declared, rows)
    yield field("augmentation", wrong, recorded=everywhere(results, "augmentation", rows))
    yield field("normalisation")
    yield field("resolution", recorded=everywhere(results, "resolution", rows))


def _other_split(case: Case, declared: Dataset, rows: np.ndarray) -> str:
    """How the recorded size of the reported split is none of the declared ones; "" where it is."""
    results = case.results
    sizes, split = results.number("n_test"), results.text("split")
    for word in ("", *split.categories):
        among = rows[split.equals(word)[rows] if word else split.codes[rows] < 0]
        found = np.unique(sizes[among])
        found = found[np.isfinite(found)]
        stated = {SPLITS.get(word.casefold(), "")} & set(SPLITS.values()) or set(SPLITS.values())
        known = {key: size for key in sorted(stated) if (size := getattr(declared, key)) is not None}
        if len(known) == len(stated) and len(found) and not np.isin(found, list(known.values())).all():
            said = ", ".join(f"`{key}` {size}" for key, size in known.items())
            return f"{said} in audit.toml, and a reported split of {found[0]:.0f} examples in the results"
    return ""


def _other_augmentation(case: Case, declared: Dataset, rows: np.ndarray) -> str:
    column = case.results.text("augmentation")
    recorded = [column.categories[code] for code in np.unique(column.codes[rows]) if code >= 0]
    stated = (declared.augmentation or "").strip()
    said_none = stated.casefold() == NONE
    if stated and recorded and all((each.casefold() == NONE) != said_none for each in recorded):
        return f"`augmentation` is {stated} in audit.toml and {', '.join(recorded[:3])} in the results"
    return ""
