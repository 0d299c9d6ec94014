"""Who is proposed and what is a baseline: each method's composition, resolved field by field, and its role.

A field comes from the rows, else from `[method.NAME]`, else from an exact alias table.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from audit.results import Results
from audit.schema import DENSE, METHOD_FIELDS
from audit.study import Study

NO_SCORE = "none"  # of a control: nothing ranks its weights
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
    "global_filter_magnitude": {"score": "magnitude", "allocation": "global", "granularity": "filter"},
    "layerwise_filter_magnitude": {"score": "magnitude", "allocation": "uniform", "granularity": "filter"},
    "global_filter_random": {"score": "random", "allocation": "global", "granularity": "filter"},
    "layerwise_filter_random": {"score": "random", "allocation": "uniform", "granularity": "filter"},
    "global_filter_taylor": {"score": "taylor", "allocation": "global", "granularity": "filter"},
    "layerwise_filter_taylor": {"score": "taylor", "allocation": "uniform", "granularity": "filter"},
    DENSE: {"score": NO_SCORE},
    "scratch": {"score": NO_SCORE},
    # ShrinkBench, strategies/__init__.py: its gradient scores use one minibatch, its random is a Bernoulli mask
    "GlobalMagWeight": {"score": "magnitude", "allocation": "global", "granularity": "weight"},
    "LayerMagWeight": {"score": "magnitude", "allocation": "uniform", "granularity": "weight"},
    "GlobalMagGrad": {"score": "gradient", "allocation": "global", "granularity": "weight"},
    "LayerMagGrad": {"score": "gradient", "allocation": "uniform", "granularity": "weight"},
    "GlobalMagAct": {"score": "activation", "allocation": "global", "granularity": "weight"},
    "LayerMagAct": {"score": "activation", "allocation": "uniform", "granularity": "weight"},
    "RandomPruning": {"score": "random", "allocation": "uniform", "granularity": "weight"},
}
_MATCHED = {"random_matched_": "random", "magnitude_matched_": "magnitude", "scratch_matched_": NO_SCORE}


def alias(name: str) -> Mapping[str, str]:
    """What a method's name alone says of it; empty where the name is not in the table."""
    for prefix, score in _MATCHED.items():
        if name.startswith(prefix) and len(name) > len(prefix):
            return {"score": score, "allocation": "matched", "matched_to": name.removeprefix(prefix)}
    return ALIASES.get(name, {})


def plain(key: str, value: str) -> str:
    """A field's value as it is compared: names of the field's vocabulary in lower case, names of code as written."""
    return value if key == "matched_to" or ":" in value else value.casefold()


class Role(Struct, frozen=True, dict=True):
    """One method: its fields where known, where each came from, and whether it is proposed.

    `recorded` holds, for each field, the values that the rows record; where they are several, `fields` lists them in
    one text. `stated` is what audit.toml says, `by_name` what the alias table says.
    """

    name: str
    fields: Mapping[str, str]
    origins: Mapping[str, str]
    recorded: Mapping[str, tuple[str, ...]]
    stated: Mapping[str, str]
    by_name: Mapping[str, str]
    proposed: bool = False

    def get(self, name: str) -> str | None:
        """One of `schema.METHOD_FIELDS`, or None where nothing says it."""
        return self.fields.get(name)

    @cached_property
    def varies(self) -> bool:
        """Whether the rows record several values of a field."""
        return any(len(values) > 1 for values in self.recorded.values())

    @property
    def kind(self) -> str:
        """One of "proposed", "dense", "random", "magnitude" and "other"."""
        if self.proposed:
            return "proposed"
        if self.name == DENSE:
            return "dense"
        score = self.get("score")
        return score if score in ("random", "magnitude") else "other"

    @property
    def is_baseline(self) -> bool:
        """Whether it is random, plain magnitude, matched, or a control that prunes by no score."""
        score, allocation = self.get("score"), self.get("allocation")
        bare = score == "random" or (score == "magnitude" and allocation in (None, "global", "uniform"))
        return bare or allocation == "matched" or score == NO_SCORE or self.name == DENSE


