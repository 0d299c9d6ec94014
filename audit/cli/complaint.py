"""One line on stderr, whatever stands in it."""

import click

from audit.wording import visible

LONGEST = 2000  # characters


def complain(line: str) -> None:
    """Print one line on stderr; what could forge a line or steer a terminal is shown as an escape, not sent."""
    shown = visible(line)
    click.echo(f"audit: {shown if len(shown) <= LONGEST else shown[:LONGEST] + ' …'}", err=True)
