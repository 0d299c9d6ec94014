"""Which files the `[[source]]` tables of a study mean, among those of a location."""

import glob
import os
from collections.abc import Iterator
from pathlib import Path

from audit.sources.errors import SourceError
from audit.study import Study
from audit.study.lines import line_of
from audit.study.source import Source


def declared(location: Path, study: Study) -> list[tuple[Path, Source]]:
    """The files and directories of a location that sources of the study mean, each with the first that means it.

    A source's path is relative to the study file, and a path inside the location is meant too. The directory of the
    study file has all that its sources mean, wherever that is. Raises SourceError for a source of that directory that
    means nothing.
    """
    home = study.path.parent if study.path else None
    at_home = home is not None and location.is_dir() and home.resolve() == location.resolve()
    found: dict[Path, tuple[Path, Source]] = {}
    for index, source in enumerate(study.sources):
        meant = [] if home is None else list(_matches(home, source.path))
        if location.is_dir():
            inside = location.resolve()
            meant = [each for each in meant if at_home or each.resolve().is_relative_to(inside)]
            meant += _matches(location, source.path)
        else:
            beside = [*meant, *_matches(location.parent, source.path)]
            meant = [location] if any(each.resolve() == location.resolve() for each in beside) else []
        if at_home and not meant:
            line = line_of(study.text, ("source", index, "path"))
            raise SourceError(f"{study.path}:{line}: `path` means no file: {source.path}")
        for each in meant:
            found.setdefault(each.resolve(), (each, source))
    return list(found.values())


def _matches(directory: Path, path: str) -> Iterator[Path]:
    """What a path or glob means, seen from a directory, in the order of the names."""
    exact = directory / path
    if exact.exists():
        yield exact
        return
    pattern = os.path.join(glob.escape(str(directory)), path)  # noqa: PTH118 - `directory / path` would lose "./"
    yield from sorted(Path(each) for each in glob.glob(pattern, recursive=True))  # noqa: PTH207 - patterns may hold ".."
