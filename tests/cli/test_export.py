"""`audit export`: the normalised table, and the way back."""

import json
import re
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from audit.cli import _run, group
from audit.sources.tables import read
from audit.study import Study

TABLE = """dataset,architecture,method,seed,compression_ratio,top1,dirty,loss
cifar10,resnet20,ours,1,2,93.10%,true,inf
cifar10,resnet20,ours,2,2,,false,1e-07
cifar10,"a ""b"", c",ours,x,2.50,0.9,,
"""


def export(*arguments: object) -> Result:
    """Run `audit export`."""
    return CliRunner().invoke(group, ["export", *map(str, arguments)], standalone_mode=False)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A small table."""
    path = tmp_path / "in" / "table.csv"
    path.parent.mkdir()
    path.write_text(TABLE)
    return path


def test_a_table_is_normalised(table: Path, tmp_path: Path) -> None:
    """Columns come in the schema's order and units; what was printed keeps its last place."""
    answer = export(table, "-o", tmp_path / "out.csv")
    assert answer.exception is None, answer.exception
    assert (tmp_path / "out.csv").read_text() == (
        "dataset,architecture,method,seed,compression_ratio,top1,loss,dirty\n"
        "cifar10,resnet20,ours,1,2,0.9310,inf,true\n"
        "cifar10,resnet20,ours,2,2,,1e-07,false\n"
        'cifar10,"a ""b"", c",ours,x,2.50,0.9,,\n'
    )
    assert str(tmp_path / "out.csv") in answer.output


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_what_is_written_reads_back(table: Path, tmp_path: Path, suffix: str) -> None:
    """Every value survives, and a second export gives the same bytes."""
    one = read(table, Study())
    for name in ("a", "b"):
        export(table, "-o", tmp_path / f"{name}{suffix}")
    other = read(tmp_path / f"a{suffix}", Study())
    assert [str(name) for name in other.columns] == ["dataset", "architecture", "method", "seed", "compression_ratio", *
                                                      ("top1", "loss", "dirty")]  # fmt: skip
    for name in ("dataset", "architecture", "method", "seed"):
        assert one.text(name).texts() == other.text(name).texts()
    for name in ("compression_ratio", "top1", "loss", "dirty"):
        assert repr(one.number(name).tolist()) == repr(other.number(name).tolist())
    assert [other.printed_unit("top1", row) for row in (0, 2)] == [pytest.approx(1e-4), pytest.approx(0.1)]
    if suffix != ".parquet":
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_networks_that_differ_in_what_is_not_read_stay_two(tmp_path: Path, suffix: str) -> None:
    """Two rows of one seed that only a column of the user's own tells apart are two networks after an export too."""
    path = tmp_path / "in.csv"
    path.write_text(
        "dataset,architecture,method,seed,compression_ratio,top1,note\n" + "d,a,m,1,2,0.9,x\nd,a,m,1,2,0.9,y\n"
    )
    export(path, "-o", tmp_path / f"out{suffix}")
    assert len(read(tmp_path / f"out{suffix}", Study())) == len(read(path, Study())) == 2


def test_a_number_that_was_changed_in_parquet_counts(table: Path, tmp_path: Path) -> None:
    """The text that stands beside a number is not believed once the number is another."""
    export(table, "-o", tmp_path / "a.parquet")
    query = f"select * replace (if(seed = '1', 0.5, top1) as top1) from '{tmp_path}/a.parquet'"
    duckdb.sql(f"copy ({query}) to '{tmp_path}/b.parquet' (format parquet)")
    results = read(tmp_path / "b.parquet", Study())
    assert results.number("top1")[[0, 2]].tolist() == [0.5, 0.9]
    assert results.printed_unit("top1", 0) == 0.1


def _findings(capsys: pytest.CaptureFixture[str], location: Path, config: Path) -> str:
    capsys.readouterr()
    _run(["check", str(location), "--config", str(config), "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    for finding in document["findings"]:
        del finding["evidence"]
    del document["inputs"]
    return json.dumps(document)


def test_a_real_study_has_the_same_findings_through_every_format(
    small_study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """MLflow → export → CSV, JSON Lines, Parquet → the same findings and cells, byte for byte but for the places."""
    config = small_study / "audit.toml"
    expected = _findings(capsys, small_study, config)
    for suffix in (".csv", ".jsonl", ".parquet"):
        directory = tmp_path / suffix[1:]
        directory.mkdir()
        answer = export(small_study, "-o", directory / f"table{suffix}")
        assert answer.exception is None, answer.exception
        names = {each.name for each in directory.iterdir()}
        assert names == {f"table.curves{suffix}", f"table.layers{suffix}", f"table{suffix}"}
        assert _findings(capsys, directory, config) == expected
        again = tmp_path / f"again-{suffix[1:]}.csv"
        assert export(directory, "-o", again, "--config", config).exception is None
        first = tmp_path / "csv" / "table.csv"
        for kind in ("", ".layers", ".curves"):
            one = first.with_name(f"{first.stem}{kind}.csv")
            assert one.read_text() == again.with_name(f"{again.stem}{kind}.csv").read_text()


def test_outputs_that_cannot_be(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name without a format, the input itself, no directory, leftovers: one line, and nothing written."""

    def refused(output: Path, code: int, words: str) -> None:
        capsys.readouterr()
        before = {each: each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()}
        assert _run(["export", str(table), "-o", str(output)]) == code
        out, err = capsys.readouterr()
        assert out == "" and re.search(words, err), err
        assert before == {each: each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()}

    refused(tmp_path / "out.xlsx", 2, "must end in .csv, .parquet, .jsonl")
    refused(table, 2, "one of the files that are read")
    refused(tmp_path / "nowhere" / "out.csv", 3, "nowhere/out.csv: No such file or directory")
    refused(tmp_path / "nowhere" / "out.parquet", 3, "nowhere/out.parquet: ")
    (tmp_path / "out.layers.csv").write_text("left")
    refused(tmp_path / "out.csv", 3, "out.layers.csv: would be read as part of")
