"""`audit.check` from Python: what a notebook shows, and frames."""

import json
import math
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import audit
from audit.render import json_document, terminal
from tests import studies
from tests.studies import changed, table

FEW = changed(table(), lambda row: row["method"] == "mine" and row["seed"] == "3", status="failed", top1=None)


@pytest.fixture
def report(tmp_path: Path) -> audit.Report:
    """The report on a table."""
    studies.write_csv(FEW, tmp_path / "study.csv")
    (tmp_path / "audit.toml").write_text(studies.STUDY)
    return audit.check(tmp_path)


def test_it_is_the_report(report: audit.Report):
    """As text it is the terminal's, as JSON that of `audit check`."""
    assert str(report) == terminal.render(report)
    assert report.to_json() == json_document.render(report)
    assert report.to_html().startswith("<!doctype html>")
    assert isinstance(report, audit.Report)


class Tags(HTMLParser):
    """Collects tags, and counts those that are open."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        """A tag is opened."""
        self.seen.add(tag)
        if tag not in ("br", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The tag that was opened last is closed."""
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", ["mine", "<script>alert(1)</script>", "</table>", "&lt;"])
def test_a_notebook_shows_what_is_open(tmp_path: Path, name: str):
    """The cell has the answer and what is open, is whole HTML, and nothing of a name is a tag."""
    studies.write_csv(changed(FEW, lambda row: row["method"] == "mine", method=name), tmp_path / "study.csv")
    report = audit.check(tmp_path)
    cell = report._repr_html_()
    assert report.answer in cell
    assert "RES004" in cell
    tags = Tags()
    tags.feed(cell)
    assert not tags.open
    assert "script" not in tags.seen
    assert report._repr_markdown_().startswith("### prune-audit")


def test_records(report: audit.Report):
    """One row a finding, a row for each metric of a cell, and one for each network."""
    assert len(report.records()) == len(report.findings)
    assert {row["verdict"] for row in report.records()} >= {"fail", "pass"}
    cells = [row for row in report.records("cells") if row["method"] == "mine" and row["metric"] == "top1"]
    networks = [row for row in report.records("networks") if row["method"] == "mine"]
    assert len(cells) == 5
    assert len(networks) == 10
    at_two = [row["top1"] for row in networks if round(row["compression_ratio"]) == 2]
    (cell,) = [row for row in cells if round(row["compression_ratio"]) == 2]
    assert cell["n"] == 2
    assert cell["failed"] == 1
    assert math.isclose(cell["mean"], sum(at_two) / 2)
    with pytest.raises(ValueError, match="no table 'rows'; expected one of findings, cells, networks"):
        report.records("rows")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["pandas", "polars"])
@pytest.mark.parametrize("name", ["findings", "cells", "networks"])
def test_frames(report: audit.Report, kind: str, name: str):
    """A frame has the records as its rows, under the same names."""
    pytest.importorskip(kind)
    frame = getattr(report, f"to_{kind}")(name)
    records = report.records(name)  # type: ignore[arg-type]
    assert list(frame.columns) == list(records[0])
    assert len(frame) == len(records)
    first = next(iter(records[0]))
    assert frame[first].to_list() == [record[first] for record in records]


def test_only_what_is_asked_for_is_imported(tmp_path: Path):
    """Neither data frames nor what runs studies is imported by an audit."""
    studies.write_csv(table(), tmp_path / "study.csv")
    code = (
        "import audit, sys, json\naudit.check('study.csv')\n"
        "print(json.dumps([name for name in ('pandas', 'polars', 'torch', 'mlflow') if name in sys.modules]))"
    )
    root = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": root}, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []
