"""Studies in which methods have the accuracies that a test gives them."""

from collections.abc import Mapping, Sequence

from audit.answer import Answer
from audit.claims import answers
from tests import studies
from tests.studies import METHODS, Table, case, changed, table, without

Accuracies = Mapping[str, Mapping[float, Sequence[float]]]  # by method and ratio, one a seed

NEAR = (0.900, 0.904, 0.897, 0.903, 0.899)
FAR = (0.801, 0.798, 0.806, 0.803, 0.799)
CLAIM = '[[claim]]\nkind = "{}"\nmethod = "mine"\nagainst = "{}"\n'


def superiority(against: str = "theirs", *more: str) -> str:
    """A claim that `mine` is better."""
    return "\n".join((CLAIM.format("superiority", against), *more)) + "\n"


def contest(accuracies: Accuracies, *, shared: bool = True, dataset: str = "cifar10") -> Table:
    """A table of these accuracies, with a dense network for each seed; methods share initial weights, or none do."""
    most = max(len(values) for of in accuracies.values() for values in of.values())
    methods = {name: METHODS.get(name, _made_of(name)) for name in accuracies if name != "dense"}
    ratios = sorted({ratio for of in accuracies.values() for ratio in of if ratio > 1})
    whole = table(methods, ratios, range(1, most + 1), dataset=dataset)

    def value(row: studies.Row) -> float | None:
        values = accuracies.get(row["method"], {}).get(row["compression_target"], ())
        seed = int(row["seed"]) - 1
        if row["method"] == "dense" and not values:
            return 0.93 + 0.0001 * (seed % 3)
        return values[seed] if seed < len(values) else None

    exact = changed(whole, top1=value, compression_ratio=lambda row: row["compression_target"])
    filled = without(exact, lambda row: row["top1"] is None)
    if shared:
        return filled
    return changed(filled, initial_weights=lambda row: f"{row['method']}-{row['seed']}")


def _made_of(name: str) -> Mapping[str, str]:
    for prefix in ("random", "magnitude"):
        if name.startswith(f"{prefix}_of_"):
            return {"score": prefix, "allocation": "matched", "matched_to": name.removeprefix(f"{prefix}_of_")}
    return {"score": name, "allocation": "global"}


def ask(accuracies: Accuracies | Table, claims: str, *, shared: bool = True) -> tuple[Answer, ...]:
    """The answers to the claims of a study file."""
    is_table = "method" in accuracies and isinstance(accuracies["method"], list)
    columns: Table = accuracies if is_table else contest(accuracies, shared=shared)  # type: ignore[assignment,arg-type]
    return answers(case(columns, claims))


def only(accuracies: Accuracies | Table, claims: str, *, shared: bool = True) -> Answer:
    """The answer to the one claim of a study file."""
    (answer,) = ask(accuracies, claims, shared=shared)
    return answer
