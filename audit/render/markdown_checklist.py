"""The checklist filled in as Markdown: one table a section, for an appendix or a submission form."""

from collections.abc import Iterator

from audit.render.filled_checklist import FilledChecklist, ItemAnswer, RuleAnswer, Statement
from audit.render.markdown_text import prose
from audit.report import Report
from audit.rule import Verdict

SIGHTINGS = 4  # of a statement, printed
_OPEN = (Verdict.FAIL, Verdict.UNDECIDABLE)


def render(report: Report) -> str:
    """Every item with its rules, what was found and what would settle it, then the rules beyond the checklist."""
    filled = FilledChecklist.of(report)
    lines = [f"## {prose(report.title) or 'Checklist'}", "", f"**{prose(report.answer)}**", ""]
    for section in filled.sections:
        lines += [f"### {prose(section.heading)}", "", *_head("item")]
        lines += [row for item in section.items for row in _item(item)]
        lines.append("")
    for family in filled.families:
        lines += [f"### Beyond the checklist: {prose(family.heading.lower())}", "", *_head("fault")]
        lines += [row for rule in family.rules for row in _rows(rule.headline, rule)]
        lines.append("")
    lines.append(f"<sub>Blalock et al. 2020, appendix B; filled in by prune-audit {prose(report.version)}</sub>")
    return "\n".join(lines) + "\n"


def _head(first: str) -> tuple[str, str]:
    return f"| {first} | rule | verdict | what it rests on |", "|---|---|---|---|"


def _item(item: ItemAnswer) -> Iterator[str]:
    for number, rule in enumerate(item.rules):
        yield from _rows(item.text if number == 0 else "", rule)


def _rows(text: str, rule: RuleAnswer) -> Iterator[str]:
    if not rule.statements:
        yield _row(text, rule.code, "–", "Nothing to judge." if rule.asked else "Not asked.")
    for number, statement in enumerate(rule.statements):
        yield _row(
            text if number == 0 else "",
            rule.code if number == 0 else "",
            _verdict(statement),
            " ".join(_rests(statement)),
        )


def _row(*cells: str) -> str:
    return f"| {' | '.join((prose(cells[0]), *cells[1:]))} |"


def _verdict(statement: Statement) -> str:
    word = statement.verdict.value.replace("_", " ")
    return f"**{word}** ({statement.severity})" if statement.verdict in _OPEN else f"**{word}**"


def _rests(statement: Statement) -> Iterator[str]:
    yield _sentence(statement.message)
    seen = [
        prose(each.observed) + f" ({prose('; '.join(each.where))})" if each.observed else prose("; ".join(each.where))
        for each in statement.sightings[:SIGHTINGS]
    ]
    more = len(statement.sightings) - len(seen)
    if seen:
        yield f"*Seen:* {'; '.join(seen)}{f'; and {more} more' if more else ''}."
    for word, text in (
        ("Expected", statement.expected), ("To settle it", statement.remedy), ("Waived", statement.waiver)
    ):  # fmt: skip
        if text:
            yield f"*{word}:* {_sentence(text)}"


def _sentence(text: str) -> str:
    return f"{prose(text.rstrip(' .'))}." if text else ""
