"""The bar: on a terminal, after a second, on stderr, and gone at the end."""

import os
import pty
import subprocess
import sys

SLOW = """
import sys, time
from audit.cli.patience import patience
with patience(sys.argv[2:]):
    time.sleep(float(sys.argv[1]))
print("the report")
"""


def shown(seconds: float, *locations: str, terminal: bool = True) -> tuple[str, str]:
    """What stood on stdout, and on stderr."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", SLOW, str(seconds), *locations]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=theirs if terminal else subprocess.PIPE, text=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    ) as process:  # fmt: skip
        os.close(theirs)
        out, errors = process.communicate(timeout=60)
    told = errors or ""
    try:
        while terminal and (piece := os.read(ours, 1 << 16)):
            told += piece.decode(errors="replace")
    except OSError:
        pass  # the other end is closed
    os.close(ours)
    return out, told


def test_a_bar_after_a_second():
    """What is read and for how long, without the password of a server; the report is on stdout alone."""
    out, told = shown(2.5, "http://me:secret@localhost:5000", "b")
    assert out == "the report\n"
    assert "reading http://localhost:5000 and 1 more" in told and "secret" not in told
    assert "0:00:01" in told


def test_nothing_where_it_is_quick_or_no_terminal():
    """Neither is worth a bar."""
    assert shown(0.2, "results")[1] == ""
    assert shown(1.5, "results", terminal=False) == ("the report\n", "")
