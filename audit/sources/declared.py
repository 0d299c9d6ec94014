"""Which files the `[[source]]` tables of a study mean, among those of a location."""

import glob
import os
from collections.abc import Iterator
from pathlib import Path

from audit.sources.address import Address, Place, identity, is_address
from audit.sources.errors import SourceError
from audit.study import Study
from audit.study.lines import line_of
from audit.study.source import Source


def declared(location: Place, study: Study) -> list[tuple[Place, Source]]:
    """The files, directories and servers of a location that sources of the study mean, each with the first that does.

    A source's path is relative to the study file, and a path inside the location is meant too. The directory of the
    study file has all that its sources mean, wherever that is. Raises SourceError for a source of that directory that
    means nothing.
    """
    home = study.path.parent if study.path else None
    on_disk = location if isinstance(location, Path) else None
    at_home = home is not None and on_disk is not None and on_disk.is_dir() and home.resolve() == on_disk.resolve()
    found: dict[str, tuple[Place, Source]] = {}
    for index, source in enumerate(study.sources):
        meant: list[Place] = []
        if is_address(source.path):
            address = Address.parse(source.path)
            meant = [address] if at_home else [location] if str(location) == str(address) else []
        elif on_disk is not None:
            meant += _on_disk(on_disk, home, at_home, source.path)
        if at_home and not meant:
            line = line_of(study.text, ("source", index, "path"))
            raise SourceError(f"{study.path}:{line}: `path` means no file: {source.path}")
        for each in meant:
            found.setdefault(identity(each), (each, source))
    return list(found.values())


def _on_disk(location: Path, home: Path | None, at_home: bool, path: str) -> list[Path]:
    """What a source's path means in a location."""
    meant = [] if home is None else list(_matches(home, path))
    if location.is_dir():
        inside = location.resolve()
        meant = [each for each in meant if at_home or each.resolve().is_relative_to(inside)]
        return [*meant, *_matches(location, path)]
    beside = [*meant, *_matches(location.parent, path)]
    return [location] if any(each.resolve() == location.resolve() for each in beside) else []


def _matches(directory: Path, path: str) -> Iterator[Path]:
    """What a path or glob means, seen from a directory, in the order of the names."""
    exact = directory / path
    if exact.exists():
        yield exact
        return
    pattern = os.path.join(glob.escape(str(directory)), path)  # noqa: PTH118 - `directory / path` would lose "./"
    yield from sorted(Path(each) for each in glob.glob(pattern, recursive=True))  # noqa: PTH207 - patterns may hold ".."
