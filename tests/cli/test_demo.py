"""`audit demo`: the embedded study, from the runs to the report."""

import shutil
import subprocess
import sys

import pytest

from audit.pipeline import check


@pytest.fixture
def results(small_study, tmp_path):
    """Results that are complete already, so that nothing is left to train."""
    return shutil.copytree(small_study, tmp_path / "results")


def test_the_demo_ends_with_its_report_and_the_way_to_mlflows_page(results):
    """Exit code 0 and the answer, whatever it is; a study file that is there is used as it stands."""
    command = [sys.executable, "-m", "audit", "demo", "--results", str(results)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        check(results).answer,
        f"report: {results / 'report' / 'report.html'}",
        f"MLflow's page on the runs: audit ui {results}",
    ]
    assert "0 trained now" in done.stderr
    assert (results / "report" / "report.html").stat().st_size > 10_000
    assert (results / "report" / "report.tex").exists()
    assert {path.suffix for path in (results / "report").glob("figure_*")} == {".tex", ".svg", ".png"}


def test_a_fresh_demo_is_the_embedded_study(monkeypatch, tmp_path):
    """It runs the file that comes with the package, into `results/demo` unless told otherwise."""
    from audit.cli import demo

    asked = []

    class EnoughError(Exception):
        """The study was asked for: it need not be run."""

    def note(study, results, workers, *, replace):
        asked.append((study.read_text(), results.as_posix(), workers, replace))
        raise EnoughError

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "run_study", note)
    with pytest.raises(EnoughError):
        demo.command.main(["--replace"], standalone_mode=False)
    text, where, workers, replace = asked[0]
    assert "proposed = true" in text
    assert (where, workers, replace) == ("results/demo", None, True)
