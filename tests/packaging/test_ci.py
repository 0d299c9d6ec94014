"""The GitHub action and the pre-commit hook, on a scratch repository: their steps run as they stand."""

import json
import os
import re
import subprocess
import sys
import tarfile
import venv
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from environments import OFFLINE, ROOT, Distributions, environment

from tests import schemas, studies
from tests.studies import table, whole, without

pytestmark = pytest.mark.packaging

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
INPUT = re.compile(r"\$\{\{ inputs\.([a-z-]+) \}\}")
WAIVED = '[[waiver]]\nrule = "REP005"\nscope = {}\nreason = "masks are not kept"\nexpires = 2999-01-01\n'
SOUND = whole(table())
NO_RANDOM = without(SOUND, lambda row: row["method"] == "random_all")
SETTINGS = '[tool.prune-audit]\nlocations = ["results"]\n'


def git(directory: Path, *arguments: str) -> None:
    """Run git, by a person without a name of their own."""
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=directory, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with results in `results/`, the settings of the project, and a directory with an odd name."""
    scratch = tmp_path / "scratch"
    for name in ("results", "more; touch oops"):
        (scratch / name).mkdir(parents=True)
        studies.write_csv(SOUND, scratch / name / "study.csv")
        (scratch / name / "audit.toml").write_text(studies.WHOLE + WAIVED)
    (scratch / "pyproject.toml").write_text(SETTINGS)
    git(scratch, "init", "--quiet")
    git(scratch, "add", "--all")
    git(scratch, "commit", "--quiet", "--message", "Results")
    return scratch


def test_the_action_is_one():
    """The action fits GitHub's schema, and every input is used."""
    jsonschema.validate(ACTION, schemas.published("https://json.schemastore.org/github-action.json"))
    text = (ROOT / "action.yml").read_text()
    assert all(f"inputs.{name}" in text for name in ACTION["inputs"])


def test_the_steps_of_the_action(repository: Path, tmp_path: Path):
    """It installs without PyTorch, annotates, writes SARIF and the summary, and fails where the gate is closed."""
    home = tmp_path / "python"
    venv.create(home, symlinks=True, with_pip=True)  # stands for the Python that the runner sets up
    summary = tmp_path / "summary.md"

    def act(**inputs: str) -> subprocess.CompletedProcess[str]:
        given = {name: each["default"] for name, each in ACTION["inputs"].items()} | inputs
        for step in ACTION["runs"]["steps"]:
            if "run" not in step:
                continue
            variables = {
                key: INPUT.sub(lambda found: given[found[1]], text) for key, text in step.get("env", {}).items()
            }
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=repository,
                env={
                    **environment(),
                    **OFFLINE,
                    **variables,
                    "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
                    "GITHUB_ACTION_PATH": str(ROOT),
                    "GITHUB_STEP_SUMMARY": str(summary),
                },
                capture_output=True,
                text=True,
                timeout=300,
            )
            if done.returncode:
                break
        return done

    opened = act()
    assert opened.returncode == 0, opened.stdout + opened.stderr
    assert "**The gate is open.**" in summary.read_text()
    log = json.loads((repository / "prune-audit.sarif").read_text())
    assert {each["ruleId"] for each in log["runs"][0]["results"]} == {"CLM003", "CMP001", "REP005"}
    assert not (home / "lib" / f"python3.{sys.version_info[1]}" / "site-packages" / "torch").exists()

    odd = act(locations="more; touch oops\n", sarif="odd name.sarif")
    assert odd.returncode == 0, odd.stderr
    assert (repository / "odd name.sarif").is_file()
    assert not (repository / "oops").exists()

    studies.write_csv(NO_RANDOM, repository / "results" / "study.csv")
    closed = act(config="results/audit.toml", arguments="--source\ntable")
    assert closed.returncode == 1, closed.stderr
    assert closed.stdout.startswith("::error file=results/study.csv,line=")
    assert "title=BAS001 no-global-random-baseline::" in closed.stdout
    assert "The gate is closed: 1 finding (BAS001)." in summary.read_text()


@pytest.fixture(scope="session")
def hooks(distributions: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that holds what the sdist does: pre-commit takes hooks from a commit."""
    directory = tmp_path_factory.mktemp("hooks")
    with tarfile.open(distributions.sdist) as archive:
        archive.extractall(directory, filter="data")
    (project,) = directory.iterdir()
    git(project, "init", "--quiet")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "All")
    return project


def test_the_hook(repository: Path, hooks: Path, tmp_path: Path):
    """pre-commit installs the hook from the project's repository, and runs it when results change."""
    revision = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=hooks, check=True, capture_output=True, text=True
    ).stdout.strip()
    settings = {"repos": [{"repo": hooks.as_uri(), "rev": revision, "hooks": [{"id": HOOKS[0]["id"]}]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(settings))

    def commit() -> tuple[int, str, str]:
        git(repository, "add", "--all")
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", "--color", "never", "--verbose"],
            cwd=repository,
            env={**environment(), "PRE_COMMIT_HOME": str(tmp_path / "pre-commit")},
            capture_output=True,
            text=True,
            timeout=300,
        )
        return done.returncode, done.stdout, done.stdout + done.stderr

    (repository / "README.md").write_text("nothing of results\n")
    code, told, said = commit()
    assert "Skipped" in told, said
    assert code == 0, said
    studies.write_csv(NO_RANDOM, repository / "results" / "study.csv")
    code, told, said = commit()
    assert "Failed" in told, said
    assert code == 1, said
    assert "BAS001 no-global-random-baseline" in said


def test_the_hook_is_told_to_whom_it_matters():
    """The hook's pattern matches study files and results, and no code."""
    pattern: Any = re.compile(HOOKS[0]["files"])
    assert all(map(pattern.search, ("audit.toml", "a/audit.toml", "results/x.csv", "x.parquet", "pyproject.toml")))
    assert not any(map(pattern.search, ("a.py", "README.md", "my-audit.toml.txt")))
