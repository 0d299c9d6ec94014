"""The example of a method that prunes by itself obeys the laws, and its study can be planned."""

from pathlib import Path

import pytest

from audit.study import Study, own_code
from runners.own_pruning import laws
from runners.plan import plan
from runners.spec import read_spec

EXAMPLE = Path(__file__).parents[2] / "examples" / "own_method"


def test_the_example_obeys_the_laws():
    """As its own test says."""
    laws.check(own_code.load("regrow:prune", EXAMPLE))


def test_weights_move():
    """What is left in the end is not what the first mask was, and is trained."""
    regrow = own_code.load_module("regrow", EXAMPLE)
    subject = laws.Subject(regrow.prune, laws.small_network(), "classifier", laws.small_dataset(), laws.RECIPE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(regrow, "EVERY", 10**9)
        stays = subject.pruned()
        patch.setattr(regrow, "EVERY", 3)
        moves = subject.pruned()
    assert any((stays.mask[name] != moves.mask[name]).any() for name in stays.mask)
    assert stays.steps == moves.steps == 9
    assert moves.examples > stays.examples == 9 * 8


def test_the_study_has_all_baselines():
    """Those of the checklist, with the schedule of the method."""
    study = Study.read(EXAMPLE / "study.toml")
    assert {run.method.name for run in plan(read_spec(study), study)} == {
        "dense", "regrow", "global_magnitude_at_initialisation", "global_random_at_initialisation",
        "random_erk_at_initialisation", "random_matched_regrow", "magnitude_matched_regrow",
    }  # fmt: skip
