"""The report on a terminal: the verdicts item by item, what would settle each open one, and the answer."""

import io
import textwrap

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text

from audit.answer import Outcome
from audit.render.claim_list import rests_on
from audit.report import Report, RuleReport
from audit.rule import Finding, Severity, Verdict
from audit.wording import visible

_MARK = {
    Verdict.FAIL: ("✗ fail", "bold red"),
    Verdict.UNDECIDABLE: ("? undecidable", "yellow"),
    Verdict.WAIVED: ("~ waived", "magenta"),
    Verdict.DECLARED: ("· declared", "cyan"),
    Verdict.PASS: ("✓ pass", "green"),
    Verdict.NOT_APPLICABLE: ("– n/a", "dim"),
}
_OTHER = "Beyond appendix B"
_ANSWER = {
    Outcome.SUPPORTED: ("✓ supported", "green"),
    Outcome.CONTRADICTED: ("✗ contradicted", "bold red"),
    Outcome.UNDECIDABLE: ("? undecidable", "yellow"),
}


def _text(text: str, style: str = "") -> Text:
    return Text(visible(text), style=style)


def render(report: Report, *, width: int = 80, colour: bool = False) -> str:
    """The report as text, at most `width` columns; with ANSI colours where asked, which are never the only sign."""
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    if report.title:
        console.print(_text(report.title, style="bold"))
    for each in report.inputs:
        networks = f"{each.networks} network{'' if each.networks == 1 else 's'}"
        console.print(_text(f"{each.location} ({each.format}, {networks})", style="dim"))
    console.print()
    _checklist(console, report)
    _claims(console, report)
    _details(console, report, colour=colour)
    console.print(_text(report.answer, style="bold"))
    if report.decision:
        console.print(_text(report.decision, style="bold"))
    counts = ", ".join(
        f"{count} {verdict.value.replace('_', ' ')}" for verdict, count in report.summary.items() if count
    )
    console.print(_text(f"{counts or 'nothing was judged'}.", style="dim"))
    if report.not_asked:
        console.print(_text(f"Not asked: {', '.join(rule.code for rule in report.not_asked)}.", style="dim"))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _checklist(console: Console, report: Report) -> None:
    by_code: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_code.setdefault(finding.code, []).append(finding)
    section = ""
    table = _table()
    for item in report.checklist:
        if item.section != section:
            _print(console, section, table)
            section, table = item.section, _table()
        for rule in item.rules:
            found = by_code.pop(rule.code, [])
            _row(table, rule, found, report)
    _print(console, section, table)
    rest = _table()
    for code, found in by_code.items():
        _row(rest, RuleReport(code, found[0].name, asked=True), found, report)
    _print(console, _OTHER, rest)


def _table() -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _print(console: Console, section: str, table: Table) -> None:
    if table.row_count:
        console.print(_text(section, style="underline"))
        console.print(Padding(table, (0, 0, 1, 2)))


def _row(table: Table, rule: RuleReport, found: list[Finding], report: Report) -> None:
    if not rule.asked:
        table.add_row(_text(rule.code), _text("not asked", style="dim"), _text(rule.name, style="dim"))
    elif not found:
        table.add_row(
            _text(rule.code), _text("– n/a", style="dim"), _text(f"{rule.name}: nothing to judge", style="dim")
        )
    for verdict in dict.fromkeys(finding.verdict for finding in found):
        mine = [finding for finding in found if finding.verdict is verdict]
        mark, style = _MARK[verdict]
        told = _text(rule.name)
        told.append(f"  {visible(_whom(mine, report))}", style="dim")
        table.add_row(_text(rule.code), _text(mark, style=style), told)


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


def _claims(console: Console, report: Report) -> None:
    """The answer to each claim, with what it rests on."""
    table = _table()
    for answer in report.claims:
        mark, style = _ANSWER[answer.outcome]
        told = _text(answer.claim)
        if rests := rests_on(answer):
            told.append(f"  {visible(rests)}", style="dim")
        table.add_row(_text(mark, style=style), "", told)
    _print(console, "Claims", table)


def _details(console: Console, report: Report, *, colour: bool) -> None:
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
        mark, style = _MARK[finding.verdict]
        severity = f" ({finding.severity})" if finding.severity is not Severity.ERROR else ""
        name = _painted(f"{visible(finding.code)} {visible(finding.name)}", "bold", colour=colour)
        told = {
            "": finding.message,
            "of": _subjects(findings),
            "seen": finding.observed,
            "expected": finding.expected,
            "settle": finding.remedy,
            "waived": finding.waiver,
            "where": _evidence(findings),
        }
        body = _labelled({label: text for label, text in told.items() if text}, console, colour=colour)
        console.file.write(f"{_painted(f'{mark} ', style, colour=colour)}{name}{severity}\n{body}\n")


def _labelled(told: dict[str, str], console: Console, *, colour: bool) -> str:
    """Texts beside their labels, wrapped; what rich prints of them takes most of the time of a long report."""
    indent = max(map(len, told), default=0) + 1
    lines = []
    for label, text in told.items():
        for number, line in enumerate(_wrapped(visible(text), console, console.width - indent - 2)):
            margin = f"  {'' if number else label:{indent}}"
            lines.append(f"{_painted(margin, 'dim', colour=colour)}{line}\n")
    return "".join(lines)


def _painted(text: str, style: str, *, colour: bool) -> str:
    return Style.parse(style).render(text, color_system=ColorSystem.STANDARD if colour else None)


def _wrapped(text: str, console: Console, width: int) -> list[str]:
    """Lines of at most `width` columns; a word that is longer begins a line of its own and is cut."""
    if cell_len(text) == len(text) and max(map(len, text.split()), default=0) <= width:
        return textwrap.wrap(text, width, break_on_hyphens=False)
    return [line.plain.rstrip() for line in Text(text).wrap(console, width, overflow="fold")]


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
