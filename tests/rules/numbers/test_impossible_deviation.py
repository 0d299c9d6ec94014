"""NUM003: deviations that whole numbers of test examples can have."""

import numpy as np
import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, case, changed, printed, table, without

CODE = "NUM003"
EXAMPLES = 100


def means(deviation: float | None = None, n: int = 3, ddof: int = 1, **columns: object) -> studies.Table:
    """A table of means of n networks on 100 examples, with the deviations that they have, or with a stated one."""
    generator = np.random.default_rng(5)

    def counts(row: studies.Row) -> np.ndarray:
        return np.round(generator.normal(100 * row["top1"], 2, n)).clip(0, 100) / EXAMPLES

    rows = studies.to_rows(table(seeds=(1,)))
    for row in rows:
        values = counts(row)
        row |= {"seed": None, "n": float(n), "n_test": float(EXAMPLES), "top1": values.mean(), **columns}
        row["top1_deviation"] = values.std(ddof=ddof) if deviation is None or row["method"] != "mine" else deviation
    return studies.from_rows(rows)


def printed_means(columns: studies.Table) -> studies.Case:
    """The same as printed, to two decimals of percent."""
    return printed(case(columns), top1=4, top1_deviation=4)


CASES = Cases(
    sound=lambda: printed_means(means(deviation_kind="std")),
    faulty=lambda: printed_means(means(0.0123, deviation_kind="std")),
    silent=lambda: case(without(table(), None, "top1_deviation")),
    on_silence=Verdict.NOT_APPLICABLE,
)


def mine(columns: studies.Table) -> studies.Finding:
    """What is said of the proposed method."""
    return studies.only(printed_means(columns), CODE, method="mine")


@pytest.mark.parametrize("n", [2, 3, 4, 5, 7])
@pytest.mark.parametrize("ddof", [0, 1])
def test_real_deviations_are_possible(n: int, ddof: int):
    """Deviations that were computed from counts never fail, with either ddof."""
    found = studies.findings(printed_means(means(n=n, ddof=ddof, deviation_kind="std")), CODE)
    assert all(each.verdict is not Verdict.FAIL for each in found)


def test_the_numbers_are_shown():
    """A fail shows mean, deviation, n and examples."""
    found = mine(means(0.0123, deviation_kind="std"))
    assert found.verdict is Verdict.FAIL
    assert "± 0.0123 over 3 networks: no 3 counts of 100 examples give both" in found.observed
    assert "inconsistent with" in found.message


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [("std", "fail"), ("sem", "not_applicable"), ("ci95", "not_applicable"), ("test-set error", "not_applicable")],
)
def test_kinds(kind: str, verdict: str):
    """What is tried is what is declared; intervals and test-set errors are not judged."""
    assert mine(means(0.0123, deviation_kind=kind)).verdict in (Verdict(verdict), Verdict.FAIL)
    if kind in ("ci95", "test-set error"):
        assert mine(means(0.7, deviation_kind=kind)).verdict is Verdict.NOT_APPLICABLE


def test_too_large_for_its_mean():
    """A deviation larger than values in [0, 1] can have fails whatever the number of examples."""
    columns = means(0.7, deviation_kind="std", n_test=None)
    found = mine(columns)
    assert found.verdict is Verdict.FAIL
    assert "deviate by at most" in found.observed


def test_large_test_sets_are_not_judged():
    """On 10,000 examples, two decimals of percent leave every deviation possible."""
    assert mine(means(0.0123, deviation_kind="std", n_test=10000.0)).verdict is Verdict.NOT_APPLICABLE


def test_an_undeclared_kind_is_given_every_meaning():
    """Without `deviation_kind`, standard errors and intervals do not fail."""
    for factor in (1, 1 / np.sqrt(3), 1.96 / np.sqrt(3), 4.302653 / np.sqrt(3)):
        columns = means()
        columns["top1_deviation"] = [value * factor for value in columns["top1_deviation"]]
        found = studies.findings(printed_means(columns), CODE)
        assert all(each.verdict is not Verdict.FAIL for each in found)


@pytest.mark.parametrize("n", [1.0, 2.5, 0.0, -3.0, float("inf"), 1e12])
def test_strange_numbers_of_networks(n: float):
    """An n that is no number of seeds is not enumerated."""
    assert mine(means(0.0123, deviation_kind="std") | {"n": [n] * len(means()["n"])}).verdict is Verdict.NOT_APPLICABLE


def test_accuracies_rounded_before_they_were_averaged():
    """Deviations of accuracies that were rounded to the printed places are possible."""
    generator = np.random.default_rng(2)
    columns = means(deviation_kind="std", n_test=360.0)
    for row in range(len(columns["top1"])):
        values = np.round(generator.binomial(360, 0.8, 3) / 360, 4)
        columns["top1"][row], columns["top1_deviation"][row] = values.mean(), values.std(ddof=1)
    found = studies.findings(printed_means(columns), CODE)
    assert all(each.verdict is not Verdict.FAIL for each in found)


def test_changed_power():
    """`power` is a parameter: where nothing need be found impossible, everything is judged."""
    columns = changed(means(deviation_kind="std"), n_test=10000.0)
    judged = printed(case(columns, studies.STUDY + "[rules.NUM003]\npower = 0.0\n"), top1=4, top1_deviation=4)
    assert studies.only(judged, CODE, method="mine").verdict is Verdict.PASS
