"""CMP009: the headline figure of a claim."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Table, case, changed, table

TOP1 = {"1": 0.930, "2": 0.931, "3": 0.935}  # mean 0.932, median 0.931
COLUMNS = changed(table(), lambda row: row["method"] == "mine" and row["compression_target"] == 8,
                  top1=lambda row: TOP1[row["seed"]])  # fmt: skip


def claim(**keys: str) -> str:
    """A study with one claim, at 8×."""
    head = (
        studies.STUDY + '[[claim]]\nkind = "superiority"\nmethod = "mine"\nagainst = "random_all"\nname = "headline"\n'
    )
    return head + "".join(f"{key} = {value}\n" for key, value in {"ratios": "[8]", **keys}.items())


CASES = Cases(
    sound=lambda: case(COLUMNS, claim(figure="0.932")),
    faulty=lambda: case(COLUMNS, claim(figure="0.935")),
    silent=lambda: case(COLUMNS, claim()),
    on_silence=Verdict.UNDECIDABLE,
)


def found(toml: str, columns: Table = COLUMNS) -> studies.Finding:
    """What is said of the claim."""
    return studies.only(case(columns, toml), "CMP009")


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [("0.932", "pass"), ("93.2", "pass"), ("93.20", "pass"), ("0.93", "pass"), ("93.5", "fail"), ("0.935", "fail"),
     ("0.931", "undecidable"), ("0.95", "fail"), ("93", "pass"), ("94", "fail")],
)  # fmt: skip
def test_figures_round_to_the_mean(figure: str, verdict: str):
    """A figure is read to its last decimal, as a fraction or in per cent."""
    assert found(claim(figure=figure)).verdict.value == verdict


def test_the_best_is_named():
    """A figure that is the best seed's says so."""
    said = found(claim(figure="0.935"))
    assert said.message == "the headline figure is the best of 3 seeds"
    assert said.scope == {"claim": "headline"}
    assert said.evidence_total == 3


@pytest.mark.parametrize(
    ("toml", "verdict"),
    [("", "undecidable"), ("claims = []\n", "not_applicable"), (claim(figure="0.9", ratios="[]"), "undecidable")],
)
def test_a_figure_belongs_to_one_cell(toml: str, verdict: str):
    """Without claims, or with a figure over several cells, it cannot be told."""
    assert found(toml).verdict.value == verdict


def test_one_seed_is_its_own_best():
    """The value of a single seed is mean and best at once."""
    one = changed(COLUMNS, lambda row: row["seed"] != "1", top1=None)
    assert found(claim(figure="0.930"), one).verdict is Verdict.UNDECIDABLE
    assert found(claim(figure="0.940"), one).verdict is Verdict.FAIL


def test_a_stated_mean_is_declared():
    """In a table of means, the figure is a mean by declaration."""
    means = changed(table(seeds=(1,)), seed=None, n=3.0, top1=0.9)
    assert found(claim(figure="0.9"), means).verdict is Verdict.DECLARED
    assert found(claim(figure="0.95"), means).verdict is Verdict.FAIL


def test_a_lower_metric_has_its_best_below():
    """Where lower is better, the best seed is the lowest."""
    columns = changed(COLUMNS, loss=lambda row: 0.1 * int(row["seed"]))
    assert "best of 3" in found(claim(figure="0.1", metric='"loss"'), columns).message
