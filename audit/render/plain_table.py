"""Columns of text side by side, for a terminal or a file; numbers to the right."""

from collections.abc import Iterable, Sequence

from audit.wording import visible


def plain_table(head: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> str:
    """A table of texts, two spaces between columns; those columns whose places are in `right` end flush."""
    lines = [tuple(head), *(tuple(visible(cell) for cell in row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    texts = []
    for line in lines:
        cells = (
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        texts.append("  ".join(cells).rstrip() + "\n")
    return "".join(texts)
