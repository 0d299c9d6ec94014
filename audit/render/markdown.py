"""The report as Markdown, for a comment on a pull request or a job summary: the answer, and what is open.

Nothing of a name can become a link, an image, HTML or a mention of somebody.
"""

import re
from collections.abc import Iterator

from audit.render.claim_list import claim_lines
from audit.render.filled_checklist import FilledChecklist, RuleAnswer, Statement
from audit.report import Report
from audit.rule import Verdict
from audit.wording import visible

LONGEST = 60_000  # characters; GitHub takes 65,536 in a comment
_MARKS = {Verdict.FAIL: "❌", Verdict.UNDECIDABLE: "❔", Verdict.WAIVED: "🏳️"}
_SPECIAL = re.compile(r"[\\*\[\]~$`]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.")
_ENTITY = re.compile(r"[<>&|]")
_REFERENCE = re.compile(r"([@#])(?=\w)")  # a mention of somebody, or of an issue
_BLANKS = re.compile(r"\s+")
_CODE = re.compile(r"`([^`]*)`")


def render(report: Report) -> str:
    """One document, at most LONGEST characters long."""
    title = f" – {_prose(report.title)}" if report.title else ""
    head = [f"### prune-audit{title}", ""]
    if report.decision:
        head += [f"**{_prose(report.decision)}**", ""]
    counts = [f"{count} {verdict.value.replace('_', ' ')}" for verdict, count in report.summary.items() if count]
    head += [f"**{_prose(report.answer)}** {' · '.join(counts) or 'nothing was judged'}", ""]
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
    what = _prose(statement.message) + (f"<br>seen: {_prose(statement.seen)}" if statement.seen else "")
    if statement.waiver:
        what += f"<br>waived: {_prose(statement.waiver)}"
    cells = (
        _MARKS[statement.verdict],
        f"{rule.code} {_prose(rule.name)}<br>({statement.severity})",
        _prose(statement.where),
        what,
        _prose(statement.remedy),
    )
    return f"| {' | '.join(cells)} |"


def _claims(report: Report) -> Iterator[str]:
    lines = claim_lines(report)
    if lines:
        rows = [f"| {_prose(e.claim)} | {e.outcome.value} | {_prose(e.rests_on or e.why)} |" for e in lines]
        yield "\n".join(["| claim | answer | rests on |", "|---|---|---|", *rows]) + "\n"


def _inputs(report: Report) -> str:
    given = "; ".join(f"{each.location} ({each.format}, {each.networks} networks)" for each in report.inputs)
    return f"<sub>{_prose(given)}{'; ' if given else ''}prune-audit {_prose(report.version)}</sub>\n"


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


def _prose(text: str) -> str:
    """Text on one line, with names that stand between backticks set as code, and nothing else as markup."""
    text = visible(_BLANKS.sub(" ", text).strip())
    out, at = [], 0
    for code in _CODE.finditer(text):
        out += [_escape(text[at : code.start()]), f"`{code[1].replace('|', '¦')}`" if code[1].strip() else "\\`\\`"]
        at = code.end()
    return "".join((*out, _escape(text[at:])))


def _escape(text: str) -> str:
    escaped = _SPECIAL.sub(r"\\\g<0>", text)
    return _REFERENCE.sub("\\1\u200b", _ENTITY.sub(lambda each: f"&#{ord(each[0])};", escaped))
