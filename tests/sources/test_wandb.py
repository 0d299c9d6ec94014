"""CSV exports of a W&B runs table."""

from pathlib import Path

import pytest

from audit.results import Results
from audit.sources.errors import SourceError
from audit.sources.locate import locate, read
from audit.sources.wandb import recognise
from audit.study import Study

EXPORT = """"Name","State","Notes","User","Tags","Created","Runtime","Sweep","dataset","arch","method","seed","sparsity","test_acc"
"grim-star-1","finished","-","eve","","2024-01-31T23:59:59.000Z","120","","cifar10","vgg16","ours","1","0.5","0.93"
"icy-lake-2","crashed","-","eve","","2024-02-01T23:59:59.000Z","12","","cifar10","vgg16","ours","2","0.5",""
"odd-sea-3","running","-","eve","","2024-02-02T23:59:59.000Z","","","cifar10","vgg16","ours","3","0.5","0.91"
"""  # noqa: E501 - a line as W&B writes it


def test_what_is_read(tmp_path: Path) -> None:
    """W&B's own columns become the schema's; config and summary keys are read as in every table."""
    path = tmp_path / "wandb_export.csv"
    path.write_text(EXPORT)
    place = locate(str(path))
    assert place.format == "wandb"
    results, counts = read([place], Study())
    assert counts == [3]
    assert results.text("status").texts() == ["finished", "failed", "running"]
    assert results.evaluated.tolist() == [True, False, False]
    assert results.number("duration")[:2].tolist() == [120, 12]
    assert results.text("started").text(0) == "2024-01-31T23:59:59.000Z"
    assert results.text("run_id").texts() == ["grim-star-1", "icy-lake-2", "odd-sea-3"]
    assert results.number("compression_ratio").tolist() == [2] * 3
    assert results.number("top1")[0] == 0.93
    assert results.origin.row is not None and results.origin.row.tolist() == [2, 3, 4]


def test_a_source_maps_its_keys(tmp_path: Path) -> None:
    """What a source says of a column comes first, also of W&B's own."""
    path = tmp_path / "export.csv"
    path.write_text(EXPORT.replace('"method"', '"algo"'))
    (tmp_path / "audit.toml").write_text(
        '[[source]]\npath = "export.csv"\ncolumns = { method = "algo", study = "Name" }\n'
    )
    study = Study.read(tmp_path / "audit.toml")
    results, _ = read([locate(str(path), None, study)], study)
    assert results.text("method").texts() == ["ours"] * 3
    assert results.text("study").text(0) == "grim-star-1"


def settled(directory: Path, source: str) -> Results:
    """The results of an export in a directory, whose source says some more."""
    (directory / "audit.toml").write_text(f"[[source]]\npath = 'export.csv'\n{source}\n")
    study = Study.read(directory / "audit.toml")
    return read([locate(str(directory / "export.csv"), None, study)], study)[0]


def test_a_source_may_name_the_columns_of_wandb(tmp_path: Path) -> None:
    """W&B's own columns may be settings or mapped; its states are translated whatever way they come."""
    (tmp_path / "export.csv").write_text(EXPORT.replace('"Sweep"', '"Group"').replace('"","cifar10"', '"g","cifar10"'))
    results = settled(tmp_path, "settings = ['Group', 'State']")
    assert results.text("setting").text(1) == "Group=g State=crashed"
    assert results.text("status").texts() == ["finished", "failed", "running"]
    for columns in ("status = 'State'", "study = 'State', dataset = 'dataset'"):
        results = settled(tmp_path, f"columns = {{ {columns} }}")
        assert results.text("status").texts() == ["finished", "failed", "running"]
    assert results.text("study").texts() == ["finished", "crashed", "running"]


CRASHED = '"sad-bird-4","crashed","-","eve","","2024-02-02T23:59:59.000Z","1","","","","","","",""\n'


def test_a_run_that_crashed_before_it_said_what_it_was(tmp_path: Path) -> None:
    """A run that did not finish and has no configuration is left out and told; one that has stays."""
    (tmp_path / "export.csv").write_text(EXPORT + CRASHED)
    results = settled(tmp_path, "")
    assert len(results) == 3
    assert results.notes[-1] == (
        f"{tmp_path}/export.csv, row 5: 1 run that did not finish lacks a dataset, architecture or method and is left "
        "out"
    )
    (tmp_path / "export.csv").write_text(EXPORT + CRASHED + CRASHED.replace("bird-4", "bird-5"))
    assert "row 5, the first: 2 runs that did not finish lack" in settled(tmp_path, "").notes[-1]


def test_a_finished_run_without_a_name_says_how_to_leave_it_out(tmp_path: Path) -> None:
    """It is an error, whose advice works: `where` chooses by W&B's own columns before anything is read."""
    (tmp_path / "export.csv").write_text(EXPORT + CRASHED.replace("crashed", "finished"))
    with pytest.raises(SourceError, match=r"row 5: column `dataset` is empty; .* `\[\[source\]\] where`"):
        settled(tmp_path, "")
    results = settled(tmp_path, "where = { Name = ['grim-star-1', 'odd-sea-3'] }")
    assert results.text("seed").texts() == ["1", "3"]
    assert results.origin.row is not None and results.origin.row.tolist() == [2, 4]
    assert f"{tmp_path}/export.csv: 2 of 4 rows are left out, as `[[source]] where` says" in results.notes


@pytest.mark.parametrize("content", ["", "Name,State\nx,y\n", "\0", "dataset,method\nd,m\n"])
def test_what_is_no_export(tmp_path: Path, content: str) -> None:
    """A table without W&B's own columns is a table."""
    path = tmp_path / "t.csv"
    path.write_text(content)
    assert not recognise(path)


def test_exports_in_a_directory(tmp_path: Path) -> None:
    """Exports among the tables of a directory are read as exports."""
    (tmp_path / "a.csv").write_text(EXPORT)
    (tmp_path / "b.csv").write_text("dataset,architecture,method,seed,compression_ratio,top1\nd,a,m,1,2,0.5\n")
    results, counts = read([locate(str(tmp_path))], Study())
    assert counts == [4]
    assert results.text("status").texts() == ["finished", "failed", "running", None]
