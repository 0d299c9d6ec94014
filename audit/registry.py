"""Which rules there are, by which words they are named, and with which parameters they are asked.

Rules are ours, those that installed packages bring by the entry point `prune_audit.rules`, and those of the modules
that a study names under `[rules] modules`. The last are code that comes with results: they are loaded only for those
who say that they trust it.
"""

import difflib
import importlib
import pkgutil
import re
from collections.abc import Callable, Collection, Iterator
from functools import cache
from math import isfinite
from types import ModuleType
from typing import Any

from msgspec import Struct

import audit.rules
from audit.installed import entry_points
from audit.rule import Judgement, Parameter, Rule
from audit.study import Study, StudyError
from audit.study.own_code import OwnCodeError, load_module, study_directory

ENTRY_POINTS = "prune_audit.rules"
MODULES = "modules"  # the one key of [rules] that names no rule
WAIVER_SCOPE = ("dataset", "architecture", "method", "compression_ratio", "claim", "comparison")
_FAMILIES = ("CTX", "DOC", "CLM", "EXP", "RES", "BAS", "CMP", "NUM", "REP", "WVR")
_CODE = re.compile(r"[A-Z]{3}[0-9]{3}")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class RuleError(Exception):
    """A rule of somebody else's that cannot be loaded, or that failed: which, and why."""


class Loaded(Struct, frozen=True):
    """A rule with its check function and its documentation; `origin` is the module of a rule that is not ours."""

    rule: Rule
    check: Callable[..., Judgement]
    documentation: str
    origin: str = ""


def rules(study: Study | None = None) -> tuple[Loaded, ...]:
    """All rules, in the order of the checklist: ours, those of installed packages, and those that a study names.

    Raises RuleError for a package's that is no rule, StudyError for a study's.
    """
    found = _installed()
    named = () if study is None else _modules(study)
    if not named:
        return found
    assert study is not None
    own = [loaded for index in range(len(named)) for loaded in _of_study(study, index, found)]
    return _ordered((*found, *own))


@cache
def _ours() -> tuple[Loaded, ...]:
    return _ordered(tuple(load(module) for module in _within(audit.rules) if hasattr(module, "RULE")))


@cache
def _installed() -> tuple[Loaded, ...]:
    """Ours, and those of installed packages."""
    found = _ours()
    for each in entry_points(ENTRY_POINTS):
        try:
            found = (*found, *_foreign(each.load(), found))
        except Exception as error:
            raise RuleError(f"the installed rules `{each.name}` ({each.value}) cannot be loaded: {error}") from error
    return _ordered(found)


def _of_study(study: Study, index: int, known: tuple[Loaded, ...]) -> tuple[Loaded, ...]:
    """The rules of one module that a study names; raises StudyError."""
    name = _modules(study)[index]
    try:
        return _foreign(load_module(name, study_directory(study)), known)
    except (OwnCodeError, RuleError) as error:
        raise study.error(("rules", MODULES, index), str(error)) from error


def _modules(study: Study) -> tuple[str, ...]:
    named = study.rules.get(MODULES, ())
    return tuple(named) if isinstance(named, list) and all(isinstance(each, str) for each in named) else ()


def _within(package: ModuleType) -> Iterator[ModuleType]:
    """A module, and all that a package holds."""
    yield package
    for found in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{package.__name__}."):
        yield importlib.import_module(found.name)


def load(module: ModuleType, origin: str = "") -> Loaded:
    """The rule of a module that holds `RULE` and `check`; `origin` names one that is not ours."""
    return Loaded(module.RULE, module.check, (module.__doc__ or "").strip(), origin)


def _foreign(module: ModuleType, known: tuple[Loaded, ...]) -> tuple[Loaded, ...]:
    """The rules of a module or package that is not ours; raises RuleError where it has none, or a wrong one."""
    found = tuple(load(each, each.__name__) for each in _within(module) if _is_rule(each))
    if not found:
        raise RuleError(f"module `{module.__name__}` has no `RULE` and `check`")
    codes, names = ({getattr(each.rule, key): each for each in known} for key in ("code", "name"))
    for loaded in found:
        code, name = loaded.rule.code, loaded.rule.name
        if not _CODE.fullmatch(code) or not _NAME.fullmatch(name):
            raise RuleError(
                f"module `{loaded.origin}`: rule `{code}` `{name}` needs a code like ABC001 and a name like a-fault"
            )
        if taken := codes.get(code) or names.get(name):
            raise RuleError(
                f"module `{loaded.origin}`: rule {code} `{name}` is there already: {taken.rule.code} "
                f"`{taken.rule.name}`{f' of {taken.origin}' if taken.origin else ''}"
            )
        codes[code] = names[name] = loaded
    return found


def _is_rule(module: ModuleType) -> bool:
    return isinstance(getattr(module, "RULE", None), Rule) and callable(getattr(module, "check", None))


def _ordered(found: tuple[Loaded, ...]) -> tuple[Loaded, ...]:
    return tuple(sorted(found, key=lambda each: position(each.rule.code)))


