"""Whole outputs are what was read and kept: see `whole_outputs`."""

import json
import re
from pathlib import Path

import pytest
from programs import compile_latex

from audit.rule import Severity
from tests.render import whole_outputs
from tests.render.whole_outputs import NAME, SNAPSHOTS, STUDIES, outputs

UPDATE = "python -m tests.render.whole_outputs"
LONG = re.compile(r"-?\d+\.\d{9,}(?:e[+-]?\d+)?")  # a number in all its digits, whose last ones differ between machines


def rounded(text: str) -> str:
    """The text with long numbers to nine digits."""
    return LONG.sub(lambda number: f"{float(number[0]):.9g}", text)


@pytest.fixture(scope="module", params=STUDIES)
def study(request: pytest.FixtureRequest) -> tuple[str, dict[str, str]]:
    """A study's name and its outputs."""
    return request.param, outputs(request.param)


def test_as_it_was_read(study: tuple[str, dict[str, str]]):
    """Every output of a sound, a faulty and a hostile study is what was committed."""
    name, texts = study
    kept = {file.name: file.read_text(encoding="utf-8") for file in (SNAPSHOTS / name).iterdir()}
    assert set(texts) == set(kept), f"write them anew: {UPDATE}"
    changed = [file for file, text in texts.items() if rounded(text) != rounded(kept[file])]
    assert changed == [], f"read what changed: {UPDATE}; git diff"


def test_the_answers():
    """The sound study has no error, the faulty one has those that were put into it."""
    sound, faulty = whole_outputs.report("sound"), whole_outputs.report("faulty")
    assert sound.answer.startswith("Stands, with ")
    failed = {finding.code for finding in faulty.counting(Severity.ERROR)}
    assert {"NUM010", "RES004", "BAS002", "BAS004"} <= failed


def test_nothing_hostile_is_markup(study: tuple[str, dict[str, str]]):
    """No tag, no command and no formula of a name survives in any output."""
    for file, text in study[1].items():
        if file.endswith(".html"):
            ours, script, rest = re.fullmatch('(.*)<script type="module">(.*?)</script>(.*)', text, re.DOTALL).groups()
            assert "<script" not in ours + rest
            assert "m_1" not in script
        if file.endswith(".md"):
            assert "<script" not in re.sub("`[^`]*`", "", text)
        if file.endswith((".tex", ".bib")):
            printed = re.sub(r"(?<!\\)%.*", "", text)
            assert r"\write" not in printed
            assert "剪" not in printed
        if file.endswith(".csv"):
            assert not re.search(r"(?m)(^|,)\"?[=@+]", text)
        if file == "check.json":
            json.loads(text)


def test_hostile_names_are_whole():
    """They stand in the JSON letter by letter."""
    methods = {cell["method"] for cell in json.loads(outputs("hostile")["check.json"])["cells"]}
    assert f"{NAME} mine" in methods


@pytest.mark.parametrize("name", STUDIES)
def test_the_latex_compiles(name: str, tmp_path: Path):
    """The report as it was kept compiles without an overfull box or a missing letter."""
    for file in (SNAPSHOTS / name).glob("*.tex"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    log = compile_latex(tmp_path)
    assert not re.findall(r"Overfull.*|Missing character.*|undefined.*", log)
