"""Which rules there are, by which words they are named, and with which parameters they are asked."""

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from math import isfinite
from types import ModuleType
from typing import Any

import audit.rules
from audit.checklist import CHECKLIST
from audit.rule import Judgement, Parameter, Rule
from audit.study import Study, StudyError

_FAMILIES = ("CTX", "DOC", "CLM", "EXP", "RES", "BAS", "CMP", "NUM", "REP")
WAIVER_SCOPE = ("dataset", "architecture", "method", "compression_ratio", "claim", "comparison")


@dataclass(frozen=True)
class Loaded:
    """A rule with its check function and its documentation."""

    rule: Rule
    check: Callable[..., Judgement]
    documentation: str


@cache
def rules() -> tuple[Loaded, ...]:
    """All rules, in the order of the checklist: each module below `audit.rules` that holds a `RULE`."""
    modules = (
        importlib.import_module(found.name) for found in pkgutil.walk_packages(audit.rules.__path__, "audit.rules.")
    )
    loaded = [_load(module) for module in modules if hasattr(module, "RULE")]
    return tuple(sorted(loaded, key=lambda each: position(each.rule.code)))


def _load(module: ModuleType) -> Loaded:
    return Loaded(module.RULE, module.check, (module.__doc__ or "").strip())


def position(code: str) -> tuple[int, str]:
    """Where a code stands in the order of the checklist."""
    family = code[:3]
    return (_FAMILIES.index(family) if family in _FAMILIES else len(_FAMILIES), code)


def asked(select: frozenset[str] | None, ignore: frozenset[str]) -> frozenset[str]:
    """The codes of the rules that are asked: those selected (all, where none is), without those ignored."""
    known = frozenset(loaded.rule.code for loaded in rules())
    return (known if select is None else known & select) - ignore


def codes_and_names() -> dict[str, str]:
    """Every code and every name → code: of the rules, and of those of appendix B that are not judged yet."""
    known = {code: code for item in CHECKLIST for code, _ in item.rules}
    known |= {name: code for item in CHECKLIST for code, name in item.rules}
    for loaded in rules():
        known |= {loaded.rule.code: loaded.rule.code, loaded.rule.name: loaded.rule.code}
    return known


def resolve(words: Collection[str]) -> frozenset[str]:
    """The codes that words name: a code, a name, or the family of a code (`RES`); raises KeyError with a suggestion."""
    words = [words] if isinstance(words, str) else words
    known = codes_and_names()
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
    by_code = {loaded.rule.code: dict(loaded.rule.parameters) for loaded in rules()}
    problems: list[str] = []
    for word, table in study.rules.items():
        code, problem = _one_rule(word)
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


def _one_rule(word: str) -> tuple[str, str]:
    """The code that a word names, or what is wrong with the word."""
    try:
        codes = resolve([word])
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


def validate(study: Study) -> None:
    """Check what only the rules can: `[rules]`, `[gate]`, the rules of waivers; raises StudyError with all problems."""
    problems: list[str] = []
    try:
        parameters(study)
    except StudyError as error:
        problems += error.problems
    for index, waiver in enumerate(study.waivers):
        _, problem = _one_rule(waiver.rule)
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
            resolve([word])
        except KeyError as error:
            problems += study.error(where, error.args[0]).problems
    if problems:
        raise StudyError(problems)
