"""`audit.toml` is parsed whole; each problem has its line, what was found and what was expected."""

import datetime
from pathlib import Path

import pytest

from audit.study import Study, StudyError
from audit.study.metric import TOP1

WHOLE = """
[study]
title = "A study"
date = 2026-01-31

[run]
methods = ["anything"]

[method.mine]
proposed = true
score = "my_pkg.my_method:scores"
learning_rate = 1

[dataset."my data"]
classes = 10

[architecture.resnet20]
parameters = 270_000

[metric.top1]
substantial_drop = 0.1

[[source]]
path = "*.csv"

[[comparison]]
technique = "theirs"
figures = [{ top1 = 0.9 }, { top1 = 0.8, compression_ratio = 4 }]

[[claim]]
kind = "superiority"
method = "mine"
ratios = [2, 4.5]

[[waiver]]
rule = "RES004"
scope = { dataset = "my data", compression_ratio = 64 }
reason = "one seed is enough here"
expires = 2099-01-01

[rules.too-few-seeds]
minimum = 5

[gate]
severities = { RES005 = "error" }
"""


def problems(text: str) -> list[str]:
    """The problems of a study file."""
    with pytest.raises(StudyError) as raised:
        Study.parse(text)
    return raised.value.problems


def test_a_whole_file():
    """Every section is read into its record."""
    study = Study.parse(WHOLE)
    assert study.about.date == datetime.date(2026, 1, 31)
    assert study.run == {"methods": ["anything"]}
    assert study.methods["mine"].proposed
    assert study.methods["mine"].learning_rate == 1
    assert study.datasets["my data"].classes == 10
    assert study.comparisons[0].figures[1].compression_ratio == 4
    assert study.claims is not None
    assert study.claims[0].ratios == (2, 4.5)
    assert study.waivers[0].scope == {"dataset": "my data", "compression_ratio": 64}
    assert study.rules == {"too-few-seeds": {"minimum": 5}}
    assert study.gate.severities == {"RES005": "error"}
    assert study.day() == datetime.date(2026, 1, 31)


def test_no_key_is_required():
    """An empty file is a study of Top-1, about which nothing is declared."""
    study = Study.parse("")
    assert study == Study()
    assert study.metric_name == "top1"
    assert study.metric == TOP1
    assert study.claims is None
    assert Study.parse("claims = []").claims == ()
    assert study.day() == datetime.date.today()


