"""The report on a terminal: the verdicts item by item, what would settle each open one, and the answer."""

import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from click import style
from msgspec import Struct

from audit.answer import Outcome
from audit.render.claim_list import rests_on
from audit.report import Report, RuleReport
from audit.rule import Finding, Severity, Verdict
from audit.wording import visible

Paint = Callable[[str, str], str]  # a text in one of _STYLES

_STYLES: Mapping[str, Mapping[str, Any]] = {
    "fail": {"fg": "red", "bold": True},
    "undecidable": {"fg": "yellow"},
    "waived": {"fg": "magenta"},
    "declared": {"fg": "cyan"},
    "pass": {"fg": "green"},
    "strong": {"bold": True},
    "section": {"underline": True},
    "aside": {"dim": True},
}
_MARK = {
    Verdict.FAIL: ("✗ fail", "fail"),
    Verdict.UNDECIDABLE: ("? undecidable", "undecidable"),
    Verdict.WAIVED: ("~ waived", "waived"),
    Verdict.DECLARED: ("· declared", "declared"),
    Verdict.PASS: ("✓ pass", "pass"),
    Verdict.NOT_APPLICABLE: ("– n/a", "aside"),
}
_OTHER = "Beyond appendix B"
_ANSWER = {
    Outcome.SUPPORTED: ("✓ supported", "pass"),
    Outcome.CONTRADICTED: ("✗ contradicted", "fail"),
    Outcome.UNDECIDABLE: ("? undecidable", "undecidable"),
}


class _Row(Struct, frozen=True):
    """A row of a section: short texts with their styles, then a name and what is said beside it."""

    cells: tuple[tuple[str, str], ...]
    name: str
    aside: str


def render(report: Report, *, width: int = 80, colour: bool = False) -> str:
    """The report as text, at most `width` columns; with ANSI colours where asked, which are never the only sign."""
    paint = _coloured if colour else _plain

    def told(text: str, how: str) -> Iterator[str]:
        return (paint(line, how) for line in _wrapped(visible(text), width))

    lines = [*told(report.title, "strong")]
    for each in report.inputs:
        networks = f"{each.networks} network{'' if each.networks == 1 else 's'}"
        lines += told(f"{each.location} ({each.format}, {networks})", "aside")
    lines += ["", *_checklist(report, width, paint), *_claims(report, width, paint), *_details(report, width, paint)]
    lines += [*told(report.answer, "strong"), *told(report.decision, "strong")]
    counts = ", ".join(
        f"{count} {verdict.value.replace('_', ' ')}" for verdict, count in report.summary.items() if count
    )
    lines += told(f"{counts or 'nothing was judged'}.", "aside")
    if report.not_asked:
        lines += told(f"Not asked: {', '.join(rule.code for rule in report.not_asked)}.", "aside")
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _plain(text: str, how: str) -> str:
    return text


def _coloured(text: str, how: str) -> str:
    return style(text, **_STYLES[how]) if text and how else text


def _checklist(report: Report, width: int, paint: Paint) -> Iterator[str]:
    by_code: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_code.setdefault(finding.code, []).append(finding)
    sections: dict[str, list[_Row]] = {}
    for item in report.checklist:
        for rule in item.rules:
            sections.setdefault(item.section, []).extend(_rows(rule, by_code.pop(rule.code, []), report))
    for code, found in by_code.items():
        sections.setdefault(_OTHER, []).extend(_rows(RuleReport(code, found[0].name, asked=True), found, report))
    for section, rows in sections.items():
        yield from _section(section, rows, width, paint)


def _section(title: str, rows: Sequence[_Row], width: int, paint: Paint) -> Iterator[str]:
    """Its rows in columns under its title, the last of them wrapped; nothing where there are none."""
    if not rows:
        return
    yield paint(title, "section")
    columns = [max(len(text) for text, _ in cells) for cells in zip(*(row.cells for row in rows), strict=True)]
    indent = 2 + sum(column + 2 for column in columns)
    for row in rows:
        cells = zip(row.cells, columns, strict=True)
        margin = "  " + "".join(f"{paint(text, how)}{'':{column - len(text) + 2}}" for (text, how), column in cells)
        for line in _told(visible(row.name), visible(row.aside), max(width - indent, 1), paint):
            yield margin + line
            margin = " " * indent
    yield ""


def _told(name: str, aside: str, width: int, paint: Paint) -> Iterator[str]:
    """Lines of a name and of what is said beside it."""
    whole, place = "  ".join(filter(None, (name, aside))), 0
    for line in _wrapped(whole, width):
        place = whole.index(line, place)
        own = max(0, len(name) - place)
        yield line[:own] + paint(line[own:], "aside")
        place += len(line)


