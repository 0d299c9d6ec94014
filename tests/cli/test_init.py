"""`audit init`: a study file with what the data say, and a question for what only a person knows."""

import os
import pty
import re
import select
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.cli import main
from audit.pipeline import check
from audit.study import Study
from tests import studies
from tests.studies import changed, table, whole, without

Run = Callable[..., tuple[int, str, str]]
HOSTILE = 'a"b]\n[claims]\nx = 1 # \x7f\x1b[31m é'
QUESTION = re.compile(r"^# \?.*\n# (\S+ = .*)$", re.MULTILINE)


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `audit init` on a table that is written first."""

    def run(columns: studies.Table, *arguments: object, toml: str | None = None) -> tuple[int, str, str]:
        studies.write_csv(columns, tmp_path / "study.csv")
        if toml is not None:
            (tmp_path / "audit.toml").write_text(toml)
        with pytest.raises(SystemExit) as stop:
            main(["init", *map(str, arguments or [tmp_path])])
        return int(stop.value.code or 0), *capsys.readouterr()

    return run


def answered(text: str) -> str:
    """The file with every question answered by its example."""
    return QUESTION.sub(lambda found: found[1], text)


def test_writes_beside_the_results(run: Run, tmp_path: Path):
    """The file stands beside the table, is a study file, and the path alone goes to stdout."""
    code, out, err = run(table())
    file = tmp_path / "audit.toml"
    assert (code, out) == (0, f"{file}\n")
    assert "questions are left in it" in err
    study = Study.read(file)
    assert set(study.methods) == {"mine", "random_all", "magnitude_all", "random_alike", "magnitude_alike"}
    assert set(study.datasets) == {"cifar10"}
    assert study.claims is None
    assert check(tmp_path).study_file == str(file)


@pytest.mark.parametrize("columns", [table(), whole(table()), table(dataset="of our own", architecture="ResNet-20")])
def test_every_example_is_an_answer(run: Run, tmp_path: Path, columns: studies.Table):
    """Each question, answered by its example, is a valid key of its table; then nothing but repeats is asked."""
    run(columns)
    file = tmp_path / "audit.toml"
    before = file.read_text()
    file.write_text(answered(before))
    study = Study.read(file)
    assert before.count("\n# ?") - 2 == len(QUESTION.findall(before))  # but for claims and comparisons
    assert study.about.date is not None
    assert study.methods["mine"].proposed
    code, out, _ = run(columns, tmp_path, "-o", "-")
    assert code == 0
    assert out.count("# ?") == 2  # claims and comparisons


def test_what_the_data_say_is_not_asked(run: Run, tmp_path: Path):
    """Recorded counts, known data sets and known networks are filled or left out."""
    run(whole(table()))
    text = (tmp_path / "audit.toml").read_text()
    assert "classes" not in text.replace("10 classes, by its name", "")
    assert "n_test" not in text
    assert "parameters" not in text
    assert 'citation = "He et al. 2016, Deep Residual Learning for Image Recognition"' in text
    assert Study.parse(text).about.commit == "0123abcd" * 5
    assert "# recorded: score mine, allocation global, schedule one_shot, granularity weight" in text
    run(without(changed(table(), dataset="of our own", architecture="own"), None, "n_test"), tmp_path, "-o", "-")


def test_a_name_that_says_it_is_filled(run: Run, tmp_path: Path):
    """What the table of exact names says of a method is written as what is declared."""
    renamed = changed(without(table(), None, "score", "allocation"), lambda row: row["method"] == "mine", method="snip")
    run(renamed)
    snip = Study.read(tmp_path / "audit.toml").methods["snip"]
    assert (snip.score, snip.allocation, snip.starts_from) == ("snip", "global", None)  # recorded: trained
    assert "# SNIP, 2019, by its name" in (tmp_path / "audit.toml").read_text()


def test_nothing_is_replaced(run: Run, tmp_path: Path):
    """An existing file is left as it is; `-o -` prints what it lacks, which can be added to it."""
    declared = '[study]\ntitle = "Mine"\n[method.mine]\nproposed = true\n'
    code, out, err = run(table(), toml=declared)
    assert (code, out) == (2, "")
    assert "is there already" in err
    assert (tmp_path / "audit.toml").read_text() == declared
    code, out, _ = run(table(), tmp_path, "-o", "-")
    assert code == 0
    assert "title" not in out
    assert "# in [method.mine]" in out
    assert "[method.random_all]" in out
    together = declared + out
    study = Study.parse(together)
    assert study.methods["mine"].proposed
    assert set(study.methods) >= {"mine", "random_all"}


def test_a_draft_goes_on(run: Run, tmp_path: Path):
    """--config brings what is declared already into the new file, as it stands."""
    draft = tmp_path / "draft.toml"
    draft.write_text('# a comment of mine\nclaims = []\n[study]\ntitle = "Mine"')
    code, _, _ = run(table(), tmp_path / "study.csv", "--config", draft, "-o", tmp_path / "new.toml")
    text = (tmp_path / "new.toml").read_text()
    assert code == 0
    assert text.startswith('# a comment of mine\nclaims = []\n[study]\ntitle = "Mine"\n')
    assert "[[claim]]" not in text
    assert Study.read(tmp_path / "new.toml").about.title == "Mine"


@pytest.mark.parametrize("column", ["method", "dataset", "architecture", "score", "commit"])
def test_names_cannot_break_out(run: Run, tmp_path: Path, column: str):
    """Whatever a name holds, the file is a study file, and the name is one key in it."""
    run(changed(table(), **{column: HOSTILE}))
    study = Study.read(tmp_path / "audit.toml")
    held = {"method": study.methods, "dataset": study.datasets, "architecture": study.architectures}.get(column)
    assert held is None or set(held) == {HOSTILE}
    assert study.claims is None
    text = (tmp_path / "audit.toml").read_text()
    assert Study.parse(answered(text)).claims is None
    assert "\x1b" not in text


FOREIGN = "Method,Model,CR,Acc@1,run\ndense,resnet56,1,93.1,1\nours,resnet56,4,92.0,1\n"


def test_columns_of_another_name(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Where a table cannot be read yet, the file begins with the source that maps it; answered, that goes on."""
    (tmp_path / "study.csv").write_text(FOREIGN)
    with pytest.raises(SystemExit) as stop:
        main(["init", str(tmp_path)])
    _, err = capsys.readouterr()
    assert stop.value.code == 0
    assert "no column `dataset`" in err
    file = tmp_path / "audit.toml"
    text = file.read_text()
    assert '# its columns: "Method", "Model", "CR", "Acc@1", "run"' in text
    assert '\nmethod = "Method"\n' in text
    for column, heading in (("architecture", "Model"), ("compression_ratio", "CR"), ("top1", "Acc@1"), ("seed", "run")):
        text = re.sub(rf'^# {column} = "…"', f'{column} = "{heading}"', text, flags=re.MULTILINE)
    text = text.replace('# top1 = "percent"', 'top1 = "percent"').replace(
        '# dataset = "cifar10"', 'dataset = "cifar10"'
    )
    file.write_text(text)
    assert check(tmp_path).inputs[0].networks == 2
    with pytest.raises(SystemExit) as stop:
        main(["init", str(tmp_path / "study.csv"), "--config", str(file), "-o", str(tmp_path / "whole.toml")])
    assert stop.value.code == 0
    whole_file = Study.read(tmp_path / "whole.toml")
    assert whole_file.sources[0].columns["compression_ratio"] == "CR"
    assert "ours" in whole_file.methods


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.write_bytes(b""), lambda path: path.mkdir()])
def test_nothing_to_begin_with(tmp_path: Path, make: Callable, capsys: pytest.CaptureFixture[str]):
    """Without results there is nothing to ask: 3, and no file."""
    make(tmp_path / "x.csv")
    with pytest.raises(SystemExit) as stop:
        main(["init", str(tmp_path / "x.csv")])
    assert stop.value.code == 3
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "audit.toml").exists()


