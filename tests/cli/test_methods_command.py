"""`audit methods`: what can be run, for people and for programs."""

import json

import pytest

from audit.cli import main

KEYS = ["name", "score", "allocation", "schedule", "granularity", "starts_from", "year", "citation"]


def run(capsys, *words):
    """Exit code, stdout, stderr."""
    with pytest.raises(SystemExit) as stop:
        main(["methods", *words])
    out, err = capsys.readouterr()
    return int(stop.value.code or 0), out, err


def test_json_is_an_array_of_compositions(capsys):
    """Each with its year and citation."""
    code, out, err = run(capsys, "--format", "json")
    listed = json.loads(out)
    assert (code, err) == (0, "")
    assert all(list(each) == KEYS for each in listed)
    brain_damage = next(each for each in listed if each["name"] == "optimal_brain_damage")
    assert (brain_damage["year"], brain_damage["allocation"]) == (1990, "global")
    assert {"snip", "grasp", "synflow", "wanda", "lamp"} <= {each["name"] for each in listed}


def test_one_line_a_method(capsys):
    """The name and where it was published."""
    _, out, _ = run(capsys)
    assert "global_magnitude_gradual" in out
    assert all(line == line.rstrip() for line in out.splitlines())


def test_a_method_is_explained_by_its_parts(capsys):
    """Its formula, its allocation and its schedule."""
    code, out, _ = run(capsys, "snip", "magnitude_2_4")
    assert code == 0
    assert "snip: Lee et al. 2019" in out
    assert "|w · ∂L/∂w|" in out
    assert "schedule at_initialisation, from init weights" in out
    assert "granularity 2:4" in out


def test_a_wrong_name_gets_the_one_that_was_meant(capsys):
    """Exit 2, one line."""
    code, out, err = run(capsys, "snipp")
    assert (code, out) == (2, "")
    assert "no method `snipp`; did you mean `snip`?" in err
