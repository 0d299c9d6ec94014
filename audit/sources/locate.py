"""What a LOCATION is: which format it holds, where its study file is, and how it is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from audit.results import Results, join
from audit.sources import mlflow_store, tables
from audit.sources.errors import SourceError
from audit.study import Study, StudyError

STUDY_FILE = "audit.toml"
TREES: tuple[ModuleType, ...] = (mlflow_store,)
SOURCES: tuple[ModuleType, ...] = (*TREES, tables)
SKIPPED = ("report",)


@dataclass(frozen=True)
class Location:
    """A location as it was given, the path that is read, and the module of `audit.sources` that reads it."""

    given: str
    path: Path
    source: ModuleType
    note: str = ""


def locate(given: str, source: str | None = None) -> Location:
    """Recognise a location; raises SourceError where nothing, or more than one thing, could be read."""
    path = Path(given)
    try:
        if not path.exists():
            raise SourceError(f"{given}: no such file or directory")
        if source:
            return Location(given, path, _named(source))
        found = _formats(path)
        if found:
            return Location(given, path, found[0])
        if path.is_file():
            raise SourceError(
                f"{given}: is not a format that can be read; expected one of {', '.join(each.NAME for each in SOURCES)}"
            )
        return _child(given, path)
    except OSError as error:
        raise SourceError(f"{given}: cannot be read: {error.strerror}") from error


def _named(source: str) -> ModuleType:
    by_name: dict[str, ModuleType] = {each.NAME: each for each in SOURCES}
    if source not in by_name:
        raise SourceError(f"no source `{source}`; known are {', '.join(by_name)}")
    return by_name[source]


def _formats(path: Path) -> list[ModuleType]:
    trees = [tree for tree in TREES if tree.recognise(path)]
    if len(trees) > 1:
        raise SourceError(f"{path}: holds two formats; choose with --source {' or '.join(tree.NAME for tree in trees)}")
    return trees or [source for source in SOURCES if source not in TREES and source.recognise(path)]


def _child(given: str, path: Path) -> Location:
    """The one child directory that holds results."""
    children = sorted(
        each for each in path.iterdir() if each.is_dir() and each.name not in SKIPPED and not each.name.startswith(".")
    )
    holding = [(child, formats[0]) for child in children if (formats := _formats(child))]
    if not holding:
        empty = "is empty" if not any(path.iterdir()) else "holds no results"
        names = ", ".join(each.NAME for each in SOURCES)
        raise SourceError(f"{given}: {empty}; expected one of {names} in it")
    if len(holding) > 1:
        names = ", ".join(str(child) for child, _ in holding)
        raise SourceError(f"{given}: several directories in it hold results; name one: {names}")
    child, source = holding[0]
    return Location(given, child, source, note=f"{given}: reading {child}, the one directory in it that holds results")


def find_study(locations: Sequence[str], config: Path | None) -> Study:
    """The study file: `config`, else the one beside what is read, never from above; an empty study where there is none.

    Raises StudyError where it is wrong, missing though named, or where locations bring different ones.
    """
    if config is not None:
        if not config.is_file():
            raise StudyError([f"{config}: no such file; expected a study file"])
        return Study.read(config)
    found = {each.resolve(): each for given in locations for each in _beside(Path(given))}
    if len(found) > 1:
        raise StudyError([f"several study files: {', '.join(map(str, found.values()))}; name one with --config"])
    return Study.read(next(iter(found.values()))) if found else Study()


def _beside(path: Path) -> list[Path]:
    directory = path if path.is_dir() else path.parent
    return [directory / STUDY_FILE] if (directory / STUDY_FILE).is_file() else []


def read(locations: Sequence[Location], study: Study) -> tuple[Results, list[int]]:
    """All locations as one table, and how many networks each gave."""
    parts = [location.source.read(location.path, study) for location in locations]
    return join(parts), [len(part) for part in parts]
