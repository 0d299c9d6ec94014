"""Where the numbers behind a finding came from, in few words: rows by range, runs by name, source by source."""

from collections.abc import Sequence

from msgspec import Struct

from audit.render import notation
from audit.rule import Evidence


class Source(Struct, frozen=True):
    """The rows of a file, as ranges, or the ids of a store's runs; both empty for the source as a whole."""

    name: str
    rows: str
    runs: tuple[str, ...]


def by_source(evidence: Sequence[Evidence]) -> tuple[Source, ...]:
    """Group evidence by its source, in the order of first mention."""
    grouped: dict[str, list[Evidence]] = {}
    for item in evidence:
        grouped.setdefault(item.source, []).append(item)
    return tuple(
        Source(
            name,
            notation.runs_of(item.row for item in items if item.row is not None),
            tuple(dict.fromkeys(item.run_id for item in items if item.run_id is not None)),
        )
        for name, items in grouped.items()
    )
