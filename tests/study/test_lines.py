"""The line of every key of a TOML file."""

import pytest

from audit.study.lines import line_of

TEXT = """# a comment
title = "x"
[method.mine]
proposed = true
"quoted key" = 1
nested.key = 2
[[waiver]]
rule = "A"
[[waiver]]
rule = "B"
scope = { dataset = "d", compression_ratio = 4 }
values = [
  1,
  # between
  { a = 1 },
]
[[waiver.more]]
x = 1
[a."b.c".d]
y = 1
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("method", "mine"), 3),
        (("method",), 3),
        (("method", "mine", "proposed"), 4),
        (("method", "mine", "quoted key"), 5),
        (("method", "mine", "nested", "key"), 6),
        (("method", "mine", "nested"), 6),
        (("method", "mine", "absent"), 3),
        (("waiver",), 7),
        (("waiver", 0, "rule"), 8),
        (("waiver", 1), 9),
        (("waiver", 1, "rule"), 10),
        (("waiver", 1, "scope", "compression_ratio"), 11),
        (("waiver", 1, "values", 0), 13),
        (("waiver", 1, "values", 1, "a"), 15),
        (("waiver", 1, "more", 0, "x"), 18),
        (("a", "b.c", "d", "y"), 20),
        (("absent",), 1),
        ((), 1),
    ],
)
def test_lines(path: tuple, line: int):
    """A key has its line, whether it stands in a table, an array of tables, inline, dotted or quoted."""
    assert line_of(TEXT, path) == line


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_endings_and_letters(ending: str):
    """Windows' line endings and letters beyond ASCII do not move lines."""
    text = ending.join(["# Größe ×", "[a]", "x = 'ü'", "y = 2", ""])
    assert line_of(text, ("a", "y")) == 4


def test_empty():
    """An empty file has one line."""
    assert line_of("", ("a",)) == 1
