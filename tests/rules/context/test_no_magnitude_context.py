"""CTX001: magnitude pruning beside the proposed method."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, case, changed, table, without

WITHOUT = {name: made_of for name, made_of in studies.METHODS.items() if made_of["score"] != "magnitude"}
COMPARED = studies.STUDY + '[[comparison]]\ntechnique = "Lottery Ticket Hypothesis"\nfigures = [{ top1 = 0.9 }]\n'

CASES = Cases(
    sound=lambda: case(table()),
    faulty=lambda: case(table(WITHOUT)),
    silent=lambda: case(table({"mine": studies.MINE})),
    on_silence=Verdict.FAIL,
)


def found(columns: studies.Table, toml: str = studies.STUDY) -> studies.Finding:
    """What is said of the study."""
    return studies.only(case(columns, toml), "CTX001")


@pytest.mark.parametrize("name", ["gmp", "IMP", "Deep-Compression", "l1_norm_filter"])
def test_landmark_names_are_known(name: str):
    """A method without a score is known by the table of landmark techniques."""
    assert found(table({"mine": studies.MINE, name: {}})).verdict is Verdict.PASS


@pytest.mark.parametrize("name", ["snip", "rigl"])
def test_techniques_of_another_kind_are_not_magnitude(name: str):
    """What the table knows to prune otherwise is no magnitude pruning."""
    assert found(table({"mine": studies.MINE, name: {}})).verdict is Verdict.FAIL


@pytest.mark.parametrize("name", ["gm", "magnitudinous", "not_magnitude"])
def test_a_name_that_says_nothing_may_be_magnitude(name: str):
    """Without a score, and no known technique: it cannot be told, and the key that would tell is named."""
    said = found(table({"mine": studies.MINE, name: {}}))
    assert said.verdict is Verdict.UNDECIDABLE
    assert said.remedy == f"declare `[method.{name}] score`"


def test_a_recorded_score_beats_a_name():
    """A method called after magnitude that scores by gradients is none."""
    assert found(table({"mine": studies.MINE, "magnitude": {"score": "gradient"}})).verdict is Verdict.FAIL


def test_reported_figures_are_declared():
    """Magnitude pruning in `[[comparison]]` with figures is declared; without figures it is not there."""
    assert found(table(WITHOUT), COMPARED).verdict is Verdict.DECLARED
    assert found(table(WITHOUT), COMPARED.replace("top1 = 0.9", "compression_ratio = 4.0")).verdict is Verdict.FAIL


def test_a_proposed_method_counts_where_it_is_plain_magnitude():
    """A method that only scores by magnitude is no context for itself; global magnitude is magnitude pruning."""
    own = {"mine": {"score": "magnitude", "allocation": "lamp"}}
    assert found(table(own), "[method.mine]\nproposed = true\n").verdict is Verdict.FAIL
    plain = {"mine": {"score": "magnitude", "allocation": "global"}}
    assert found(table(plain), "[method.mine]\nproposed = true\n").verdict is Verdict.PASS


def test_a_method_of_unknown_origin_leaves_it_open():
    """Where no method is marked, one that prunes by magnitude may be the proposed one."""
    both = {"mine": studies.MINE, "theirs": {"score": "magnitude", "allocation": "lamp"}}
    assert found(table(both), "").verdict is Verdict.UNDECIDABLE
    assert found(table(both), "[method.theirs]\nours = false\n").verdict is Verdict.PASS


def test_a_method_without_a_number_is_not_there():
    """Magnitude runs that all failed give no context."""
    lost = changed(table(), lambda row: row.get("score") == "magnitude", status="failed", top1=None)
    assert found(lost).verdict is Verdict.FAIL
    assert found(without(table(), lambda row: row.get("allocation") == "matched")).verdict is Verdict.PASS
