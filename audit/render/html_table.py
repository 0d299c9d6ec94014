"""Tables of numbers as one HTML page that opens from disk and asks nothing of any network."""

from collections.abc import Sequence
from pathlib import Path

from audit.render import caption, palette
from audit.render.html_environment import fill
from audit.render.numbers_table import Table
from audit.report import Report


def render(report: Report, tables: Sequence[Table], own: Path | None = None) -> str:
    """The page of some tables of one measure; raises OwnTemplateError."""
    return fill(
        "table.html",
        own,
        report=report,
        label=tables[0].label,
        tables=tables,
        compact=False,
        colours=palette.COLOURS,
        at_chance=caption.AT_CHANCE,
    )
