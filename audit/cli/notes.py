"""What a command tells beside its result, on stderr."""

import click

from audit.report import Report


def tell(report: Report) -> None:
    """Print the notes of a report: what was assumed, left out or counted once."""
    for note in report.notes:
        click.echo(f"audit: {note}", err=True)
