"""CTX003: a technique from before 2010."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, case, table

EARLY = {**studies.METHODS, "optimal_brain_damage": {"score": "optimal_brain_damage", "allocation": "global"}}

CASES = Cases(
    sound=lambda: case(table(EARLY)),
    faulty=lambda: case(table({**studies.METHODS, "snip": {}})),
    silent=lambda: case(table()),
    on_silence=Verdict.FAIL,
)


def found(columns: studies.Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the study."""
    return studies.only(case(columns, toml), "CTX003")


@pytest.mark.parametrize("name", ["OBD", "obs", "Optimal-Brain-Surgeon", "skeletonization", "karnin"])
def test_early_techniques_are_known(name: str):
    """The early techniques are known by their names and aliases."""
    assert found(table({**studies.METHODS, name: {"score": name}})).verdict is Verdict.PASS


@pytest.mark.parametrize("name", ["global_magnitude", "magnitude", "global_random"])
def test_magnitude_and_random_do_not_count(name: str):
    """Magnitude pruning is of 1989, and random is as old, but another rule asks for them."""
    toml = studies.STUDY + f"[method.{name}]\nyear = 1989\n"
    assert found(table({**studies.METHODS, name: {}}), toml).verdict is Verdict.FAIL


def test_a_declared_year_is_declared():
    """A method of one's own name that a person dates is declared; one that nobody dates is open."""
    columns = table({**studies.METHODS, "saliency": {"score": "saliency"}})
    assert found(columns).verdict is Verdict.UNDECIDABLE
    assert found(columns, studies.STUDY + "[method.saliency]\nyear = 1990\n").verdict is Verdict.DECLARED
    assert found(columns, studies.STUDY + "[method.saliency]\nyear = 2010\n").verdict is Verdict.FAIL


def test_reported_figures_are_declared():
    """An early technique in `[[comparison]]` with figures is declared."""
    toml = studies.STUDY + '[[comparison]]\ntechnique = "Optimal Brain Surgeon"\nfigures = [{ top1 = 0.9 }]\n'
    assert found(table(), toml).verdict is Verdict.DECLARED


def test_the_year_is_a_parameter():
    """What counts as early can be set."""
    toml = studies.STUDY + "[rules.no-pre-2010-technique]\nbefore = 2020\n"
    assert found(table({**studies.METHODS, "snip": {}}), toml).verdict is Verdict.PASS
