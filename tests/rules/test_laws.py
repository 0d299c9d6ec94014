"""What holds for every rule that there is."""

from importlib import import_module

import pytest

from audit.registry import Loaded, rules
from audit.testing import LAWS, Cases

HEADINGS = ["What it checks", "Why it matters", "Example", "What it cannot see", "Source"]
every_rule = pytest.mark.parametrize("loaded", rules(), ids=lambda loaded: loaded.rule.code)


def cases_of(loaded: Loaded) -> Cases:
    """The cases that the rule's own tests bring."""
    family, fault = loaded.check.__module__.split(".")[-2:]
    found: Cases = import_module(f"tests.rules.{family}.test_{fault}").CASES
    return found


def test_there_are_rules():
    """Discovery finds the rules, each code and name once."""
    codes = [loaded.rule.code for loaded in rules()]
    names = [loaded.rule.name for loaded in rules()]
    assert len(codes) == 57
    assert len(set(codes)) == len(codes)
    assert len(set(names)) == len(names)


@every_rule
def test_documented(loaded: Loaded):
    """A rule's module says in one sentence what should hold, explains it under fixed headings, and names its source."""
    first, blank, *rest = loaded.documentation.splitlines()
    assert first.endswith(".")
    assert not blank
    headings = [line.partition(":")[0] for line in rest if line in HEADINGS or line.startswith("Source: ")]
    assert headings == HEADINGS
    module = import_module(loaded.check.__module__)
    assert module.__name__.rpartition(".")[2].replace("_", "-") == loaded.rule.name
    assert all(key in (loaded.check.__kwdefaults__ or loaded.check.__annotations__) for key in loaded.rule.parameters)


@every_rule
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_law(loaded: Loaded, law):
    """Every rule keeps every law, on the three cases that its own tests bring."""
    law(loaded, cases_of(loaded))
