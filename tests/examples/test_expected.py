"""The examples: an audit of real third-party results finds what its table says, and nothing else."""

import json
from pathlib import Path

import pytest

from audit.pipeline import check
from audit.render import json_document
from audit.study import Study

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
EXAMPLES = {
    "shrinkbench": "shrinkbench-results",
    "open_lth": "open-lth-results",
    "state_of_sparsity": "state-of-sparsity",
}


def expected(example: str) -> set[tuple[str, str, str]]:
    """Rule, scope and verdict of each row of an example's table, a scope for each name."""
    rows = set()
    for line in (ROOT / "examples" / example / "expected.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[0] not in ("rule", "---"):
            rule, scopes, verdict, why = cells
            assert why.endswith("."), line
            rows |= {(rule, scope.strip(), verdict) for scope in scopes.split(",")}
    return rows


def found(example: str, data: Path) -> set[tuple[str, str, str]]:
    """The same of an audit."""
    report = check(data, config=ROOT / "examples" / example / "audit.toml")
    findings = json.loads(json_document.render(report))["findings"]
    return {(each["code"], _scope(each["scope"]), each["verdict"]) for each in findings}


def _scope(scope: dict) -> str:
    return scope.get("method") or ("pair" if "dataset" in scope else "study")


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_verdict_is_the_one_expected(example: str) -> None:
    """Each finding is in the table, and each row of the table is found."""
    data = SHARED / EXAMPLES[example]
    if not data.is_dir():
        pytest.skip(f"{data} is not there: third-party data for tests and measurements")
    got, wanted = found(example, data), expected(example)
    assert got - wanted == set(), "found, and not in the table"
    assert wanted - got == set(), "in the table, and not found"


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_study_files_are_right(example: str) -> None:
    """Each study file parses, and has its table beside it."""
    assert Study.read(ROOT / "examples" / example / "audit.toml").about.title
    assert expected(example)
