"""The rows that `where` of a source keeps."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from audit.sources.chosen import chosen
from audit.sources.errors import SourceError
from audit.sources.foreign import Foreign
from audit.study.source import Source, Value
from tests.sources.conftest import HEADER, rows

TABLE = Foreign(
    "t.csv",
    {
        "kind": np.array(["main", "test", None, "main"], object),
        "number": np.array(["3", "3.0", "30", None], object),
        "flag": np.array(["True", "false", "true", None], object),
        "binary": np.array([1.0, np.nan, 2.0, 1.0]),
    },
    np.arange(2, 6),
)


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ({}, [2, 3, 4, 5]),
        ({"kind": "main"}, [2, 5]),
        ({"kind": ["main", ""]}, [2, 4, 5]),
        ({"number": 3}, [2, 3]),
        ({"number": "3"}, [2]),
        ({"flag": True}, [2, 4]),
        ({"binary": [1, 2.0]}, [2, 4, 5]),
        ({"binary": ""}, [3]),
        ({"kind": "main", "binary": 1, "number": 3.0}, [2]),
    ],
)
def test_rows_are_kept_by_what_they_hold(where: dict[str, Value | list[Value]], kept: list[int]) -> None:
    """A row stays where it holds one of the values in every column; numbers in any writing, empty as an empty text."""
    table = chosen(TABLE, Source(path="", where=where))
    assert table.records.tolist() == kept
    left = 4 - len(kept)
    assert table.notes == ((f"t.csv: {left} of 4 rows are left out, as `[[source]] where` says",) if left else ())


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({"knid": "main"}, "t.csv: no column 'knid'; `[[source]] where` names it; did you mean 'kind'?"),
        ({"State": "main"}, "it has: 'kind', 'number', 'flag', 'binary'"),
        ({"kind": ["mian", 2]}, "no row is left where 'kind' is 'mian' or 2, .* it holds: 'main', 'test', ''"),
        ({"kind": "test", "number": 30}, "no row is left where 'number' is 30, .* it holds: '3.0'"),
    ],
)
def test_what_cannot_be_chosen_is_one_line(where: dict[str, Value | list[Value]], words: str) -> None:
    """A column that is not there, and values that leave nothing, are named with what there is."""
    with pytest.raises(SourceError, match=words.replace("[[", r"\[\[").replace("]]", r"\]\]").replace("?", r"\?")):
        chosen(TABLE, Source(path="", where=where))


def test_a_table_is_read_without_what_is_left_out(tmp_path: Path, audit: Callable) -> None:
    """What `where` leaves out may be anything, and the column that it names is not told as unread."""
    lines = "".join(f"{line},main\n" for line in rows().splitlines())
    (tmp_path / "t.csv").write_text(f"{HEADER},purpose\n{lines},,,,two,high,sanity\n")
    (tmp_path / "audit.toml").write_text("[[source]]\npath = 't.csv'\nwhere = { purpose = 'main' }\n")
    answer = audit("check", tmp_path, "--fail-on", "never")
    assert answer.code == 0, answer.err
    assert "1 of 5 rows are left out" in answer.err and "not read" not in answer.err
    (tmp_path / "audit.toml").write_text("[[source]]\npath = 't.csv'\nwhere = { purpose = 2000-01-01 }\n")
    answer = audit("check", tmp_path)
    assert answer.code == 2 and "audit.toml:3:" in answer.err
