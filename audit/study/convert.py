"""From what TOML holds to the records of the sections: every problem is found, none stops the others."""

import datetime
import difflib
from collections.abc import Iterable, Sequence
from math import isfinite
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from audit.study.lines import Path

Problem = tuple[Path, str]  # where, what

_WORDS = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    datetime.date: "a date, e.g. 2026-01-31",
}


def convert(value: Any, kind: type[msgspec.Struct], where: Path, problems: list[Problem]) -> Any:
    """A record of that kind from a table; where it has problems, None, and the problems are added to the list."""
    if not isinstance(value, dict):
        problems.append((where, f"{show(where)} must be a table{_found(value)}"))
        return None
    before = len(problems)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    given: dict[str, Any] = {}
    for key, each in value.items():
        if key in fields:
            given[fields[key].name] = _value(each, fields[key].type, (*where, key), problems)
        else:
            problems.append(((*where, key), f"unknown key `{key}` in {show(where)}{suggest(key, list(fields))}"))
    meant = {close[0] for key in value if key not in fields and (close := _close(key, list(fields)))}
    missing = [key for key, field in fields.items() if field.required and key not in value and key not in meant]
    if missing:
        keys = ", ".join(f"`{key}`" for key in missing)
        problems.append((where, f"{show(where)} is missing required fields: {keys}"))
    return kind(**given) if len(problems) == before else None


def show(path: Path) -> str:
    """A path as a person writes it; elements of lists are counted from 1."""
    return "`" + "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".") + "`"


def suggest(word: str, known: Sequence[str]) -> str:
    """Ends an error about an unknown word: with the known one that is nearest, else with all of them."""
    return meant(word, known) or f"; known are {', '.join(sorted(known))}"


def meant(word: str, known: Sequence[str]) -> str:
    """Names the known word that is nearest, at the end of an error or before more of it; empty where none is near."""
    close = _close(word, known)
    return f"; did you mean `{close[0]}`?" if close else ""


def _close(word: str, known: Sequence[str]) -> list[str]:
    return difflib.get_close_matches(word, known, 1)


def _value(value: Any, kind: Any, path: Path, problems: list[Problem]) -> Any:
    kind = _without_none(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return convert(value, kind, path, problems)
    bare = get_args(kind)[0] if get_origin(kind) is Annotated and isinstance(value, list) and value else kind
    inner, origin = get_args(bare), get_origin(bare)
    if origin is dict and isinstance(value, dict):
        return {key: _value(each, inner[1], (*path, key), problems) for key, each in value.items()}
    if (origin is list or (origin is tuple and inner[-1] is Ellipsis)) and isinstance(value, list):
        return origin([_value(each, inner[0], (*path, index), problems) for index, each in enumerate(value)])
    try:
        if isinstance(value, float) and not isfinite(value):
            raise msgspec.ValidationError
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        hint = suggest(value, inner) if origin is Literal and isinstance(value, str) else ""
        expected = "" if hint else f" must be {_expected(kind)}"
        problems.append((path, f"{show(path)}{expected or ' is unknown'}{_found(value)}{hint}"))
        return None


def _without_none(kind: Any) -> Any:
    """X for `X | None`: TOML has no None, so whatever is there is an X."""
    if get_origin(kind) not in (Union, UnionType):
        return kind
    kinds = [each for each in get_args(kind) if each is not NoneType]
    return kinds[0] if len(kinds) == 1 else Union[tuple(kinds)]  # noqa: UP007  # there is no other way to make one


def _expected(kind: Any) -> str:
    """What a value of that type is, in words."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _expected(inner[0]) + "".join(_bound(each) for each in inner[1:])
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(map(_expected, inner)))
    if origin is Literal:
        return f"one of {', '.join(map(repr, inner))}"
    if origin is dict:
        return "a table"
    if origin in (list, tuple):
        return "a list" if origin is list or inner[-1] is Ellipsis else f"a list of {len(inner)} numbers"
    return _WORDS.get(kind, "something else")


def _bound(meta: Any) -> str:
    bounds: Iterable[tuple[Any, str]] = (
        (getattr(meta, "ge", None), " >= {}"),
        (getattr(meta, "gt", None), " > {}"),
        (getattr(meta, "min_length", None), " of length >= {}"),
    )
    return "".join(text.format(bound) for bound, text in bounds if bound is not None)


def _found(value: Any) -> str:
    if isinstance(value, dict):
        return ", found a table"
    return ", found a list" if isinstance(value, list) and value else f", found {value!r}"
