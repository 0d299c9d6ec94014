"""What remedies print of audit.toml can be pasted into it, whatever things are called."""

import re
import tomllib
from pathlib import Path

from audit.pipeline import check
from tests import studies
from tests.studies import changed, table

NAME = r'<b>Ours</b> $\ell_1$ "a".b'
HEADER = re.compile(r"`(\[[^`]*\])(?: \w+)?`")


def test_headers_are_toml(tmp_path: Path) -> None:
    """A table of audit.toml that a remedy names has quotes where its key is not bare."""
    named = changed(table(), lambda row: row["method"] == "mine", method=NAME)
    named = changed(named, dataset=NAME, architecture=NAME)
    studies.write_csv(named, tmp_path / "study.csv")
    (tmp_path / "audit.toml").write_text(f"[method.'{NAME}']\nproposed = true\n")
    headers = {header for each in check(tmp_path).findings for header in HEADER.findall(each.remedy)}
    named_so = [tomllib.loads(header) for header in headers if "NAME" not in header and "[[" not in header]
    kinds = {kind for each in named_so for kind, keys in each.items() if NAME in keys}
    assert kinds >= {"method", "dataset", "architecture"}
