"""The table of landmark techniques: names that mean one technique each, and plausible facts."""

import pytest

from audit.techniques import TECHNIQUES, technique

KINDS = {
    "magnitude",
    "gradient",
    "second-order",
    "activation",
    "regularisation",
    "learned",
    "reconstruction",
    "structure search",
    "sparse training",
}


def test_each_name_means_one_technique():
    """No name or alias stands for two techniques, and every one of them is found."""
    for each in TECHNIQUES:
        for name in (each.name, *each.aliases):
            assert technique(name) is each, name
    assert len({each.key for each in TECHNIQUES}) == len(TECHNIQUES)


def test_facts_are_plausible():
    """Years lie between the first pruning papers and today, in the key as in the entry where it has one; in order."""
    years = [each.year for each in TECHNIQUES]
    assert years == sorted(years)
    assert (years[0], years[-1]) >= (1988, 2024)
    for each in TECHNIQUES:
        assert each.kind in KINDS
        assert str(each.year) in each.key


@pytest.mark.parametrize("name", ["", "mine", "magnitude pruning of ours", "wand", "snips"])
def test_other_names_are_unknown(name: str):
    """Names are exact, but for case and punctuation."""
    assert technique(name) is None


@pytest.mark.parametrize("name", ["optimal brain damage", "OPTIMAL_BRAIN_DAMAGE", "obd", "O.B.D."])
def test_case_and_punctuation_do_not_matter(name: str):
    """A technique is found however it is written."""
    found = technique(name)
    assert found is not None
    assert found.year == 1989
