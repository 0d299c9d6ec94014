"""REP002: seeds, and what they govern."""

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Table, case, changed, table, without

SAID = '[study]\nseed_governs = "initialisation, order, mask"\n' + studies.STUDY

CASES = Cases(
    sound=lambda: case(table(), SAID),
    faulty=lambda: case(changed(table(), lambda row: row["seed"] == "2", seed=None), SAID),
    silent=lambda: case(without(table(), None, "seed")),
    on_silence=Verdict.FAIL,
)


def found(columns: Table, toml: str = SAID) -> studies.Finding:
    """What is said of the study."""
    return studies.only(case(columns, toml), "REP002")


def test_what_the_seed_governs_is_asked():
    """Seeds alone do not say what they change; what hashes show of it is told."""
    said = found(table(), studies.STUDY)
    assert said.verdict is Verdict.FAIL
    assert "initial weights differ between seeds in 26 of 26 cells" in said.observed
    shared = found(changed(table(), initial_weights="one"), studies.STUDY)
    assert "initial weights differ between seeds in 0 of 26 cells" in shared.observed


def test_means_have_no_seed():
    """A row that stands for several networks has none of their seeds."""
    assert found(changed(table(seeds=(1,)), n=3.0)).verdict is Verdict.FAIL


def test_lost_runs_are_not_asked():
    """A run that failed needs no seed here."""
    assert (
        found(changed(table(), lambda row: row["seed"] == "2", seed=None, status="failed")).verdict is Verdict.DECLARED
    )
