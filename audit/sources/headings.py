"""The headings of tables that cannot be read yet, for those who are to say what they mean."""

from collections.abc import Iterator
from pathlib import Path

from audit.sources.address import is_address
from audit.sources.errors import SourceError
from audit.sources.tables import SUFFIXES, foreign, tables_in


def headings(location: str) -> Iterator[tuple[Path, list[str]]]:
    """Each table of a location with its headings; nothing where it holds none that could be mapped."""
    path = Path(location)
    if is_address(location) or not (path.is_dir() or path.is_file()):
        return
    files = tables_in(path) if path.is_dir() else [path] if path.suffix.lower() in SUFFIXES else []
    for file in files:
        try:
            yield file, list(foreign(file).headings)
        except SourceError:
            continue
