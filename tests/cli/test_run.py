"""`audit run`: streams, exit codes, bad input, and being interrupted."""

import gc
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from audit.cli.run import run_study
from audit.study import StudyError
from runners.store import recorded

DEMO = Path(__file__).parents[2] / "runners" / "demo.toml"
SMALL = """[run]
datasets = ["digits"]
architectures = ["resnet8"]
methods = ["global_magnitude"]
ratios = [4]
seeds = [1]
pretrain = { preset = "cifar10", steps = 2 }
finetune = { preset = "cifar10", steps = 2 }
"""


def audit(*arguments: str | Path) -> subprocess.CompletedProcess:
    """The real command in a process of its own."""
    command = [sys.executable, "-m", "audit", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture
def study(tmp_path):
    """A study of two networks."""
    path = tmp_path / "study.toml"
    path.write_text(SMALL)
    return path


@pytest.fixture
def results(tmp_path, empty_store):
    """A results directory in which there is nothing but a store of no runs."""
    directory = tmp_path / "results"
    directory.mkdir()
    empty_store(directory)
    return directory


def test_a_study_is_run_once_and_goes_on_from_its_results(study, tmp_path):
    """Everything is told on stderr; the copy in the results directory is a study file like the first."""
    first = audit("run", study, "--results", tmp_path / "results", "--workers", "1")
    assert (first.returncode, first.stdout) == (0, "")
    assert "2 networks: 0 were recorded before, 2 trained now, 0 failed" in first.stderr
    assert "1x seed 1 dense · resnet8 · digits" in first.stderr
    assert (tmp_path / "results" / "audit.toml").read_bytes() == study.read_bytes()
    again = audit("run", tmp_path / "results" / "audit.toml")
    assert (again.returncode, again.stdout) == (0, "")
    assert "2 were recorded before, 0 trained now" in again.stderr


def test_a_study_file_that_differs_is_named_and_left(small_study, tmp_path):
    """Audits go by the file in the results directory, so a person must know."""
    results = shutil.copytree(small_study, tmp_path / "results")
    (results / "audit.toml").write_text("# mine")
    done = audit("run", small_study / "audit.toml", "--results", results)
    assert done.returncode == 0
    assert "differs from" in done.stderr
    assert "57 were recorded before, 0 trained now" in done.stderr
    assert (results / "audit.toml").read_text() == "# mine"


def test_results_of_other_settings_are_not_mixed_with_new_ones(small_study, tmp_path):
    """Exit code 3 and one line: how many of which methods, and what to do. Nothing is written."""
    results = shutil.copytree(small_study, tmp_path / "results")
    changed = tmp_path / "study.toml"
    changed.write_text((small_study / "audit.toml").read_text().replace("3e-3", "1e-3"))
    before = (results / "mlflow.db").read_bytes()
    done = audit("run", changed, "--results", results)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1
    assert "57 networks of `dense`, `global_gradient`, `global_magnitude`, `global_random`," in done.stderr
    assert "and 2 more were made with other code or settings" in done.stderr
    assert "another --results directory, or give --replace" in done.stderr
    assert (results / "mlflow.db").read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"global_magnitude"', '"global_magnitud"', ":4: unknown method `global_magnitud`"),
        ("ratios = [4]", "ratios = [400]", ":5: `run.ratios`: resnet8 on digits: ratio 400 cannot be reached"),
        ("seeds = [1]", "seeds = []", ":6: `run.seeds`"),
        ("seeds = [1]", "seed = [1]", ":6: unknown key `seed` in `run`; did you mean `seeds`?"),
    ],
)
def test_a_wrong_study_is_one_line_and_writes_nothing(study, tmp_path, old, new, words):
    """Exit code 2, the file and its line, and no results directory."""
    study.write_text(SMALL.replace(old, new))
    done = audit("run", study, "--results", tmp_path / "results")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert words in done.stderr
    assert not (tmp_path / "results").exists()


def test_no_such_study_and_no_results_directory_are_wrong_usage(study, tmp_path):
    """Exit code 2 and what is missing."""
    missing = audit("run", tmp_path / "none.toml", "--results", tmp_path)
    assert missing.returncode == 2
    assert "none.toml: cannot be read: No such file" in missing.stderr
    nowhere = audit("run", study)
    assert nowhere.returncode == 2
    assert "Give --results DIR" in nowhere.stderr


def test_a_file_in_the_place_of_the_results_is_exit_code_3(study, tmp_path):
    """One line, and the file is left alone."""
    (tmp_path / "results").write_text("mine")
    done = audit("run", study, "--results", tmp_path / "results")
    assert done.returncode == 3
    assert done.stderr == f"audit: {tmp_path / 'results'}: is a file; a results directory is needed\n"
    assert (tmp_path / "results").read_text() == "mine"


def test_a_study_of_hours_collects_garbage(tmp_path):
    """A command that answers at once leaves it to the end of its process; a study does not."""
    gc.disable()
    try:
        with pytest.raises(StudyError):
            run_study(tmp_path / "none.toml", tmp_path, 1)
        assert gc.isenabled()
    finally:
        gc.enable()


def test_failures_are_summed_up_by_reason(study, results, tmp_path):
    """Exit code 3, the reason, and how many networks it stopped."""
    (tmp_path / "broken_score.py").write_text("def scores(model, batch, loss, generator):\n    return 1 / 0\n")
    text = SMALL.replace('"global_magnitude"', '"mine"').replace("ratios = [4]", "ratios = [2, 4, 8]")
    study.write_text(text + '[method.mine]\nscore = "broken_score:scores"\n')
    done = audit("run", study, "--results", results, "--workers", "1")
    assert done.returncode == 3
    summary = done.stderr.splitlines()[-3:]
    assert summary[0] == "4 networks: 0 were recorded before, 1 trained now, 3 failed"
    reason = "the score raised ZeroDivisionError: division by zero (broken_score.py, line 2)"
    assert summary[1].endswith(f"and 2 more: ScoreError: {reason}")


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_study_stops_cleanly(study, results, sign):
    """Exit code 130, no traceback, no process left, what was finished is kept, and how to go on is said."""
    study.write_text(SMALL.replace("ratios = [4]", f"ratios = {[1.5 + ratio / 10 for ratio in range(100)]}"))
    command = [sys.executable, "-m", "audit", "run", str(study), "--results", str(results), "--workers", "2"]
    running = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=interruptible
    )
    told: list[str] = []
    for line in running.stderr:
        told.append(line)
        if line.startswith("[3/101]"):
            (os.killpg if sign == signal.SIGINT else os.kill)(running.pid, sign)
            break
    told += running.stderr
    assert running.wait(60) == 130
    assert "Traceback" not in "".join(told)
    assert "the same command goes on from there" in told[-1]
    assert not _alive(running.pid)
    assert 3 <= len(recorded(results / "mlflow.db").finished) < 101


def interruptible() -> None:
    """Let SIGINT end a program that is started where it is ignored, as in the background of a shell."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _alive(session: int) -> list[str]:
    """Processes of a session that are still running, some seconds after its leader ended."""
    for _ in range(50):
        listing = subprocess.run(["ps", "-ww", "-eo", "sess=,stat=,args="], capture_output=True, text=True).stdout
        rows = [line.split(None, 2) for line in listing.splitlines()]
        living = [row[2] for row in rows if len(row) == 3 and row[0] == str(session) and not row[1].startswith("Z")]
        if not living:
            break
        time.sleep(0.1)
    return living
