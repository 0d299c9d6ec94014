"""Who is proposed and what is a baseline: each method's composition, resolved field by field, and its role.

A field comes from the rows, else from `[method.NAME]`, else from an exact alias table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from audit.results import Results
from audit.schema import DENSE, METHOD_FIELDS
from audit.study import Study

FROM_RESULTS, FROM_STUDY, FROM_ALIAS = "results", "audit.toml", "alias table"

# What names mean where nothing else says it. Exact names only: a name that is not here means nothing.
ALIASES: Mapping[str, Mapping[str, str]] = {
    "global_magnitude": {"score": "magnitude", "allocation": "global", "granularity": "weight"},
    "layerwise_magnitude": {"score": "magnitude", "allocation": "uniform", "granularity": "weight"},
    "global_gradient": {"score": "gradient", "allocation": "global", "granularity": "weight"},
    "layerwise_gradient": {"score": "gradient", "allocation": "uniform", "granularity": "weight"},
    "global_random": {"score": "random", "allocation": "global", "granularity": "weight"},
    "layerwise_random": {"score": "random", "allocation": "uniform", "granularity": "weight"},
    "magnitude": {"score": "magnitude"},
    "random": {"score": "random"},
    "snip": {"score": "snip", "allocation": "global", "granularity": "weight", "starts_from": "init"},
    "grasp": {"score": "grasp", "allocation": "global", "granularity": "weight", "starts_from": "init"},
    "synflow": {"score": "synflow", "allocation": "global", "granularity": "weight", "starts_from": "init"},
    DENSE: {"score": "none"},
    # ShrinkBench, strategies/__init__.py: its gradient scores use one minibatch, its random is a Bernoulli mask
    "GlobalMagWeight": {"score": "magnitude", "allocation": "global", "granularity": "weight"},
    "LayerMagWeight": {"score": "magnitude", "allocation": "uniform", "granularity": "weight"},
    "GlobalMagGrad": {"score": "gradient", "allocation": "global", "granularity": "weight"},
    "LayerMagGrad": {"score": "gradient", "allocation": "uniform", "granularity": "weight"},
    "GlobalMagAct": {"score": "activation", "allocation": "global", "granularity": "weight"},
    "LayerMagAct": {"score": "activation", "allocation": "uniform", "granularity": "weight"},
    "RandomPruning": {"score": "random", "allocation": "uniform", "granularity": "weight"},
}
_MATCHED = {"random_matched_": "random", "magnitude_matched_": "magnitude"}


def alias(name: str) -> Mapping[str, str]:
    """What a method's name alone says of it; empty where the name is not in the table."""
    for prefix, score in _MATCHED.items():
        if name.startswith(prefix) and len(name) > len(prefix):
            return {"score": score, "allocation": "matched", "matched_to": name.removeprefix(prefix)}
    return ALIASES.get(name, {})


@dataclass(frozen=True)
class Role:
    """One method: its fields where known, where each came from, and whether it is proposed.

    `conflicts` lists the fields for which the rows and the declaration, or the rows among themselves, differ.
    """

    name: str
    fields: Mapping[str, str]
    origins: Mapping[str, str]
    proposed: bool = False
    conflicts: tuple[str, ...] = ()

    def get(self, name: str) -> str | None:
        """One of `schema.METHOD_FIELDS`, or None where nothing says it."""
        return self.fields.get(name)

    @property
    def kind(self) -> str:
        """One of "proposed", "dense", "random", "magnitude" and "other"."""
        if self.proposed:
            return "proposed"
        if self.name == DENSE:
            return "dense"
        score = self.get("score")
        return score if score in ("random", "magnitude") else "other"


@dataclass(frozen=True)
class Roles:
    """The roles of all methods with rows, by name, and whether anyone said which is proposed."""

    results: Results
    by_name: Mapping[str, Role]
    declared: bool
    notes: tuple[str, ...] = field(default=())

    @classmethod
    def resolve(cls, results: Results, study: Study) -> "Roles":
        """Work out each method's composition and role from the rows, the study file and the alias table."""
        methods = results.text("method")
        named = [name for code, name in enumerate(methods.categories) if (methods.codes == code).any()]
        roles = {name: _role(name, results, study) for name in named}
        declared = any(method.proposed for method in study.methods.values())
        controls = _all_dense(results)
        for name, role in roles.items():
            proposed = (
                study.methods[name].proposed
                if declared and name in study.methods
                else not declared and name not in controls and _is_not_a_baseline(role)
            )
            roles[name] = Role(name, role.fields, role.origins, proposed, role.conflicts)
        return cls(results, roles, declared, tuple(_notes(roles, declared)))

    @cached_property
    def proposed(self) -> tuple[str, ...]:
        """Names of the proposed methods, sorted."""
        return tuple(sorted(name for name, role in self.by_name.items() if role.proposed))

    @cached_property
    def proposed_cells(self) -> np.ndarray:
        """(cells,) whether a cell is of a proposed method, above 1×."""
        cells = self.results.cells
        categories = self.results.text("method").categories
        codes = [categories.index(name) for name in self.proposed]
        return np.isin(cells.method, codes) & ~cells.dense


def _role(name: str, results: Results, study: Study) -> Role:
    rows = results.text("method").equals(name)
    declared = study.methods.get(name)
    by_name = alias(name)
    fields: dict[str, str] = {}
    origins: dict[str, str] = {}
    conflicts: list[str] = []
    for key in METHOD_FIELDS:
        column = results.text(key)
        codes = np.unique(column.codes[rows & (column.codes >= 0) & ~results.dense])
        recorded = [column.categories[code] for code in codes]
        stated = getattr(declared, key) if declared else None
        if len(recorded) > 1 or (recorded and stated and stated != recorded[0]):
            conflicts.append(key)
        for value, origin in (
            (recorded[0] if recorded else None, FROM_RESULTS),
            (stated, FROM_STUDY),
            (by_name.get(key), FROM_ALIAS),
        ):
            if value:
                fields[key], origins[key] = value, origin
                break
    return Role(name, fields, origins, conflicts=tuple(conflicts))


def _all_dense(results: Results) -> set[str]:
    method = results.text("method")
    return {name for code, name in enumerate(method.categories) if results.dense[method.codes == code].all()}


def _is_not_a_baseline(role: Role) -> bool:
    score, allocation = role.get("score"), role.get("allocation")
    plain = score == "random" or (score == "magnitude" and allocation in (None, "global", "uniform"))
    return not plain and allocation != "matched" and role.name != DENSE


def _notes(roles: Mapping[str, Role], declared: bool) -> list[str]:
    notes = []
    proposed = sorted(name for name, role in roles.items() if role.proposed)
    if not declared and proposed:
        notes.append(
            f"no method is marked `proposed` in audit.toml: taken as proposed is every method that is not random, "
            f"plain magnitude, matched or dense: {', '.join(proposed)}"
        )
    for name, role in sorted(roles.items()):
        used = [f"{key} {role.fields[key]}" for key in METHOD_FIELDS if role.origins.get(key) == FROM_ALIAS]
        if used and name != DENSE:
            notes.append(f"`{name}` is read by its name as: {', '.join(used)}")
    return notes
