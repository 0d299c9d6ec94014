"""`audit check`: what goes to which stream, and the exit code."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.cli import main, options
from tests import studies
from tests.studies import Table, changed, table, whole, without

Ran = tuple[int, str, str]
Run = Callable[..., Ran]

SOUND = whole(table())
SHARED = changed(SOUND, initial_weights="one")  # a warning
OPEN = without(SOUND, None, "steps_final_weights")  # an undecidable error
FAULTY = without(SOUND, lambda row: row["method"] == "random_all")
STORED = "REP005"  # masks are not stored


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `audit check` in this process: exit code, stdout, stderr."""

    def run(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as stop:
            main(["check", *map(str, arguments)])
        out, err = capsys.readouterr()
        return int(stop.value.code or 0), out, err

    return run


def written(directory: Path, columns: Table, toml: str | None = studies.WHOLE) -> Path:
    """A directory with a table, and a study file unless None."""
    directory.mkdir(exist_ok=True)
    studies.write_csv(columns, directory / "study.csv")
    if toml is not None:
        (directory / "audit.toml").write_text(toml, encoding="utf-8")
    return directory


@pytest.mark.parametrize(
    ("columns", "arguments", "code"),
    [
        (SOUND, [], 0),
        (SOUND, ["--fail-on", "warning", "--ignore", "CMP001"], 0),
        (FAULTY, [], 1),
        (FAULTY, ["--fail-on", "never"], 0),
        (FAULTY, ["--fail-on", "never", "--strict"], 0),
        (FAULTY, ["--ignore", "BAS001"], 0),
        (FAULTY, ["--ignore", "no-global-random-baseline"], 0),
        (FAULTY, ["--ignore", "bas"], 0),
        (FAULTY, ["--select", "RES,BAS002"], 0),
        (FAULTY, ["--select", "RES", "--select", "BAS001"], 1),
        (SHARED, [], 0),
        (SHARED, ["--fail-on", "warning"], 1),
        (SHARED, ["--fail-on", "note"], 1),
        (OPEN, [], 0),
        (OPEN, ["--strict"], 1),
        (OPEN, ["--strict", "--ignore", f"CMP004,CMP006,{STORED}"], 0),
        (SOUND, ["--strict", "--ignore", STORED], 0),
    ],
)
def test_exit_codes(tmp_path: Path, run: Run, columns: Table, arguments: list[str], code: int):
    """0 where all is fine, 1 where a fail reaches --fail-on; --strict counts what is undecidable."""
    assert run(written(tmp_path, columns), *arguments)[0] == code


def test_streams(tmp_path: Path, run: Run):
    """The report alone goes to stdout; what was assumed goes to stderr."""
    _, out, err = run(written(tmp_path, SOUND, toml=None))
    assert out.splitlines()[0].startswith(str(tmp_path))
    assert "For all results" in out
    assert "taken as proposed" in err
    assert "audit: " not in out
    assert all(line.startswith("audit: ") for line in err.splitlines())


def test_json_alone(tmp_path: Path, run: Run):
    """--format json prints one JSON document and nothing else."""
    code, out, _ = run(written(tmp_path, FAULTY), "--format", "json", "--ignore", "CMP001")
    assert code == 1
    assert json.loads(out)["summary"]["fail"] == 1


def test_several_formats(tmp_path: Path, run: Run):
    """Formats may go to files, beside one on stdout."""
    to = tmp_path / "out" / "report.json"
    code, out, _ = run(written(tmp_path, SOUND), "--format", "terminal", "--format", f"json={to}")
    assert code == 0
    assert "For all results" in out
    assert json.loads(to.read_text(encoding="utf-8"))["schema_version"] == 1
    assert [each.name for each in to.parent.iterdir()] == ["report.json"]
    only_file = run(tmp_path, "--format", f"terminal={to.with_suffix('.txt')}")
    assert only_file[1] == ""
    assert "\x1b" not in to.with_suffix(".txt").read_text(encoding="utf-8")


def test_the_same_bytes(tmp_path: Path, run: Run):
    """The same input gives the same bytes."""
    written(tmp_path, FAULTY)
    assert run(tmp_path, "--format", "json") == run(tmp_path, "--format", "json")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "jsn"], "no format `jsn`; did you mean `json`?"),
        (["--format", "json", "--format", "terminal"], "only one format can go to stdout"),
        (["--select", "RES04"], "no rule `RES04`; did you mean `RES004`?"),
        (["--ignore", "to-few-seeds"], "did you mean `too-few-seeds`?"),
        (["--fail-on", "always"], "--fail-on"),
        (["--unknown"], "--unknown"),
        (["--select", "RES004", "--ignore", "RES"], "no rule is left to judge by"),
    ],
)
def test_wrong_usage(tmp_path: Path, run: Run, arguments: list[str], words: str):
    """Wrong usage is 2, says what was meant, and prints no report."""
    code, out, err = run(
        written(tmp_path, table()), *arguments, "--format", "json" if "--format" not in arguments else "json=x"
    )
    assert (code, out) == (2, "")
    assert words in re.sub(r"\s+", " ", err)


def test_no_location(run: Run):
    """A location is needed."""
    assert run()[:2] == (2, "")


