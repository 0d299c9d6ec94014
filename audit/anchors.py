"""Where in a file each finding stands, for formats that hang on a line: a row of a table, or a line of audit.toml."""

from collections.abc import Iterator
from pathlib import Path

from audit.report import Anchor, Report
from audit.rule import Finding
from audit.study.lines import line_of

_DECLARED = ("claim", "comparison", "waiver")  # which stand in audit.toml, whatever runs they rest on


def anchors(report: Report) -> tuple[Anchor, ...]:
    """The place of each finding of a report, in their order.

    That of what is declared in audit.toml; else the first row of a table behind it; else the line of audit.toml that it
    speaks of, or would; without an audit.toml the beginning of the first file behind it.
    """
    text = _text(report.study_file)
    return tuple(_anchor(report, finding, text) for finding in report.findings)


def _text(study_file: str) -> str:
    try:
        return Path(study_file).read_text(encoding="utf-8-sig") if study_file else ""
    except (OSError, UnicodeError):  # it was read a moment ago: a finding still needs a place
        return ""


def _anchor(report: Report, finding: Finding, text: str) -> Anchor:
    in_study = report.study_file and finding.declared
    if not (in_study and finding.declared[0] in _DECLARED):
        for each in finding.evidence[:1]:
            if each.row:
                return Anchor(each.source, each.row)
    if in_study:
        return Anchor(report.study_file, line_of(text, finding.declared))
    return Anchor(next(_files(report, finding)), 1)


def _files(report: Report, finding: Finding) -> Iterator[str]:
    """Files behind a finding, the nearest first, and at last what was audited itself."""
    for each in finding.evidence[:1]:
        yield from _in(Path(each.source) / (each.run_id or ""))
        yield from _in(Path(each.source))
    for given in report.inputs:
        yield from _in(Path(given.location))
        yield given.location
    yield "."


def _in(path: Path) -> Iterator[str]:
    """The path itself where it is a file, the first file in it where it is a directory; nothing where it is neither."""
    try:
        if path.is_file():
            yield str(path)
        elif path.is_dir():
            yield from (str(each) for each in sorted(path.iterdir())[:1] if each.is_file())
    except (OSError, ValueError):
        return
