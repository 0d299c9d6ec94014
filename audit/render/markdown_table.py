"""Tables of numbers as Markdown."""

from collections.abc import Iterator, Sequence

from audit.render import caption
from audit.render.markdown_text import prose
from audit.render.numbers_table import Entry, Table


def render(tables: Sequence[Table]) -> str:
    """The tables of one measure, one below the other."""
    return "\n".join("\n".join(_table(table)) + "\n" for table in tables)


def _table(table: Table) -> Iterator[str]:
    yield f"**{prose(table.label)}{f' {prose(table.subject)}' if table.title else ''}**"
    yield ""
    yield f"| {' | '.join((table.heading, *(_strong(column.label, column.proposed) for column in table.columns)))} |"
    yield f"|---|{'--:|' * len(table.columns)}"
    for group in table.groups:
        if len(table.groups) > 1:
            dense = f", dense control {_controls(group.dense)}" if group.dense else ""
            yield f"| *{prose(group.header.label)}*{dense} |{' |' * len(table.columns)}"
        for row in group.rows:
            yield f"| {' | '.join((_strong(row.header.label, row.header.proposed), *map(_entry, row.entries)))} |"
    yield ""
    yield " ".join(_about(table))
    if table.notes:
        chance = f" {caption.AT_CHANCE}" if table.speaks_of_chance else ""
        yield ""
        yield "; ".join(f"<sup>{note.mark}</sup> {prose(note.text)}" for note in table.notes) + f".{chance}"


def _about(table: Table) -> Iterator[str]:
    deviation = f" ± {table.deviation}" if table.deviation else ""
    otherwise = " unless a note says otherwise" if table.notes else ""
    yield f"Mean{deviation}, n = {table.n} {table.counted}{otherwise}."
    yield from map(prose, table.reading)
    if table.dense:
        yield f"Dense control: {_controls(table.dense)}."
    yield from map(prose, table.conditions)


def _controls(dense: Sequence[Entry]) -> str:
    return ", ".join(
        _number(entry) + (f" (from {prose(entry.starts_from)})" if entry.starts_from else "") for entry in dense
    )


def _strong(text: str, proposed: bool) -> str:
    return f"**{prose(text)}**" if proposed else prose(text)


def _entry(entry: Entry | None) -> str:
    return "–" if entry is None else _number(entry)


def _number(entry: Entry) -> str:
    mean = f"**{entry.mean}**" if entry.best else entry.mean
    marks = ",".join(filter(None, (caption.DAGGER if entry.untold else "", entry.marks)))
    spread = f" ± {entry.deviation}" if entry.deviation else ""
    return mean + spread + (f"<sup>{marks}</sup>" if marks else "")