def test_the_metric_of_the_study():
    """The metric is the declared one; Top-1 keeps what a declaration of it leaves out, and no more."""
    assert Study.parse(WHOLE).metric.substantial_drop == 0.1
    assert Study.parse(WHOLE).metric.range == (0.0, 1.0)
    assert not Study.parse("[metric.top1]\npercent = false").metric.percent
    assert Study.parse("[metric.perplexity]\ndirection = 'lower'").metric.direction == "lower"
    assert Study.parse("[metric.perplexity]\ndirection = 'lower'").metric.substantial_drop is None
    assert Study.parse("[metric.f1]\n[metric.top1]\n").metric_name == "top1"
    assert Study.parse("[metric.f1]\n[metric.map]\n").metric_name == "f1"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[metod.x]\n", "1: unknown table or key `metod`; did you mean `method`?"),
        ("x = 1\n", "1: unknown table or key `x`; known are"),
        ("\n[method.mine]\npropsed = true\n", "3: unknown key `propsed` in `method.mine`; did you mean `proposed`?"),
        ("[method.mine]\nproposed = 1\n", "2: `method.mine.proposed` must be true or false, found 1"),
        ("[method.mine]\nlearning_rate = 'fast'\n", "2: `method.mine.learning_rate` must be a number, found 'fast'"),
        ("[method.mine]\nlearning_rate = nan\n", "2: `method.mine.learning_rate` must be a number, found nan"),
        ("[method.mine]\nstarts_from = 'x'\n", "2: `method.mine.starts_from` is unknown, found 'x'; known are init"),
        ("[method.mine]\nstarts_from = 'trainde'\n", "did you mean `trained`?"),
        ("method = 3\n", "1: `method` must be a table `[method]`"),
        ("[[method]]\n", "1: `method` must be a table `[method]`"),
        ("[method]\nmine = 3\n", "2: `method.mine` must be a table, found 3"),
        ("[waiver]\n", "1: `waiver` must be tables `[[waiver]]`"),
        ("waiver = [3]\n", "1: `waiver[1]` must be a table, found 3"),
        ("rules = []\n", "1: `rules` must be a table `[rules]`"),
        ("[dataset.d]\nclasses = 0\n", "2: `dataset.d.classes` must be a whole number >= 1, found 0"),
        ("[metric.f1]\nsubstantial_drop = -1\n", "2: `metric.f1.substantial_drop` must be a number > 0, found -1"),
        ("[metric.f1]\nrange = [1]\n", "2: `metric.f1.range` must be a list of 2 numbers, found a list"),
        (
            "[[comparison]]\ntechnique = 't'\nfigures = [\n  {top1 = 0.9},\n  {topp = 1},\n]\n",
            "5: unknown key `topp` in `comparison[1].figures[2]`; did you mean `top",
        ),
        ("[[claim]]\nkind = 'superiority'\n", "1: `claim[1]` is missing required fields: `method`"),
        (
            "[[claim]]\nkind = 'superiority'\nmethod = 'm'\nratios = [2, 0]\n",
            "4: `claim[1].ratios[2]` must be a number > 0",
        ),
        ("claims = [1]\n", "1: `claims` can only be `[]`"),
        ("claims = []\n[[claim]]\nkind = 'superiority'\nmethod = 'm'\n", "1: `claims` can only be `[]`"),
        ("[gate]\nseverities = { RES004 = 'bad' }\n", "2: `gate.severities.RES004` is unknown, found 'bad'"),
        ("[study]\ndate = 'soon'\n", "2: `study.date` must be a date, e.g. 2026-01-31, found 'soon'"),
        (
            "[[waiver]]\nreason = ''\nrule = 'RES004'\nscope = {}\n",
            "2: `waiver[1].reason` must be a text of length >= 1",
        ),
        ("[[waiver]]\nrule = 'RES004'\n\n[[waiver]]\nrule = 3\n", "5: `waiver[2].rule` must be a text, found 3"),
        (
            "[[waiver]]\nscope = { dataset = [1] }\n",
            "2: `waiver[1].scope.dataset` must be a text or a number, found a list",
        ),
        ("[study]\ntitle = 'a\n", "2: is not valid TOML:"),
        ("a = 1\na = 2\n", "2: is not valid TOML: Cannot overwrite a value"),
    ],
)
def test_each_kind_of_problem(text: str, problem: str):
    """A problem names the file, its line, what was found and what was expected."""
    found = [each for each in problems(text) if problem in each]
    assert len(found) == 1
    assert found[0].startswith("audit.toml:")


def test_all_problems_at_once():
    """One problem does not hide another, in whatever section; they come in the order of the file."""
    text = """[method.mine]
propsed = true
scor = "x"
learning_rate = "fast"
[dataset.d]
classes = 0
[[waiver]]
rule = 3
[unknown]
"""
    found = problems(text)
    assert [each.split(":")[1] for each in found] == ["2", "3", "4", "6", "7", "8", "9"]


def test_a_misspelled_required_key_is_one_problem():
    """A key that is there under a wrong name is not missing as well."""
    assert len(problems("[[claim]]\nkind = 'superiority'\nmetod = 'm'\n")) == 1


def test_files(tmp_path: Path):
    """A byte-order mark is read over; what cannot be read is one problem that names the file."""
    path = tmp_path / "audit.toml"
    path.write_bytes("\ufeff[study]\ntitle = 'é'\n".encode())
    assert Study.read(path).about.title == "é"
    path.write_bytes(b"[study]\ntitle = '\xff'\n")
    with pytest.raises(StudyError, match="is not UTF-8 text"):
        Study.read(path)
    with pytest.raises(StudyError, match="cannot be read"):
        Study.read(tmp_path / "none.toml")
    with pytest.raises(StudyError, match="is a directory; expected a study file"):
        Study.read(tmp_path)


def test_errors_of_others_have_lines(tmp_path: Path):
    """Those who validate `[run]` and `[rules]` raise errors with the file and the line."""
    study = Study.parse(WHOLE, tmp_path / "mine.toml")
    error = study.error(("rules", "too-few-seeds", "minimum"), "wrong")
    assert error.problems == [f"{tmp_path / 'mine.toml'}:42: wrong"]
    assert study.error(("nothing", "there"), "wrong").problems[0].endswith(":1: wrong")
