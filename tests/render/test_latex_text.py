"""Any text as LaTeX."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.render.latex_text import Tex, prose, sentence, tex


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("50% & #1", r"50\% \& \#1"),
        ("\\write18{x}", r"\textbackslash{}write18\{x\}"),
        ("a_b", r"a\_\allowbreak{}b"),
        ("2× ≤ σ", r"2\ensuremath{\times} \ensuremath{\le} \ensuremath{\sigma}"),
        ("Łódź", "Łódź"),
        ("Łódź", "Łódź"),
        ("剪枝", r"\allowbreak{}U+526A\allowbreak{}U+679D"),
        ("a\n\tb", "a b"),
        ("\x00\x1b", r"\allowbreak{}U+0000\allowbreak{}U+001B"),
        (3, "3"),
    ],
)
def test_escaping(text: object, written: str):
    """What TeX would read as its own is printed; what it cannot print is spelt out; space is one space."""
    assert tex(text) == written


def test_latex_stays_as_it_is():
    """Escaping twice is escaping once."""
    assert tex(tex("a_b")) == tex("a_b")
    assert tex(Tex(r"\alpha")) == r"\alpha"


def test_names_in_sentences():
    """Backticks set a name as code; a full stop is neither missing nor doubled."""
    assert prose("record `a_b` now") == r"record \texttt{a\_\allowbreak{}b} now"
    assert sentence("done") == sentence("done.") == "done."


@given(st.text())
def test_nothing_of_tex_survives(text: str):
    """No character that TeX treats as its own is left bare, and nothing but white space is dropped."""
    written = tex(text)
    bare = written.replace(r"\{", "").replace(r"\}", "")
    assert bare.count("{") == bare.count("}")
    for character in "%&#$":
        assert written.replace(f"\\{character}", "").count(character) == 0
    assert bool(written) == bool(text.split())