def _rows(rule: RuleReport, found: list[Finding], report: Report) -> Iterator[_Row]:
    code = (visible(rule.code), "")
    if not rule.asked:
        yield _Row((code, ("not asked", "aside")), "", rule.name)
    elif not found:
        yield _Row((code, _MARK[Verdict.NOT_APPLICABLE]), "", f"{rule.name}: nothing to judge")
    for verdict in dict.fromkeys(finding.verdict for finding in found):
        mine = [finding for finding in found if finding.verdict is verdict]
        yield _Row((code, _MARK[verdict]), rule.name, _whom(mine, report))


def _whom(findings: list[Finding], report: Report) -> str:
    """Whom findings of one verdict speak of."""
    methods = list(dict.fromkeys(str(each.scope["method"]) for each in findings if "method" in each.scope))
    pairs = list(dict.fromkeys(_pair(each) for each in findings if "dataset" in each.scope))
    place = (pairs[0] if len(pairs) == 1 else f"{len(pairs)} pairs") if pairs and len(report.pairs) > 1 else ""
    if methods:
        shown = ", ".join(methods) if len(methods) <= 2 else f"{len(methods)} methods"
        return f"{shown}, {place}" if place else shown
    return ", ".join(pairs) if len(pairs) <= 2 else f"{len(pairs)} pairs"


def _pair(finding: Finding) -> str:
    return f"{finding.scope['architecture']} on {finding.scope['dataset']}"


def _claims(report: Report, width: int, paint: Paint) -> Iterator[str]:
    """The answer to each claim, with what it rests on."""
    rows = [_Row((_ANSWER[answer.outcome],), answer.claim, rests_on(answer)) for answer in report.claims]
    return _section("Claims", rows, width, paint)


def _details(report: Report, width: int, paint: Paint) -> Iterator[str]:
    """What was seen, what was expected and what would settle it, for each finding that is open or waived.

    Findings that say the same of several methods or pairs are told once.
    """
    alike: dict[tuple, list[Finding]] = {}
    for each in report.findings:
        if each.verdict in (Verdict.FAIL, Verdict.UNDECIDABLE, Verdict.WAIVED):
            said = (each.code, each.verdict, each.message, each.observed, each.expected, each.remedy, each.waiver)
            alike.setdefault(said, []).append(each)
    for findings in alike.values():
        finding = findings[0]
        mark, how = _MARK[finding.verdict]
        severity = f" ({finding.severity})" if finding.severity is not Severity.ERROR else ""
        name = paint(f"{visible(finding.code)} {visible(finding.name)}", "strong")
        yield f"{paint(mark, how)} {name}{severity}"
        told = {
            "": finding.message,
            "of": _subjects(findings),
            "seen": finding.observed,
            "expected": finding.expected,
            "settle": finding.remedy,
            "waived": finding.waiver,
            "where": _evidence(findings),
        }
        yield from _labelled({label: text for label, text in told.items() if text}, width, paint)
        yield ""


def _labelled(told: dict[str, str], width: int, paint: Paint) -> Iterator[str]:
    """Texts beside their labels, wrapped."""
    indent = max(map(len, told), default=0) + 1
    for label, text in told.items():
        for number, line in enumerate(_wrapped(visible(text), width - indent - 2)):
            margin = f"  {'' if number else label:{indent}}"
            yield paint(margin, "aside") + line


@lru_cache(maxsize=1 << 12)  # what is expected, and what would settle it, is often the same of many findings
def _wrapped(text: str, width: int) -> tuple[str, ...]:
    """Lines of at most `width` columns; a word that is longer begins a line of its own and is cut."""
    if _narrow(text) and max(map(len, text.split()), default=0) <= width:
        return tuple(textwrap.wrap(text, width, break_on_hyphens=False))
    from rich.console import Console  # which knows how wide letters are, and takes a while to import
    from rich.text import Text

    return tuple(line.plain.rstrip() for line in Text(text).wrap(Console(width=width), width, overflow="fold"))


def _narrow(text: str) -> bool:
    """Whether every letter takes one column."""
    return text.isascii() or not any(
        unicodedata.combining(letter) or unicodedata.east_asian_width(letter) in ("W", "F") for letter in text
    )


def _subjects(findings: list[Finding]) -> str:
    """The methods, claims and comparisons that findings speak of, pair by pair."""
    places: dict[str, list[str]] = {}
    for each in findings:
        named = [str(each.scope[key]) for key in ("method", "claim", "comparison") if key in each.scope]
        places.setdefault(_pair(each) if "dataset" in each.scope else "", []).extend(named)
    shown = (", ".join(filter(None, [*sorted(set(named)), place])) for place, named in places.items())
    return "; ".join(filter(None, shown))


def _evidence(findings: list[Finding]) -> str:
    evidence = [each for finding in findings for each in finding.evidence]
    if not evidence:
        return ""
    first = evidence[0]
    place = (
        f"{first.source}, row {first.row}"
        if first.row
        else f"{first.source}, run {first.run_id}"
        if first.run_id
        else first.source
    )
    more = sum(finding.evidence_total for finding in findings) - 1
    return place + (f", and {more} more" if more else "")
