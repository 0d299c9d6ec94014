"""`audit report` writes its files whole, says where, and never fails for what it found."""

import csv
import errno
from pathlib import Path

import pytest

from audit.cli import main
from audit.cli.report import write_report
from audit.cli.writing import write_all
from audit.pipeline import check


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A directory with results that would not stand: one method, one seed."""
    with (tmp_path / "results.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["dataset", "architecture", "method", "seed", "compression_ratio", "top1"])
        writer.writerows([["digits", "resnet8", "mine", 1, ratio, 0.9] for ratio in (2, 4)])
    return tmp_path


def run(*arguments: object) -> int:
    """The exit code of the command."""
    with pytest.raises(SystemExit) as stop:
        main(["report", *map(str, arguments)])
    return int(stop.value.code or 0)


def test_writes_beside_the_results(study: Path, capsys: pytest.CaptureFixture[str]):
    """By default into `report`; the paths alone go to stdout; what was found does not change the exit code."""
    assert run(study) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == str(study / "report" / "report.html")
    assert sorted(printed) == sorted(str(path) for path in (study / "report").iterdir())


def test_location_may_be_a_file(study: Path, capsys: pytest.CaptureFixture[str]):
    """The report of a file goes beside it."""
    assert run(study / "results.csv") == 0
    assert (study / "report" / "report.tex").exists()


def test_report_of_a_reported_study_is_the_same(study: Path):
    """A second call replaces the files with the same bytes and leaves nothing else."""
    first = {path: path.read_bytes() for path in write_report(check(study), study / "out")}
    assert {path: path.read_bytes() for path in write_report(check(study), study / "out")} == first
    assert set((study / "out").iterdir()) == set(first)


def test_output_that_is_a_file(study: Path, capsys: pytest.CaptureFixture[str]):
    """One line that names it, exit code 3, and the file is as it was."""
    (study / "taken").write_text("mine")
    assert run(study, "-o", study / "taken") == 3
    assert str(study / "taken") in capsys.readouterr().err.splitlines()[-1]
    assert (study / "taken").read_text() == "mine"


def test_no_space_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A disk that fills up halfway leaves the old files whole, no new ones, and an error that names the file."""
    write_all(tmp_path, {"a": "old", "b": "old"})
    write_text = Path.write_text

    def full(path: Path, text: str, **options: str) -> int:
        if ".b." in path.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write_text(path, text, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left") as error:
        write_all(tmp_path, {"a": "new", "b": "new"})
    assert error.value.filename == str(tmp_path / "b")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old", "b": "old"}


def test_log_needs_a_store(study: Path, capsys: pytest.CaptureFixture[str]):
    """Results that no store holds cannot keep a report: said in one line, exit code 3."""
    assert run(study, "--log") == 3
    assert "mlflow.db" in capsys.readouterr().err.splitlines()[-1]
