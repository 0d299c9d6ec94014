"""What several tests need: results of one small real study, run once a session; a browser; a place for pictures."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from filelock import FileLock
from programs import missing, needed

from runners.store import STORE
from runners.tracking import make_store

PICTURES = "PRUNE_AUDIT_PICTURES"

# The same examples at every run: `benchmarks/fuzz.py` looks for others.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")

SMALL_STUDY = """
claims = []

[study]
title = "A small study"
date = 2026-11-22

[run]
datasets = ["digits"]
architectures = ["resnet8"]
methods = ["global_gradient"]
baselines = "checklist"
ratios = [1, 2, 8, 48]
seeds = [1, 2, 3]

[run.pretrain]
epochs = 4
batch_size = 64
optimizer = "sgd"
learning_rate = 0.1
momentum = 0.9
nesterov = true
learning_rate_schedule = "cosine"

[run.finetune]
epochs = 1
batch_size = 64
optimizer = "adam"
learning_rate = 3e-3

[method.global_gradient]
proposed = true
"""


@pytest.fixture(scope="session")
def small_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of `audit run`: 6 methods at 3 ratios and 3 seeds, and the dense control. Copy them to change them."""

    def make(results: Path) -> None:
        study = results.with_suffix(".toml")
        study.write_text(SMALL_STUDY)
        command = [sys.executable, "-m", "audit", "run", str(study), "--results", str(results), "--workers", "2"]
        run = subprocess.run(command, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr

    return _once(tmp_path_factory, "small-study", make)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], None]:
    """Puts a store of no runs into a results directory: MLflow takes seconds to make one, and makes each alike."""

    def put(results: Path) -> None:
        store = results / STORE
        if not store.exists():
            made = _once(tmp_path_factory, "empty-store", make_store)
            shutil.copyfile(made / STORE, store)
            with sqlite3.connect(store) as database:
                places = "update experiments set artifact_location = replace(artifact_location, ?, ?)"
                database.execute(places, (made.as_uri(), results.as_uri()))
            database.close()

    return put


def _once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A directory that one of the session's workers fills, and all use."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # the workers of one session share the directory above theirs
        shared = shared.parent
    directory, done = shared / name, shared / f"{name}.done"
    with FileLock(shared / f"{name}.lock"):
        if not done.exists():
            directory.mkdir()
            make(directory)
            done.touch()
    return directory


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Chromium without a window, with a profile of its own."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    program = needed("chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where a test leaves pictures for a person to look at: the directory that PICTURES names, else one of its own."""
    directory = Path(os.environ.get(PICTURES) or tmp_path / "pictures").resolve()
    directory.mkdir(parents=True, exist_ok=True)
    return directory