class Roles(Struct, frozen=True, dict=True):
    """The roles of all methods with rows, by name, and whether audit.toml says which is proposed."""

    results: Results
    by_name: Mapping[str, Role]
    declared: bool
    notes: tuple[str, ...]

    @classmethod
    def resolve(cls, results: Results, study: Study) -> "Roles":
        """Work out each method's composition and role from the rows, the study file and the alias table."""
        methods = results.text("method")
        recorded = {key: _recorded(results, key) for key in METHOD_FIELDS}
        roles = {
            methods.categories[code]: _role(methods.categories[code], recorded, study)
            for code in np.unique(methods.codes[methods.codes >= 0])
        }
        declared = any(method.proposed for method in study.methods.values())
        pruning = set(np.unique(methods.codes[~results.dense & (methods.codes >= 0)]))
        for code, name in enumerate(methods.categories):
            if name in roles:
                marked = name in study.methods and study.methods[name].proposed
                taken = not declared and code in pruning and not roles[name].is_baseline
                roles[name] = replace(roles[name], proposed=marked or taken)
        return cls(results, roles, declared, tuple(_notes(roles, declared)))

    @cached_property
    def proposed(self) -> tuple[str, ...]:
        """Names of the proposed methods with rows, sorted."""
        return tuple(sorted(name for name, role in self.by_name.items() if role.proposed))

    def of_cell(self, cell: int | np.integer) -> Role:
        """The role of a cell's method."""
        return self._by_code[self.results.cells.method[cell]]

    @cached_property
    def _by_code(self) -> tuple[Role, ...]:
        return tuple(self.by_name.get(name, _NO_ROLE) for name in self.results.text("method").categories)

    def values(self, cell: int | np.integer, key: str) -> frozenset[str]:
        """What is known of a field in one cell: empty where nothing says it; several values where its rows differ."""
        role = self.of_cell(cell)
        if len(role.recorded.get(key, ())) < 2:
            known = role.get(key)
            return frozenset() if known is None else frozenset((known,))
        column = self.results.text(key)
        codes = np.unique(column.codes[self.results.cells.rows(int(cell))])
        other = self.without_record(role.name, key)
        return frozenset(plain(key, column.categories[code]) for code in codes if code >= 0) | (
            {other} if codes[0] < 0 and other else frozenset()
        )

    def without_record(self, name: str, key: str) -> str | None:
        """What a field of a method is in a row that does not record it; None where nothing, or too much, says it."""
        role = self.by_name.get(name)
        if role is None:
            return None
        recorded = role.recorded.get(key, ())
        return recorded[0] if len(recorded) == 1 else role.stated.get(key) or role.by_name.get(key)


_NO_ROLE = Role("", {}, {}, {}, {}, {})  # of a name that no row has


def _recorded(results: Results, key: str) -> Mapping[str, tuple[str, ...]]:
    """The values of a field that the pruned rows of each method record."""
    methods, column = results.text("method"), results.text(key)
    said = np.flatnonzero((column.codes >= 0) & (methods.codes >= 0) & ~results.dense)
    out: dict[str, tuple[str, ...]] = {}
    width = len(column.categories) or 1
    for both in np.unique(methods.codes[said] * width + column.codes[said]):
        name, value = methods.categories[both // width], plain(key, column.categories[both % width])
        out[name] = tuple(dict.fromkeys((*out.get(name, ()), value)))
    return out


def _role(name: str, recorded: Mapping[str, Mapping[str, tuple[str, ...]]], study: Study) -> Role:
    declared = study.methods.get(name)
    mine = {key: recorded[key][name] for key in METHOD_FIELDS if name in recorded[key]}
    stated = {key: plain(key, value) for key in METHOD_FIELDS if declared and (value := getattr(declared, key))}
    by_name = alias(name)
    fields: dict[str, str] = {}
    origins: dict[str, str] = {}
    for key in METHOD_FIELDS:
        for value, origin in (
            (" and ".join(mine.get(key, ())), FROM_RESULTS),
            (stated.get(key), FROM_STUDY),
            (by_name.get(key), FROM_ALIAS),
        ):
            if value:
                fields[key], origins[key] = value, origin
                break
    return Role(name, fields, origins, mine, stated, by_name)


def _notes(roles: Mapping[str, Role], declared: bool) -> Iterator[str]:
    proposed = sorted(name for name, role in roles.items() if role.proposed)
    if not declared and proposed:
        yield (
            "no method is marked `proposed` in audit.toml: taken as proposed is every method that is not random, "
            f"plain magnitude, matched or dense: {', '.join(proposed)}"
        )
    for name, role in sorted(roles.items()):
        used = [f"{key} {role.fields[key]}" for key in METHOD_FIELDS if role.origins.get(key) == FROM_ALIAS]
        if used and name != DENSE:
            yield f"`{name}` is read by its name as: {', '.join(used)}"
        for key, values in role.recorded.items():
            if len(values) > 1:
                yield f"`{name}` is recorded with several values of `{key}`: {', '.join(values)}"
            elif role.stated.get(key, values[0]) != values[0]:
                both = f"{values[0]} in the results and {role.stated[key]} in audit.toml"
                yield f"`{name}` has {key} {both}: the results count"
