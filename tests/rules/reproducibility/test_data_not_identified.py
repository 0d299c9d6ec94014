"""REP004: the digest of the data set."""

import pytest

from audit.rule import Verdict
from tests import studies
from tests.studies import Cases, Table, case, changed, table

DIGEST = "ab12" * 16
IDENTIFIED = changed(table(), dataset_digest=DIGEST)

CASES = Cases(
    sound=lambda: case(IDENTIFIED),
    faulty=lambda: case(changed(IDENTIFIED, lambda row: row["method"] == "mine", dataset_digest="cd34" * 16)),
    silent=lambda: case(table()),
    on_silence=Verdict.FAIL,
)


def found(columns: Table, digest: str | None = None) -> studies.Finding:
    """What is said of the pair, with a declared digest."""
    toml = studies.STUDY + (f'[dataset.cifar10]\ndigest = "{digest}"\n' if digest else "")
    return studies.only(case(columns, toml), "REP004")


def test_each_run_is_asked():
    """Runs without a digest fail, and are the evidence."""
    said = found(changed(IDENTIFIED, lambda row: row["seed"] == "2", dataset_digest=None))
    assert said.verdict is Verdict.FAIL
    assert said.evidence_total == 26


def test_a_declared_digest_is_declared():
    """Where runs record none, the declared one stands in."""
    assert found(table(), DIGEST).verdict is Verdict.DECLARED
    assert (
        found(changed(IDENTIFIED, lambda row: row["seed"] == "2", dataset_digest=None), DIGEST).verdict
        is Verdict.DECLARED
    )


@pytest.mark.parametrize(
    ("digest", "verdict"),
    [(DIGEST, "pass"), (f"sha256:{DIGEST.upper()}", "pass"), (DIGEST[:12], "pass"), ("cd34" * 16, "fail"),
     ("cd34cd34cd34", "fail"), ("cd34" * 8, "pass")],
)  # fmt: skip
def test_a_contradicted_digest_fails(digest: str, verdict: str):
    """Another digest of the same kind contradicts; one of another length may be of another kind, and does not."""
    assert found(IDENTIFIED, digest).verdict.value == verdict


def test_lost_runs_are_not_asked():
    """A run that failed may lack it."""
    lost = changed(IDENTIFIED, lambda row: row["seed"] == "2", dataset_digest=None, status="failed")
    assert found(lost).verdict is Verdict.PASS