def test_a_missing_study_file_comes_first(tmp_path: Path, run: Run):
    """--config that is not there is 2, before any location is looked at."""
    code, out, err = run(tmp_path / "nothing", "--config", tmp_path / "none.toml", "--format", "json")
    assert (code, out) == (2, "")
    assert err == f"audit: {tmp_path / 'none.toml'}: no such file; expected a study file\n"


def test_a_wrong_study_file(tmp_path: Path, run: Run):
    """A wrong study file is 2, one line for each problem."""
    code, out, err = run(written(tmp_path, table(), "[metod.x]\n[rules.RES004]\nmin = 1\n"), "--format", "json")
    assert (code, out) == (2, "")
    assert err.splitlines()[0].startswith(f"audit: {tmp_path / 'audit.toml'}:1: unknown table or key `metod`")
    code, out, err = run(written(tmp_path, table(), "\n[rules.RES004]\nmin = 1\n"), "--format", "json")
    assert (code, out) == (2, "")
    assert err == f"audit: {tmp_path / 'audit.toml'}:3: RES004 has no parameter `min`; it has: `minimum`\n"


def test_nothing_to_audit(tmp_path: Path, run: Run):
    """No such location is 3, in one line, and prints no report."""
    code, out, err = run(tmp_path / "nothing", "--format", "json")
    assert (code, out) == (3, "")
    assert err.count("\n") == 1
    assert str(tmp_path / "nothing") in err


def test_a_file_that_cannot_be_written(tmp_path: Path, run: Run):
    """Where a format's file cannot be written, nothing stands on stdout, and nothing is left behind."""
    written(tmp_path, table())
    before = sorted(each.name for each in tmp_path.iterdir())
    code, out, err = run(tmp_path, "--format", "json", "--format", f"terminal={tmp_path / 'study.csv' / 'x.txt'}")
    assert (code, out) == (3, "")
    assert "study.csv" in err
    assert err.splitlines()[-1].startswith("audit: ")
    assert sorted(each.name for each in tmp_path.iterdir()) == before


def test_a_defect_is_one_line(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch):
    """A defect of ours is 4, in one line that says how to see more, and prints no report."""

    def broken(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(options, "check", broken)
    code, out, err = run(written(tmp_path, table()), "--format", "json")
    assert (code, out) == (4, "")
    assert err.count("\n") == 1
    assert "ZeroDivisionError: by zero" in err
    assert "audit --debug" in err
    assert "Traceback" not in err


def test_debug_shows_the_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """With --debug the traceback is shown as well; the exit code stays."""

    def broken(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(options, "check", broken)
    with pytest.raises(SystemExit) as stop:
        main(["--debug", "check", str(written(tmp_path, table()))])
    out, err = capsys.readouterr()
    assert (stop.value.code, out) == (4, "")
    assert "Traceback" in err
    with pytest.raises(SystemExit) as stop:
        main(["--debug", "check", str(tmp_path / "nothing")])
    assert stop.value.code in (3, 4)


def process(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own."""
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(root), **environment},
        check=False,
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_process_of_its_own(tmp_path: Path, encoding: str):
    """`python -m audit check` works in any locale: a pipe gets UTF-8, 80 columns and no colours."""
    written(tmp_path, changed(FAULTY, dataset="größe"))
    done = process("-m", "audit", "check", ".", cwd=tmp_path, PYTHONIOENCODING=encoding, COLUMNS="300", FORCE_COLOR="1")
    text = done.stdout.decode("utf-8")
    assert done.returncode == 1
    assert done.stderr == b""
    assert "resnet20 on größe" in text
    assert "✗ fail" in text
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text


def test_a_reader_that_goes_away(tmp_path: Path):
    """A closed pipe is no error, and does not hide what was found."""
    written(tmp_path, FAULTY)
    code = (
        "import os, sys\nfrom audit.cli import main\n"
        "read, write = os.pipe()\nos.close(read)\nos.dup2(write, 1)\nmain(['check', '.', '--format', 'json'])"
    )
    done = process("-c", code, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == b""


def test_as_a_library(tmp_path: Path):
    """`audit.check` gives the report; rules are named as on the command line."""
    import audit

    report = audit.check(written(tmp_path, FAULTY), select=["no-global-random-baseline", "RES004"])
    assert {each.code for each in report.findings} == {"BAS001", "RES004"}
    assert {each.code for each in audit.check([tmp_path], select="BAS001").findings} == {"BAS001"}
    with pytest.raises(KeyError, match="no rule"):
        audit.check(tmp_path, ignore=["nothing"])


@pytest.mark.parametrize("target", ["study.csv", "audit.toml", "."])
def test_an_output_never_replaces_an_input(tmp_path: Path, run: Run, target: str):
    """A file of the directory that is audited, or a directory, is not written over."""
    written(tmp_path, FAULTY)
    (tmp_path / "audit.toml").write_text("[study]\n")
    before = {each: each.read_bytes() for each in tmp_path.iterdir()}
    code, out, _ = run("check", str(tmp_path), "--format", f"json={tmp_path / target}")
    assert code == 2
    assert not out
    assert {each: each.read_bytes() for each in tmp_path.iterdir()} == before