def position(code: str) -> tuple[int, str]:
    """Where a code stands in the order of the checklist."""
    family = code[:3]
    return (_FAMILIES.index(family) if family in _FAMILIES else len(_FAMILIES), code)


def asked(select: frozenset[str] | None, ignore: frozenset[str], study: Study | None = None) -> frozenset[str]:
    """The codes of the rules that are asked: those selected (all, where none is), without those ignored."""
    known = frozenset(loaded.rule.code for loaded in rules(study))
    return (known if select is None else known & select) - ignore


def resolve(words: Collection[str], study: Study | None = None) -> frozenset[str]:
    """The codes that words name: a code, a name, or the family of a code (`RES`); raises KeyError with a suggestion."""
    words = [words] if isinstance(words, str) else words
    known = {word: each.rule.code for each in rules(study) for word in (each.rule.code, each.rule.name)}
    folded = {word.casefold(): code for word, code in known.items()}
    codes: set[str] = set()
    for word in words:
        family = {code for code in known.values() if code[:3] == word.upper()}
        if not family and word.casefold() not in folded:
            close = difflib.get_close_matches(word.casefold(), folded, 1)
            meant = next((each for each in known if close and each.casefold() == close[0]), "")
            raise KeyError(
                f"no rule `{word}`" + (f"; did you mean `{meant}`?" if meant else "; `audit rule` lists them")
            )
        codes |= family or {folded[word.casefold()]}
    return frozenset(codes)


def parameters(study: Study) -> dict[str, dict[str, Any]]:
    """Each rule's parameters by code, those of `[rules.NAME]` over its defaults; raises StudyError for wrong ones."""
    by_code = {loaded.rule.code: dict(loaded.rule.parameters) for loaded in rules(study)}
    problems: list[str] = []
    for word, table in study.rules.items():
        if word == MODULES:
            continue
        code, problem = _one_rule(word, study)
        if problem:
            problems += study.error(("rules", word), problem).problems
        elif not isinstance(table, dict):
            problems += study.error(("rules", word), f"`rules.{word}` must be a table").problems
        else:
            for key, value in table.items():
                if problem := _wrong_parameter(code, by_code.get(code, {}), key, value):
                    problems += study.error(("rules", word, key), problem).problems
                else:
                    by_code[code][key] = value
    if problems:
        raise StudyError(problems)
    return by_code


def _one_rule(word: str, study: Study) -> tuple[str, str]:
    """The code that a word names, or what is wrong with the word."""
    try:
        codes = resolve([word], study)
    except KeyError as error:
        return "", error.args[0]
    return ("", f"`{word}` names several rules") if len(codes) > 1 else (next(iter(codes)), "")


def _wrong_parameter(code: str, defaults: dict[str, Any], key: str, value: Any) -> str:
    default = defaults.get(key)
    if default is None:
        return f"{code} has no parameter `{key}`; it has: {', '.join(f'`{each}`' for each in defaults) or 'none'}"
    problem = _unfit(value, default)
    return f"`{key}` must be {problem}, found {value!r}" if problem else ""


def _unfit(value: Any, default: Parameter) -> str:
    """What a parameter must be, where the value given for it is not that."""
    if isinstance(default, str):
        return "" if isinstance(value, str) else "a text"
    if isinstance(default, int):
        return "" if isinstance(value, int) and not isinstance(value, bool) and value > 0 else "a whole number above 0"
    number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value >= 0
    return "" if number else "a number, 0 or more"


def validate(study: Study, *, trust: bool = True) -> None:
    """Check what only the rules can: `[rules]`, `[gate]`, the rules of waivers; raises StudyError with all problems.

    Modules that the study names are imported only where it is trusted.
    """
    named = study.rules.get(MODULES, [])
    if not isinstance(named, list) or not all(isinstance(each, str) and each for each in named):
        raise study.error(("rules", MODULES), f"`rules.{MODULES}` must be a list of texts, the names of modules")
    if named and not trust:
        modules = ", ".join(f"`{each}`" for each in named)
        raise study.error(
            ("rules", MODULES),
            f"names rules of its own, which are code, in {modules}; --trust runs it, for those who trust this file",
        )
    problems: list[str] = []
    try:
        parameters(study)
    except StudyError as error:
        problems += error.problems
    for index, waiver in enumerate(study.waivers):
        _, problem = _one_rule(waiver.rule, study)
        if problem:
            hint = "; waive one at a time" if "several" in problem else ""
            problems += study.error(("waiver", index, "rule"), problem + hint).problems
        for key in waiver.scope:
            if key not in WAIVER_SCOPE:
                message = f"a waiver's scope has no `{key}`; it may have {', '.join(WAIVER_SCOPE)}"
                problems += study.error(("waiver", index, "scope", key), message).problems
    words: list[tuple[tuple[str | int, ...], str]] = [
        (("gate", "rules", index), word) for index, word in enumerate(study.gate.rules)
    ]
    words += [(("gate", "severities", word), word) for word in study.gate.severities]
    for where, word in words:
        try:
            resolve([word], study)
        except KeyError as error:
            problems += study.error(where, error.args[0]).problems
    if problems:
        raise StudyError(problems)
