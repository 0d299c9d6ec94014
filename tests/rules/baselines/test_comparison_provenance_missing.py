"""BAS006: how the figures of a comparison were produced."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, case, table

WHOLE = {"technique": "LAMP", "source": "paper", "reference": "Lee et al. 2021", "differences": "none known"}


def toml(**keys: str) -> str:
    """A study with one comparison."""
    return studies.STUDY + "[[comparison]]\n" + "".join(f'{key} = "{value}"\n' for key, value in keys.items())


CASES = Cases(
    sound=lambda: case(table(), toml(**WHOLE)),
    faulty=lambda: case(table(), toml(**{key: value for key, value in WHOLE.items() if key != "differences"})),
    silent=lambda: case(table(), toml(technique="LAMP")),
    on_silence=Verdict.FAIL,
)


@pytest.mark.parametrize("key", ["source", "reference", "differences"])
def test_each_statement_is_asked(key: str):
    """Each of the three is asked, and named where it is missing; blanks state nothing."""
    said = studies.only(case(table(), toml(**{**WHOLE, key: " "} if key != "source" else
                                           {name: value for name, value in WHOLE.items() if name != key})),
                        "BAS006")  # fmt: skip
    assert said.verdict is Verdict.FAIL
    assert said.message == f"`{key}` not stated"
    assert said.scope == {"comparison": "LAMP"}


def test_without_comparisons_nothing_is_asked():
    """That there is no comparison is for other rules to say."""
    assert studies.only(case(table()), "BAS006").verdict is Verdict.NOT_APPLICABLE


def test_comparisons_are_judged_apart():
    """One comparison that says everything leaves another as it is."""
    both = toml(**WHOLE) + '[[comparison]]\ntechnique = "SNIP"\n'
    said = {each.scope["comparison"]: each.verdict for each in studies.findings(case(table(), both), "BAS006")}
    assert said == {"LAMP": Verdict.DECLARED, "SNIP": Verdict.FAIL}
