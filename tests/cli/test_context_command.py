"""`audit context`: what a study does not compare with, by its own corpus or another; wrong ones are refused."""

import json
from pathlib import Path

import pytest

from audit.cli import _run
from tests import studies
from tests.corpus.small_corpora import write_tables

STUDY = '[study]\ndate = 2019-01-01\ncorpus = "papers"\n' + studies.STUDY


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Results on a pair of the small collection, with a study file that names it."""
    without = {name: made for name, made in studies.METHODS.items() if "magnitude" not in name}
    studies.write_csv(studies.table(without, dataset="cifar10", architecture="resnet56"), tmp_path / "results.csv")
    write_tables(tmp_path / "papers")
    (tmp_path / "audit.toml").write_text(STUDY)
    return tmp_path


def test_the_list_with_figures(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The pair, its ratios, and each technique with what it reports there."""
    assert _run(["context", str(study / "results.csv")]) == 0
    out = capsys.readouterr().out
    assert out.startswith("resnet56 on cifar10, 2× to 32× smaller and 1.74× to 16× faster\n")
    assert "  1 technique with figures at these ratios is not compared with:\n" in out
    assert (
        "  - Doe 2018 (new): never compared with\n      4× smaller and 2× faster, Top-1 93.00\N{NO-BREAK SPACE}%\n"
        in out
    )
    assert (
        "  - big (2015): compared with by 2\n      no figure with both an accuracy and a size is in the corpus\n" in out
    )


def test_as_data(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON, with every value, what was written and the rule."""
    assert _run(["context", str(study / "results.csv"), "--format", "json"]) == 0
    (pair,) = json.loads(capsys.readouterr().out)
    assert [each["paper"] for each in pair["missing"]] == ["new", "big"]
    (result,) = pair["missing"][0]["at_ratios"]
    assert result["doubts"] == []
    assert {"quantity": "top1", "value": 0.93, "written": "7.0%", "rule": "1 − error"} in result["values"]


def test_another_corpus(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One of the command line counts instead."""
    other = write_tables(tmp_path / "other", results=())
    assert _run(["context", str(study / "results.csv"), "--corpus", str(other)]) == 0
    assert "the corpus has no results of others here: nothing can be told" in capsys.readouterr().out


def test_check_names_them(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The findings of `audit check` name what of the corpus would settle them."""
    assert _run(["check", str(study / "results.csv"), "--select", "CTX001,CTX002", "--format", "json"]) == 1
    out, err = capsys.readouterr()
    assert "seen beside the 4 papers of papers" in err
    remedies = {each["code"]: each["remedy"] for each in json.loads(out)["findings"]}
    assert "of the corpus, with results on the study's pairs: `big` (2015, compared with by 2)" in remedies["CTX001"]
    assert "`new` (2018, never compared with)" in remedies["CTX002"]


def test_a_corpus_is_looked_for_beside_the_study_then_here(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A path that is not beside the file is one from the working directory."""
    (study / "papers").rename(study.parent / "papers")
    monkeypatch.chdir(study.parent)
    assert _run(["context", str(study / "results.csv")]) == 0
    monkeypatch.chdir("/")
    capsys.readouterr()
    assert _run(["context", str(study / "results.csv")]) == 2
    err = capsys.readouterr().err
    assert "audit.toml:3: `study.corpus`: there is no directory" in err


def test_none_is_named(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a corpus there is nothing to look in."""
    (study / "audit.toml").write_text(studies.STUDY)
    assert _run(["context", str(study / "results.csv")]) == 2
    assert "no corpus to look in; name one with --corpus" in capsys.readouterr().err


def test_a_broken_corpus_is_told_with_its_row(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By `audit check` too, before any result is read."""
    with (study / "papers" / "papers.csv").open("a") as file:
        file.write("old,1990\n")
    for command in ("check", "context"):
        assert _run([command, str(study / "results.csv")]) == 3
        err = capsys.readouterr().err
        assert "audit.toml:3: `study.corpus`: " in err
        assert "papers.csv, row 6: found 2 values" in err
        assert err.count("\n") == 1


@pytest.mark.parametrize("path", ["~nobody-of-this-name/papers", "x" * 5000, "a\\u0000b", "results.csv", "."])
def test_a_corpus_that_cannot_be_one(study: Path, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A home of nobody, a name that is too long, a file, a directory of something else: one line, with its place."""
    (study / "audit.toml").write_text(STUDY.replace('"papers"', f'"{path}"'))
    for command in ("check", "context"):
        assert _run([command, str(study / "results.csv")]) in (2, 3)
        out, err = capsys.readouterr()
        assert out == ""
        assert "audit.toml:3: `study.corpus`: " in err
        assert err.count("\n") == 1
