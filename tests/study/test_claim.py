"""`[[claim]]`: what contradicts itself is an error with its line; what is merely missing is not."""

import pytest

from audit.schema import BY_NAME
from audit.study import Study, StudyError
from audit.study.claim import COLLAPSE_RATE, COSTS, QUALITIES, claim_labels

HEAD = '[[claim]]\nkind = "{}"\nmethod = "mine"\nagainst = "theirs"\n'


@pytest.mark.parametrize(
    ("toml", "line", "message"),
    [
        ('[[claim]]\nkind = "superiority"\nmethod = "a"\nagainst = "a"\n', 4, "`a` is held against itself"),
        (HEAD.format("superiority") + 'metric = "topp1"\n', 5, "did you mean `top1`?"),
        (HEAD.format("superiority") + 'metric = "bleu"\n', 5, "`bleu` is defined by no `[metric.bleu]`"),
        (HEAD.format("efficiency") + 'metric = "top1"\n', 5, "an efficiency claim speaks of one of"),
        (HEAD.format("superiority") + "margin = 0.01\n", 5, "superiority has no margin"),
        (HEAD.format("non-inferiority") + "margin = 0.5\n", 5, "this is 50 points"),
        (HEAD.format("efficiency") + "margin = 0.5\n", 5, "half a point is 0.005"),
        (HEAD.format("superiority") + "ratios = [1, 2]\n", 5, "ratios are above 1"),
        (HEAD.format("superiority") + "stage = 2\n", 5, "list them in `seeds`"),
        (HEAD.format("superiority") + 'metric = "collapse_rate"\nendpoint = "curve"\n', 6, "not over a curve"),
        ((HEAD.format("superiority") + 'name = "a"\n') * 2, 10, "two claims are named `a`"),
    ],
)
def test_contradictions(toml: str, line: int, message: str):
    """Each names its line and what is wrong."""
    with pytest.raises(StudyError) as error:
        Study.parse(toml)
    assert f"audit.toml:{line}:" in str(error.value)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "toml",
    [
        '[[claim]]\nkind = "superiority"\nmethod = "mine"\n',
        HEAD.format("non-inferiority"),
        HEAD.format("non-inferiority") + "margin = 0.02\n",
        HEAD.format("equivalence") + 'metric = "bleu"\nmargin = 2\n[metric.bleu]\n',
        HEAD.format("non-inferiority") + "margin = 2\n[metric.bleu]\n",
        HEAD.format("superiority") + 'seeds = [1, "2"]\nstage = 2\n',
        HEAD.format("superiority") + 'metric = "loss"\n',
        (HEAD.format("superiority")) * 2,
    ],
)
def test_what_may_be_missing(toml: str):
    """A claim without a reference, margin, name or metric is a claim: its answer says what it lacks."""
    assert Study.parse(toml).claims


def test_metrics_are_columns():
    """The metrics that need no declaration are columns of the schema."""
    assert ({*COSTS, *QUALITIES} - {COLLAPSE_RATE}) <= set(BY_NAME)


def test_labels():
    """A claim is called by its name, else by its kind and methods, each label once."""
    named = Study.parse(HEAD.format("superiority") + 'name = "first"\n' + HEAD.format("efficiency") * 2).claims
    assert claim_labels(named or ()) == ("first", "efficiency of mine to theirs", "efficiency of mine to theirs (2)")
