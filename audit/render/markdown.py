"""The report as Markdown, for a comment on a pull request or a job summary: the answer, and what is open."""

from collections.abc import Iterator

from audit.render.claim_list import claim_lines
from audit.render.filled_checklist import FilledChecklist, RuleAnswer, Statement
from audit.render.markdown_text import prose
from audit.report import Report
from audit.rule import Verdict

LONGEST = 60_000  # characters; GitHub takes 65,536 in a comment
_MARKS = {Verdict.FAIL: "❌", Verdict.UNDECIDABLE: "❔", Verdict.WAIVED: "🏳️"}


def render(report: Report) -> str:
    """One document, at most LONGEST characters long."""
    title = f" – {prose(report.title)}" if report.title else ""
    head = [f"### prune-audit{title}", ""]
    if report.decision:
        head += [f"**{prose(report.decision)}**", ""]
    counts = [f"{count} {verdict.value.replace('_', ' ')}" for verdict, count in report.summary.items() if count]
    head += [f"**{prose(report.answer)}** {' · '.join(counts) or 'nothing was judged'}", ""]
    parts = ["\n".join(head), *_open(report), *_claims(report), _inputs(report)]
    return _cut(parts)


def _open(report: Report) -> Iterator[str]:
    """A table of the fails, and below a fold what is undecidable and what is waived."""
    told = list(FilledChecklist.of(report).statements)
    for verdict, called in (
        (Verdict.FAIL, ""),
        (Verdict.UNDECIDABLE, "undecidable"),
        (Verdict.WAIVED, "waived"),
    ):
        rows = [_row(rule, statement) for rule, statement in told if statement.verdict is verdict]
        if not rows:
            continue
        table = "\n".join(["| | rule | of | what | to settle it |", "|---|---|---|---|---|", *rows])
        if called:
            table = f"<details><summary>{len(rows)} {called}</summary>\n\n{table}\n\n</details>"
        yield table + "\n"


def _row(rule: RuleAnswer, statement: Statement) -> str:
    what = prose(statement.message) + (f"<br>seen: {prose(statement.seen)}" if statement.seen else "")
    if statement.waiver:
        what += f"<br>waived: {prose(statement.waiver)}"
    cells = (
        _MARKS[statement.verdict],
        f"{rule.code} {prose(rule.name)}<br>({statement.severity})",
        prose(statement.where),
        what,
        prose(statement.remedy),
    )
    return f"| {' | '.join(cells)} |"


def _claims(report: Report) -> Iterator[str]:
    lines = claim_lines(report)
    if lines:
        rows = [f"| {prose(e.claim)} | {e.outcome.value} | {prose(e.rests_on or e.why)} |" for e in lines]
        yield "\n".join(["| claim | answer | rests on |", "|---|---|---|", *rows]) + "\n"


def _inputs(report: Report) -> str:
    given = "; ".join(f"{each.location} ({each.format}, {each.networks} networks)" for each in report.inputs)
    return f"<sub>{prose(given)}{'; ' if given else ''}prune-audit {prose(report.version)}</sub>\n"


def _cut(parts: list[str]) -> str:
    """The parts as one text; lines that would make it too long are left out from its end, and counted."""
    text = "\n".join(parts)
    if len(text) <= LONGEST:
        return text
    lines, used, kept = text.splitlines(), 0, []
    for line in lines:
        used += len(line) + 1
        if used > LONGEST - 200:
            break
        kept.append(line)
    open_ = sum("<details>" in line for line in kept) - sum("</details>" in line for line in kept)
    kept += ["", *["</details>"] * open_, "", f"{len(lines) - len(kept)} more lines: see the whole report."]
    return "\n".join(kept) + "\n"
