"""The proposed method is described: score, allocation, schedule, granularity, and how its networks are trained.

What it checks
Of each proposed method on each pair (of every pruning method, where none is proposed): score, allocation, schedule and
granularity; optimiser, learning rate, its schedule, batch size and weight decay of the fine-tuning; and a number of
steps or epochs. Each is recorded for every network with a number, or stated in `[method.NAME]`; a composition that the
method's name alone tells (`snip`) counts. A method with a function `prune` of its own needs no score and no allocation,
one of N:M patterns no allocation. Networks that are not trained after pruning (0 epochs, or the optimiser `none`) need
no recipe. All filled: declared. A field missing, or a number in `[method.NAME]` outside the range of what the method's
runs record: fail.

Why it matters
A reader who must guess the learning rate or the number of steps will not get the same numbers, and cannot tell whether
the method or the guess is at fault.

Example
A method with score, allocation, schedule and granularity whose runs record no `weight_decay` fails; with `[method.mine]
weight_decay = 0` it is declared.

What it cannot see
Whether the description suffices to reimplement the method, or whether its words (`score = "mine"`) mean anything.

Source: Blalock et al. 2020, appendix B.
"""

from collections.abc import Iterator

import numpy as np

from audit.case import Case
from audit.descriptions import Field, apart, described, everywhere
from audit.roles import FROM_RESULTS, FROM_STUDY
from audit.rule import FAIL, Judgement, Rule, Scope, Severity
from audit.study import toml_key
from audit.study.method import Method
from audit.subjects import each_method, labelled

RULE = Rule("DOC001", "method-not-described", Severity.ERROR, Scope.METHOD, absent=FAIL)

COMPOSITION = ("score", "allocation", "schedule", "granularity")
RECIPE = ("optimizer", "learning_rate", "learning_rate_schedule", "weight_decay", "batch_size")
STEPS = ("steps_final_weights", "steps_total", "epochs", "epochs_completed")
NUMBERS = ("learning_rate", "weight_decay", "batch_size", "steps_final_weights", "steps_total")
_PLACES = {FROM_RESULTS: "the results", FROM_STUDY: "audit.toml"}


def check(case: Case) -> Judgement:
    """Look for each field of each method on each pair, and of proposed methods that have no networks."""
    results, cells = case.results, case.results.cells
    names = results.text("method").categories
    among = ~cells.dense & (cells.count(case.measured) > 0)
    if case.roles.proposed or case.roles.declared:
        among &= np.isin(cells.method, [names.index(name) for name in case.roles.proposed])
    subjects = each_method(results, among)
    labels = [str(subjects.label(number)["method"]) for number in range(len(subjects))]
    said = [
        described(f"`{name}`", list(_fields(case, name, subjects.rows(number)))) for number, name in enumerate(labels)
    ]
    if not said:
        proposed = [name for name, method in sorted(case.study.methods.items()) if method.proposed]
        if proposed:
            subjects = labelled(results, *({"method": name} for name in proposed))
            said = [described(f"`{name}`", list(_fields(case, name, np.empty(0, np.int64)))) for name in proposed]
    verdict, observed, message, remedy = (list(each) for each in zip(*said, strict=True)) if said else ([],) * 4
    expected = (
        "score, allocation, schedule, granularity, optimiser, learning rate and its schedule, steps, batch size, "
    )
    return Judgement(subjects, verdict, observed, expected + "weight decay", message, remedy)


def _fields(case: Case, name: str, rows: np.ndarray) -> Iterator[Field]:
    declared = case.study.methods.get(name, Method())
    yield from _composition(case, name, declared)
    results = case.results
    rows = rows[case.measured[rows]]
    stated = [key for key in NUMBERS if getattr(declared, key) is not None]
    all_pairs = np.flatnonzero(results.text("method").equals(name) & case.measured & ~results.dense) if stated else rows
    wrong = {key: apart(results, key, all_pairs, getattr(declared, key)) for key in NUMBERS}
    for key in RECIPE:
        by = "the results" if everywhere(results, key, rows) else "audit.toml" if _is_stated(declared, key) else ""
        if not by and _is_untrained(case, declared, rows):
            continue
        yield Field(f"`{key}`", by, f"`[{toml_key('method', name)}] {key}` or the column `{key}`", wrong.get(key, ""))
    recorded = any(everywhere(results, key, rows) for key in STEPS)
    by = "the results" if recorded else "audit.toml" if any(_is_stated(declared, key) for key in STEPS[:2]) else ""
    if by or not _is_untrained(case, declared, rows):
        where = f"`[{toml_key('method', name)}] steps_final_weights` or the column `steps_final_weights`"
        yield Field("steps", by, where, "; ".join(filter(None, (wrong[key] for key in STEPS[:2]))))


def _composition(case: Case, name: str, declared: Method) -> Iterator[Field]:
    role = case.roles.by_name.get(name)
    for key in COMPOSITION:
        stated = role.get(key) if role else getattr(declared, key)
        by = (_PLACES.get(role.origins[key], "its name") if role else "audit.toml") if stated else ""
        if not by and declared.prune and key in ("score", "allocation"):
            by = "audit.toml"
        patterned = key == "allocation" and "n_m" in ((role.get("granularity") if role else None), declared.granularity)
        if by or not patterned:
            yield Field(f"`{key}`", by, f"`[{toml_key('method', name)}] {key}`")


def _is_stated(declared: Method, key: str) -> bool:
    return getattr(declared, key, None) not in (None, "")


def _is_untrained(case: Case, declared: Method, rows: np.ndarray) -> bool:
    """Whether no network is trained after pruning, as recorded or as stated."""
    results = case.results
    if (declared.optimizer or "").casefold() == "none":
        return True
    epochs = results.number("epochs")[rows]
    optimizer = results.text("optimizer")
    none = np.isin(
        optimizer.codes[rows], [n for n, word in enumerate(optimizer.categories) if word.casefold() == "none"]
    )
    return len(rows) > 0 and bool(np.all((epochs == 0) | none))
