"""DOC002: the link to source code."""

import subprocess
from pathlib import Path

import pytest

from audit.case import Case
from audit.rule import Verdict
from audit.study import Study
from tests import studies
from tests.studies import Cases, case, changed, table

URL = "https://github.com/someone/pruning"


def toml(**keys: str) -> str:
    """A study with these keys of `[study]`."""
    return "[study]\n" + "".join(f'{key} = "{value}"\n' for key, value in keys.items()) + studies.STUDY


CASES = Cases(
    sound=lambda: case(table(), toml(source_code=URL, release="v1.0")),
    faulty=lambda: case(table(), toml(source_code=URL)),
    silent=lambda: case(table()),
    on_silence=Verdict.FAIL,
)


def found(**keys: str) -> studies.Finding:
    """What is said of the study."""
    return studies.only(case(table(), toml(**keys)), "DOC002")


@pytest.mark.parametrize(
    "url",
    [
        f"{URL}/tree/0123abcd0123abcd0123abcd0123abcd0123abcd",
        f"{URL}/commit/0123abc",
        f"{URL}/releases/tag/v1.0",
        f"{URL}/archive/refs/tags/v1.0.zip",
        "https://gitlab.com/someone/pruning/-/tags/v1.0",
        "https://doi.org/10.5281/zenodo.1234567",
    ],
)
def test_an_address_may_pin_what_was_run(url: str):
    """A commit, a tag or an archived version in the address needs no second statement."""
    assert found(source_code=url).verdict is Verdict.DECLARED


@pytest.mark.parametrize("url", [URL, f"{URL}/tree/main", f"{URL}/tree/master/src", f"{URL}/blob/main/README.md"])
def test_a_branch_pins_nothing(url: str):
    """A branch moves; a commit or release beside it pins."""
    assert found(source_code=url).verdict is Verdict.FAIL
    assert found(source_code=url, release="main").verdict is Verdict.FAIL
    assert found(source_code=url, commit="0123abcd").verdict is Verdict.DECLARED


@pytest.mark.parametrize(
    "url", ["github.com/someone/pruning", "see the appendix", "git@github.com:someone/pruning.git", "https://localhost/x",
            "file:///home/someone", "https://", "https://[::1", "ftp://example.org/code"],
)  # fmt: skip
def test_what_is_no_web_address_fails(url: str):
    """A path, a sentence, or an address that others cannot open is no link."""
    assert found(source_code=url, release="v1.0").verdict is Verdict.FAIL


def test_recorded_commits_pin():
    """Where every run records its commit, a reader knows which one to check out."""
    columns = changed(table(), commit="0123abcd" * 5)
    assert studies.only(case(columns, toml(source_code=URL)), "DOC002").verdict is Verdict.DECLARED
    partly = changed(columns, lambda row: row["seed"] == "2", commit=None)
    assert studies.only(case(partly, toml(source_code=URL)), "DOC002").verdict is Verdict.FAIL


@pytest.fixture
def checkout(tmp_path: Path) -> tuple[Path, str]:
    """A repository cloned from the address, with one commit and one tag."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    git("remote", "add", "origin", "git@github.com:someone/Pruning.git")
    (tmp_path / "code.py").write_text("pass\n")
    git("add", "code.py")
    git("commit", "-q", "-m", "one")
    git("tag", "v1.0")
    return tmp_path, git("rev-parse", "HEAD")


def judged(where: Path, **keys: str) -> studies.Finding:
    """What is said of a study file that lies somewhere."""
    study = Study.parse(toml(**keys), where / "audit.toml")
    return studies.only(Case(studies.results(table()), study), "DOC002")


@pytest.mark.parametrize("packed", [False, True])
def test_a_local_checkout_is_asked(checkout: tuple[Path, str], packed: bool):
    """A commit or tag that a checkout of the same repository has is confirmed; one that it lacks is open."""
    where, commit = checkout
    if packed:
        subprocess.run(["git", "-C", str(where), "gc", "-q"], check=True)
    for keys in ({"commit": commit}, {"commit": commit[:8]}, {"release": "v1.0"}):
        said = judged(where, source_code=URL, **keys)
        assert said.verdict is Verdict.DECLARED
        assert "local checkout has" in said.message
    other = "f" * 40 if commit[:2] != "ff" else "0" * 40
    assert judged(where, source_code=URL, commit=other).verdict is Verdict.UNDECIDABLE
    assert judged(where, source_code=URL, release="v2.0").verdict is Verdict.UNDECIDABLE


def test_a_checkout_of_something_else_says_nothing(checkout: tuple[Path, str]):
    """A study that lies in another repository is not held against it."""
    assert judged(checkout[0], source_code="https://github.com/other/code", release="v9").verdict is Verdict.DECLARED
