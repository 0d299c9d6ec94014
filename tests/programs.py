"""Programs that tests look at reports with: a test is skipped where one is missing, unless it is required."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

REQUIRED = "PRUNE_AUDIT_REQUIRE_PROGRAMS"


def needed(program: str) -> str:
    """The path of a program; where it is missing the test is skipped, or fails if REQUIRED is set."""
    path = shutil.which(program)
    if path is None:
        missing(f"{program} is not installed")
    return path or ""


def missing(reason: str) -> None:
    """Skip, or fail where every program is required."""
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def compile_latex(directory: Path, name: str = "report") -> str:
    """Compile a document twice with pdflatex, no shell escape; returns its log. The PDF has to be there."""
    command = [needed("pdflatex"), "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", f"{name}.tex"]
    for _ in range(2):
        done = subprocess.run(command, cwd=directory, capture_output=True, check=False)
        log = (directory / f"{name}.log").read_text(encoding="latin-1")
        assert done.returncode == 0, log[-3000:]
    assert (directory / f"{name}.pdf").stat().st_size > 1000
    return log


def photograph(document: Path, picture: Path) -> None:
    """The first page of a PDF as a picture, whose name ends in .png."""
    command = [needed("pdftoppm"), "-png", "-r", "80", "-singlefile", str(document), str(picture.with_suffix(""))]
    subprocess.run(command, check=True)
    assert picture.stat().st_size > 1000
