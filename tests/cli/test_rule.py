"""`audit rule`: the list of rules, and what one is about."""

import pytest

from audit.cli import main
from audit.registry import rules


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    with pytest.raises(SystemExit) as stop:
        main(["rule", *words])
    out, err = capsys.readouterr()
    return int(stop.value.code or 0), out, err


def test_lists_all_rules(capsys: pytest.CaptureFixture[str]):
    """One line a rule: code, severity, name, and the item of the checklist that it serves."""
    code, out, err = run(capsys)
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == len(rules())
    assert all(line.startswith(loaded.rule.code) for line, loaded in zip(out.splitlines(), rules(), strict=True))
    assert "RES004  error    too-few-seeds" in out
    assert "Multiple runs with separate initialisations" in out
    assert all(line == line.rstrip() for line in out.splitlines())


@pytest.mark.parametrize("word", ["RES004", "res004", "too-few-seeds"])
def test_explains_one(capsys: pytest.CaptureFixture[str], word: str):
    """A rule is explained by its documentation and its parameters."""
    code, out, _ = run(capsys, word)
    assert code == 0
    assert out.startswith("RES004 too-few-seeds (error; judged per method")
    assert "Each cell holds at least three runs with distinct seeds." in out
    assert out.endswith("Parameters, under [rules.too-few-seeds]: minimum = 3\n")


def test_explains_a_family(capsys: pytest.CaptureFixture[str]):
    """A family is all its rules."""
    _, out, _ = run(capsys, "BAS")
    assert [line[:6] for line in out.splitlines() if line.startswith("BAS")] == [
        f"BAS00{number}" for number in range(1, 7)
    ]
    assert "BAS005 no-state-of-the-art-baseline (warning; judged per method" in out


def test_an_unknown_rule(capsys: pytest.CaptureFixture[str]):
    """A word that names no rule is wrong usage, with a suggestion."""
    code, out, err = run(capsys, "too-few-sed")
    assert (code, out) == (2, "")
    assert "did you mean `too-few-seeds`?" in err
