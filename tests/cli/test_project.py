"""`[tool.prune-audit]` in pyproject.toml: what commands do where a call does not say it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.cli import main
from tests import studies
from tests.studies import table, whole, without

Run = Callable[..., tuple[int, str, str]]
NO_RANDOM = without(whole(table()), lambda row: row["method"] == "random_all")


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a directory with results in `results/` and a pyproject.toml."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    Path("results").mkdir()
    studies.write_csv(NO_RANDOM, Path("results/study.csv"))
    Path("results/audit.toml").write_text(studies.WHOLE)

    def run(settings: str | bytes, *arguments: str) -> tuple[int, str, str]:
        if isinstance(settings, bytes):
            Path("pyproject.toml").write_bytes(settings)
        else:
            Path("pyproject.toml").write_text(f"[project]\nname = 'x'\n\n[tool.prune-audit]\n{settings}")
        with pytest.raises(SystemExit) as stop:
            main(list(arguments))
        return int(stop.value.code or 0), *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("settings", "arguments", "code"),
    [
        ('locations = ["results"]\n', ["check"], 1),
        ('locations = ["results"]\nignore = ["BAS001"]\n', ["check"], 0),
        ('locations = ["results"]\nignore = ["BAS001"]\n', ["check", "--ignore", "RES"], 1),
        ('locations = ["results"]\nselect = ["RES", "CTX"]\n', ["check"], 0),
        ('locations = ["results"]\nfail-on = "never"\n', ["check"], 0),
        ('locations = ["results"]\nfail-on = "never"\n', ["check", "--fail-on", "error"], 1),
        ('locations = ["results"]\nselect = ["REP005"]\nstrict = true\n', ["check"], 1),
        ('fail-on = "never"\n', ["check", "results"], 0),
        ('fail-on = "never"\n', ["check"], 2),
        ('locations = ["nothing"]\n', ["check"], 3),
        ('locations = ["nothing"]\n', ["check", "results"], 1),
        ('locations = ["results"]\nignore = ["BAS001"]\n', ["gate"], 1),
        ('locations = ["results"]\nconfig = "none.toml"\n', ["check"], 2),
        ("", ["check", "results"], 1),
    ],
)
def test_settings(run: Run, settings: str, arguments: list[str], code: int):
    """What a call names counts, else what the file says; the gate goes by its study file alone."""
    assert run(settings, *arguments)[0] == code


def test_formats(run: Run):
    """Formats are as on the command line."""
    code, out, _ = run('locations = ["results"]\nformats = ["json", "junit=junit.xml"]\n', "check")
    assert code == 1
    assert json.loads(out)["summary"]["fail"] == 2
    assert Path("junit.xml").read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("slect = []\n", "pyproject.toml:5: unknown key `slect` in `tool.prune-audit`; did you mean `select`?"),
        ("fail-on = 'always'\n", "pyproject.toml:5: `tool.prune-audit.fail-on` is unknown, found 'always'"),
        ("locations = 'results'\n", "pyproject.toml:5: `tool.prune-audit.locations` must be a list, found 'results'"),
        ("strict = 1\n", "`tool.prune-audit.strict` must be true or false, found 1"),
        ("formats = ['jsn']\n", "no format `jsn`; did you mean `json`?"),
        (b"[tool\n", "pyproject.toml: is not valid TOML"),
        (b"\xff\xfe", "pyproject.toml: is not UTF-8 text"),
        (b"tool = 1\n", ""),
        (b"[tool]\nprune-audit = 1\n", "`tool.prune-audit` must be a table, found 1"),
    ],
)
def test_wrong_settings(run: Run, settings: str | bytes, words: str):
    """A wrong setting is 2, in one line that names the file and the line."""
    code, out, err = run(settings, "check", "results")
    if not words:
        assert code == 1
        return
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert words in err


def test_other_commands_take_no_settings(run: Run):
    """A wrong table is no obstacle to commands that do not read it."""
    assert run("slect = []\n", "rule", "RES004")[0] == 0
