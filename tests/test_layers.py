"""The layers hold: as they are written (import-linter) and as they load (`sys.modules` of a fresh process)."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]

# What costs seconds to load, or belongs to running experiments rather than to judging them.
HEAVY = ("torch", "torchvision", "mlflow", "pandas", "polars", "pyarrow", "sklearn", "statsmodels", "matplotlib")
NOT_FOR_A_CHECK = (*HEAVY, "scipy.stats", "jinja2", "tree_sitter", "runners")

TABLE = """\
dataset,architecture,method,seed,compression_ratio,theoretical_speedup,top1
cifar10,resnet20,dense,1,1,1,0.92
cifar10,resnet20,mine,1,4,3.1,0.91
cifar10,resnet20,global_random,1,4,2.7,0.84
"""


def lint_imports(directory: Path) -> subprocess.CompletedProcess:
    """Run import-linter on the tree at `directory`."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache"], cwd=directory, capture_output=True, text=True, env=plain_environment()
    )


def plain_environment() -> dict[str, str]:
    """The environment without what would colour output or put other code on the path."""
    return {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "FORCE_COLOR")}


def loaded_by(code: str) -> set[str]:
    """The modules that `code` adds to those of a fresh interpreter."""
    script = (
        "import json, sys\n"
        "sys.path.insert(0, '.')\n"
        "before = set(sys.modules)\n"
        f"{code}\n"
        "print('\\n' + json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, env=plain_environment()
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def loaded_by_command(*arguments: str) -> set[str]:
    """The modules that `python -m audit ARGUMENTS` loads; the command must exit with 0 or 1."""
    return loaded_by(
        "import runpy\n"
        f"sys.argv = ['audit', *{arguments!r}]\n"
        "try:\n"
        "    runpy.run_module('audit', run_name='__main__', alter_sys=True)\n"
        "except SystemExit as stop:\n"
        "    assert stop.code in (0, 1, None), stop.code\n"
    )


def third_party(modules: set[str]) -> set[str]:
    """Top-level names that are not the standard library's."""
    return {name.partition(".")[0] for name in modules} - sys.stdlib_module_names


def test_contracts_hold() -> None:
    """import-linter finds no import that crosses a layer."""
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


BREACHES = {
    "layers": ("audit/schema.py", "import audit.results"),
    "renderers": ("audit/render/notation.py", "import audit.rules"),
    "sources": ("audit/sources/values.py", "import audit.report"),
    "rules": ("audit/rules/results/too_few_seeds.py", "import audit.rules.results.no_raw_accuracy"),
    "runners-to-audit": ("runners/seeding.py", "import audit.results"),
    "audit-to-runners": ("audit/pipeline.py", "import runners.errors"),
    "light": ("audit/results.py", "import pandas"),
    "one-writer": ("runners/measure.py", "import mlflow"),
    "no-cycles": ("runners/errors.py", "import runners.conduct"),
}


def test_contracts_bite(tmp_path: Path) -> None:
    """Each contract is broken by an import that it forbids."""
    assert set(BREACHES) == {contract["id"] for contract in CONTRACTS}
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("audit", "runners"):
        shutil.copytree(ROOT / package, tmp_path / package, symlinks=True)
    for file, line in BREACHES.values():
        with (tmp_path / file).open("a", encoding="utf-8") as source:
            source.write(f"\n{line}\n")
    done = lint_imports(tmp_path)
    kept = {
        contract["id"] for contract in CONTRACTS if not re.search(rf"{re.escape(contract['name'])} BROKEN", done.stdout)
    }
    assert not kept, done.stdout


def test_check_of_a_table_loads_nothing_heavy(tmp_path: Path) -> None:
    """`audit check` of a CSV file loads neither a training framework, nor a tracking client, nor data frames."""
    table = tmp_path / "results.csv"
    table.write_text(TABLE, encoding="utf-8")
    assert not loaded_by_command("check", str(table)) & set(NOT_FOR_A_CHECK)


def test_check_of_a_store_loads_nothing_heavy(small_study: Path) -> None:
    """`audit check` of an MLflow store loads nothing heavy either, and no reader of text tables."""
    assert not loaded_by_command("check", str(small_study)) & {*NOT_FOR_A_CHECK, "duckdb"}


def test_a_collection_is_counted_without_extras(tmp_path: Path) -> None:
    """`audit corpus statistics` needs neither a graph library, nor one that draws, nor a parser of BibTeX."""
    (tmp_path / "papers.csv").write_text("key,date\none,2020\n", encoding="utf-8")
    loaded = loaded_by_command("corpus", "statistics", str(tmp_path))
    assert not loaded & {*HEAVY, "scipy.stats", "runners", "networkx", "bibtexparser"}


def test_importing_audit_loads_the_standard_library_alone() -> None:
    """`import audit` is free: what it offers is imported when it is first used."""
    assert third_party(loaded_by("import audit")) == {"audit"}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_loads_click_alone(option: str) -> None:
    """`audit --help` and `audit --version` load no command, and click as the only library."""
    assert third_party(loaded_by_command(option)) <= {"audit", "click", "colorama"}


def test_commands_import_runners_inside_functions() -> None:
    """Importing every module of the command line loads neither the runners nor anything heavy."""
    modules = loaded_by(
        "import importlib, pkgutil, audit.cli\n"
        "for found in pkgutil.iter_modules(audit.cli.__path__, 'audit.cli.'):\n"
        "    importlib.import_module(found.name)\n"
    )
    assert not modules & {*HEAVY, "scipy.stats", "runners"}
