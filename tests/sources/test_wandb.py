"""CSV exports of a W&B runs table."""

from pathlib import Path

import pytest

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
