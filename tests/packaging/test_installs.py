"""Wheel, sdist and editable installs, each into an environment of its own that has the base dependencies alone."""

import tarfile
import zipfile
from pathlib import Path

import pytest
from environments import ROOT, Distributions, install

pytestmark = pytest.mark.packaging

CODE = ("audit", "runners")

TABLE = """\
dataset,architecture,method,seed,compression_ratio,theoretical_speedup,top1
cifar10,resnet20,dense,1,1,1,0.92
cifar10,resnet20,mine,1,4,3.1,0.91
cifar10,resnet20,global_random,1,4,2.7,0.84
"""


def files(directory: Path) -> set[str]:
    """Paths of all files below a directory, relative to it; what Python leaves behind is left out."""
    found = (path for path in directory.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(directory).as_posix() for path in found}


def contents(wheel: Path) -> dict[str, bytes]:
    """Name → bytes of each file of a wheel, its metadata left out."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}


def test_wheel_holds_the_code_and_the_templates(distributions: Distributions) -> None:
    """The wheel holds each file of the two packages, the templates within `audit`, and nothing else."""
    expected = {f"audit/templates/{name}" for name in files(ROOT / "templates")}
    for package in CODE:
        expected |= {f"{package}/{name}" for name in files(ROOT / package)}
    held = set(contents(distributions.direct_wheel))
    assert held == expected
    assert {"audit/py.typed", "runners/py.typed", "runners/demo.toml", "audit/render/check.schema.json"} <= held
    assert any(name.startswith("audit/templates/html/") for name in held)
    assert any(name.startswith("audit/templates/latex/") for name in held)


def test_wheel_from_the_sdist_is_the_wheel_from_the_checkout(distributions: Distributions) -> None:
    """Who builds from the sdist gets the same wheel, file by file."""
    assert contents(distributions.wheel) == contents(distributions.direct_wheel)


def test_sdist_holds_what_its_tests_need(distributions: Distributions) -> None:
    """The sdist holds the tests, the documentation and the commands beside the code."""
    with tarfile.open(distributions.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"Makefile", "LICENSE", "README.md", "CITATION.cff", "docs/README.md", "tests/test_layers.py"} <= names


@pytest.mark.parametrize("kind", ["wheel", "sdist", "editable"])
def test_install(kind: str, distributions: Distributions, tmp_path: Path) -> None:
    """A base install answers, audits a table and writes its report; for running it names the extra that it lacks."""
    what = {
        "wheel": (distributions.wheel,),
        "sdist": (distributions.sdist,),
        "editable": ("--editable", ROOT),
    }[kind]
    installed = install(tmp_path, *what)
    place = Path(installed.python("import audit; print(audit.__file__)"))
    assert place.is_relative_to(ROOT if kind == "editable" else tmp_path)

    version = installed.python("from importlib.metadata import version; print(version('prune-audit'))")
    assert installed.python("import audit; print(audit.__version__)") == version
    assert installed.audit("--version").stdout.split()[-1] == version

    table = installed.directory / "results.csv"
    table.write_text(TABLE, encoding="utf-8")
    checked = installed.audit("check", "results.csv")
    assert checked.returncode == 1, checked.stderr
    assert "RES004" in checked.stdout

    reported = installed.audit("report", "results.csv", "-o", "report")
    assert reported.returncode == 0, reported.stderr
    assert {"report.html", "report.tex", "preamble.tex"} <= files(installed.directory / "report")

    run_study = installed.directory / "audit.toml"
    run_study.write_bytes((ROOT / "runners" / "demo.toml").read_bytes())
    for arguments in (("demo", "--results", "made"), ("run", "audit.toml", "--results", "made")):
        refused = installed.audit(*arguments)
        assert refused.returncode == 3, refused.stderr
        assert refused.stdout == ""
        assert len(refused.stderr.splitlines()) == 1
        assert "pip install 'prune-audit[run]'" in refused.stderr
        assert not (installed.directory / "made").exists()
