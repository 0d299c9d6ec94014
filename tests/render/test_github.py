"""GitHub's annotations: most severe first, ten at most, one line each whatever names hold."""

import re

import pytest
from msgspec.structs import replace

from audit.render import github
from audit.report import Anchor, Bar, Report
from audit.rule import Severity, Verdict

LINE = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def lines(report: Report, file: str = "audit.toml") -> list[tuple[str, ...]]:
    """Level, properties and message of each annotation."""
    text = github.render(report, [Anchor(file, 7)] * len(report.findings))
    matched = [LINE.fullmatch(line) for line in text.splitlines()]
    assert all(matched)
    return [each.groups() for each in matched if each]


def test_most_severe_first(realistic: Report):
    """Errors come before warnings, and fails before what is undecidable."""
    mixed = [
        replace(realistic.findings[0], code=f"AAA00{number}", verdict=verdict, severity=severity)
        for number, (verdict, severity) in enumerate(
            [
                (Verdict.WAIVED, Severity.ERROR),
                (Verdict.UNDECIDABLE, Severity.ERROR),
                (Verdict.FAIL, Severity.NOTE),
                (Verdict.PASS, Severity.ERROR),
                (Verdict.FAIL, Severity.ERROR),
                (Verdict.FAIL, Severity.WARNING),
            ]
        )
    ]
    report = replace(realistic, findings=tuple(mixed))
    found = [(level, re.search("title=(AAA00.)", properties)[1]) for level, properties, _ in lines(report)]  # type: ignore[index]
    assert found == [
        ("error", "AAA004"),
        ("warning", "AAA005"),
        ("notice", "AAA002"),
        ("notice", "AAA001"),
        ("notice", "AAA000"),
    ]
    strict = replace(report, bar=Bar(undecidable=True))
    assert [level for level, *_ in lines(strict)] == ["error", "error", "warning", "notice", "notice"]


@pytest.mark.parametrize("count", [0, 1, 10, 11, 300])
def test_ten_at_most(realistic: Report, count: int):
    """GitHub drops what is more than ten: the tenth says what is left out."""
    found = tuple(
        replace(realistic.findings[0], code=f"A{number:05}", verdict=Verdict.FAIL, severity=Severity.ERROR)
        for number in range(count)
    )
    shown = lines(replace(realistic, findings=found))
    assert len(shown) == min(count, 10)
    if count > 10:
        assert f"{count - 9} more: A00009" in shown[-1][2]


def test_alike_findings_are_one(realistic: Report):
    """What is said alike of several methods is one annotation that names them."""
    one = replace(realistic.findings[0], verdict=Verdict.FAIL, severity=Severity.ERROR)
    scopes = [{"dataset": "d", "architecture": "a", "method": name} for name in ("m1", "m2")]
    (line,) = lines(replace(realistic, findings=tuple(replace(one, scope=scope) for scope in scopes)))
    assert "d, a: m1; m2" in line[2]


def test_nothing_breaks_out(hostile: Report):
    """Line breaks, colons and commas in names and paths cannot start another command or property."""
    for level, properties, _ in lines(hostile, file="a,line=1::error b\n::error::c%0A"):
        assert level in ("error", "warning", "notice")
        given = dict(each.split("=", 1) for each in properties.split(","))
        assert set(given) <= {"file", "line", "title"}
        if "file" in given:
            assert given["file"] == "a%2Cline=1%3A%3Aerror b%0A%3A%3Aerror%3A%3Ac%250A"