def at_terminal(directory: Path, answers: list[str]) -> str:
    """What a person sees who types these answers, one for each question."""
    child, terminal = pty.fork()
    if child == 0:  # the program itself
        os.chdir(directory)
        os.environ |= {"PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "dumb"}
        os.execv(sys.executable, [sys.executable, "-m", "audit", "init", "."])
    seen, waiting = "", list(answers)
    while select.select([terminal], [], [], 60)[0]:
        try:
            read = os.read(terminal, 4096)
        except OSError:  # the program has ended
            break
        if not read:
            break
        seen += read.decode(errors="replace")
        if seen.endswith(": ") and waiting:
            os.write(terminal, waiting.pop(0).encode())
    os.waitpid(child, 0)
    os.close(terminal)
    return seen


def test_on_a_terminal_it_asks(tmp_path: Path):
    """Answers are written in their types; a wrong one is asked again, Enter and Ctrl-D leave the rest as questions."""
    studies.write_csv(table(), tmp_path / "study.csv")
    seen = at_terminal(tmp_path, ["My study\n", "yesterday\n", "2026-01-31\n", "\n", "\x04"])
    assert "(1/" in seen
    assert "e.g. 20" in seen.partition("yesterday")[2]
    text = (tmp_path / "audit.toml").read_text()
    document = tomllib.loads(text)
    assert document["study"]["title"] == "My study"
    assert str(document["study"]["date"]) == "2026-01-31"
    assert "# source_code = " in text
    assert "# proposed = true" in text
