"""What a command tells beside its result, on stderr."""

from audit.cli.complaint import complain
from audit.report import Report


def tell(report: Report) -> None:
    """Print the notes of a report: what was assumed, left out or counted once."""
    for note in report.notes:
        complain(note)
