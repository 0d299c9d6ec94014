"""What a LOCATION is: which format it holds, where its study file is, and how it is read."""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from audit.installed import entry_points
from audit.results import Results, join
from audit.sources import lm_eval, mlflow_store, open_lth, shrinkbench, tables, wandb
from audit.sources.address import Address, Place, identity, is_address, place_of
from audit.sources.declared import declared
from audit.sources.errors import SourceError, UnknownSourceError
from audit.sources.identity import once
from audit.sources.mapping import check_sources
from audit.sources.overlap import overlaps
from audit.study import Study, StudyError
from audit.study.source import Source

STUDY_FILE = "audit.toml"
SKIPPED = ("report",)
_SHOWN = 5
ENTRY_POINTS = "prune_audit.sources"
_NO_COLUMNS = "has no columns of its own, by which `[[source]] where` could choose"
_NO_EXPERIMENTS = "has no experiments to choose from; only MLflow's stores and servers have"


class Reader(Protocol):
    """A module that reads one format; `read` of the project's own takes a source of the study as well.

    `OWN_TABLES` of a tree format are patterns of the tables that are part of it. Where a reader of the project's own
    reads single files of a directory, `files(directory)` says which.
    """

    NAME: str

    def recognise(self, path: Path) -> bool:
        """Whether a location is of the format."""

    def read(self, path: Path, study: Study) -> Results:
        """Read it."""


TREES: tuple[Any, ...] = (mlflow_store, shrinkbench, open_lth, lm_eval)
SOURCES: tuple[Any, ...] = (*TREES, wandb, tables)


class Part(Struct, frozen=True):
    """One thing that is read of a location: a file, directory or server, its reader, what the study says of it."""

    path: Place
    reader: Any
    source: Source | None = None


class Location(Struct, frozen=True):
    """A location as it was given, the path that is read, its format, and its parts."""

    given: str
    path: Place
    format: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()


def settle(
    locations: Sequence[str],
    config: Path | None,
    source: str | None,
    approve: Callable[[Study], None],
    experiments: Sequence[str] = (),
) -> tuple[Study, list[Location]]:
    """The study of some locations, approved before any location is looked at, and the locations as they are read.

    `experiments` are those of MLflow that are read, whatever a source of the study says. Raises StudyError for a wrong
    study file, SourceError where nothing, or more than one thing, could be read.
    """
    if source is not None:
        _named(source)
    study = find_study(locations, config)
    approve(study)
    places = [locate(each, source, study) for each in locations]
    if config is None and study.path is None:
        study = find_study([str(place.path) for place in places], None)  # a child directory brings its own
        approve(study)
        if study.sources:
            places = [replace(place, parts=_parts(place.given, place.path, source, study)) for place in places]
    places = _only(places, list(experiments)) if experiments else places
    return study, [replace(place, notes=(*place.notes, *_not_read(place))) for place in places]


def _not_read(place: Location) -> Iterator[str]:
    """A line on tables that lie beside a tree, are no part of it, and are named by no source."""
    trees = {part.reader for part in place.parts if part.reader in TREES and part.path == place.path}
    if trees and isinstance(place.path, Path) and place.path.is_dir():
        read = {identity(part.path) for part in place.parts}
        own = [pattern for tree in trees for pattern in tree.OWN_TABLES]
        left = [
            each.name
            for each in tables.tables_in(place.path)
            if identity(each) not in read and not any(fnmatch(each.name, pattern) for pattern in own)
        ]
        if left:
            names = ", ".join(left[:_SHOWN]) + (", …" if len(left) > _SHOWN else "")
            yield f"{place.path}: is read as {place.format}; tables beside it are not read unless named: {names}"


def _only(places: list[Location], experiments: list[str]) -> list[Location]:
    """The locations with only some of MLflow's experiments."""
    if not any(part.reader is mlflow_store for place in places for part in place.parts):
        given = ", ".join(place.given for place in places)
        raise SourceError(
            f"{given}: has no experiments to choose from; --experiment is for MLflow's stores and servers"
        )

    def narrowed(part: Part) -> Part:
        if part.reader is not mlflow_store:
            return part
        source = part.source or Source(path="")
        return replace(part, source=msgspec.structs.replace(source, experiments=experiments))

    return [replace(place, parts=tuple(map(narrowed, place.parts))) for place in places]


def find_study(locations: Sequence[str], config: Path | None) -> Study:
    """The study file: `config`, else the one beside what is read, never from above; an empty study where there is none.

    Raises StudyError where it is wrong, missing though named, or where locations bring different ones.
    """
    if config is not None:
        if not config.exists():
            raise StudyError([f"{config}: no such file; expected a study file"])
        return _checked(Study.read(config))
    paths = [Path(given) for given in locations if not is_address(given)]
    found = {each.resolve(): each for path in paths for each in _beside(path)}
    if len(found) > 1:
        raise StudyError([f"several study files: {', '.join(map(str, found.values()))}; name one with --config"])
    return _checked(Study.read(next(iter(found.values())))) if found else Study()


def _checked(study: Study) -> Study:
    check_sources(study)
    for index, source in enumerate(study.sources):
        if source.format is not None and source.format not in {each.NAME for each in _readers()}:
            names = ", ".join(each.NAME for each in _readers())
            raise study.error(("source", index, "format"), f"no format `{source.format}`; known are {names}")
    return study


def _beside(path: Path) -> list[Path]:
    directory = path if path.is_dir() else path.parent
    return [directory / STUDY_FILE] if os.path.lexists(directory / STUDY_FILE) else []


def locate(given: str, source: str | None = None, study: Study | None = None) -> Location:
    """Recognise a location; raises SourceError where nothing, or more than one thing, could be read."""
    path = place_of(given)
    if isinstance(path, Address):
        parts = _parts(str(path), path, source, study or Study())
        return Location(str(path), path, _format(parts), parts)
    try:
        if not path.exists():
            raise SourceError(f"{given}: no such file or directory")
        if path.is_file() and path.suffix == ".toml":
            raise SourceError(f"{given}: is a study file, which holds no results; name the directory that does")
        if not path.is_file() and not path.is_dir():
            raise SourceError(f"{given}: is neither a file nor a directory")
        parts = _parts(given, path, source, study or Study())
        notes: tuple[str, ...] = ()
        if not parts:
            path = _child(given, path)
            parts = _parts(str(path), path, source, study or Study())
            notes = (f"{given}: reading {path}, the one directory in it that holds results",)
        return Location(given, path, _format(parts), parts, notes)
    except OSError as error:
        raise SourceError(f"{error.filename or given}: cannot be read: {error.strerror}") from error


def _format(parts: tuple[Part, ...]) -> str:
    return "+".join(dict.fromkeys(part.reader.NAME for part in parts))


def _parts(given: str, path: Place, chosen: str | None, study: Study) -> tuple[Part, ...]:
    """What is read of a location: what the study's sources mean, and beside them a tree; else what is recognised."""
    parts = tuple(
        Part(each, _reader_for(each, chosen or source.format), source) for each, source in declared(path, study)
    )
    if chosen:
        return parts or (Part(path, _of_address(path, _named(chosen))),)
    if identity(path) in map(identity, (part.path for part in parts)):
        return parts
    if isinstance(path, Address):
        return (Part(path, mlflow_store),)
    found = _recognised(path, trees_only=bool(parts))
    if not found and not parts and path.is_file():
        names = ", ".join(each.NAME for each in SOURCES)
        raise SourceError(f"{given}: is not a format that can be read; expected one of {names}")
    claimed = [part for part in parts if part.reader in TREES]  # such a tree lies inside the one that would be found
    return (*(Part(path, reader) for reader in found[:1] if not claimed), *parts)


def _of_address(place: Place, reader: Any) -> Any:
    if isinstance(place, Address) and reader is not mlflow_store:
        raise SourceError(f"{place}: is an address, which {reader.NAME} cannot read; only {mlflow_store.NAME} can")
    return reader


def _reader_for(path: Place, chosen: str | None) -> Any:
    if chosen:
        return _of_address(path, _named(chosen))
    if isinstance(path, Address):
        return mlflow_store
    found = _recognised(path)
    return found[0] if found else tables  # a source may mean a file whose name says nothing


def _named(source: str) -> Any:
    by_name = {each.NAME: each for each in _readers()}
    if source not in by_name:
        raise UnknownSourceError(f"no source `{source}`; known are {', '.join(by_name)}")
    return by_name[source]


def _readers() -> list[Any]:
    return [*SOURCES, *_own_readers()]


def _own_readers() -> list[Any]:
    """Readers that other packages bring by entry point; each is called by the name of its entry point."""
    return [_Named(each.name, each.load()) for each in entry_points(ENTRY_POINTS)]


class _Named:
    """A reader of another package, under the name of its entry point."""

    def __init__(self, name: str, module: Any) -> None:
        self.NAME, self.recognise, self.read = name, module.recognise, module.read


def _recognised(path: Path, trees_only: bool = False) -> list[Any]:
    trees = [tree for tree in TREES if tree.recognise(path)]
    if len(trees) > 1:
        raise SourceError(f"{path}: holds two formats; choose with --source {' or '.join(tree.NAME for tree in trees)}")
    if trees or trees_only:
        return trees
    return [each for each in SOURCES if each not in TREES and each.recognise(path)] or [
        each for each in _own_readers() if each.recognise(path)
    ]


def _child(given: str, path: Path) -> Path:
    """The one child directory that holds results."""
    children = sorted(
        each for each in path.iterdir() if each.is_dir() and each.name not in SKIPPED and not each.name.startswith(".")
    )
    holding = [child for child in children if _recognised(child)]
    if not holding:
        empty = "is empty" if not any(path.iterdir()) else "holds no results"
        names = ", ".join(each.NAME for each in SOURCES)
        raise SourceError(f"{given}: {empty}; expected one of {names} in it")
    if len(holding) > 1:
        names = ", ".join(map(str, holding))
        raise SourceError(f"{given}: several directories in it hold results; name one: {names}")
    return holding[0]


def read(locations: Sequence[Location], study: Study) -> tuple[Results, list[int]]:
    """All locations as one table, each run once, and how many networks each location gave."""
    held = [{identity(each.path): each for each in _files(location)} for location in locations]
    parts: dict[str, Part] = {}  # what several locations hold, as a file and in its directory, is read once
    for each in held:
        parts |= {place: part for place, part in each.items() if place not in parts or part.source}
    with _no_collection():
        found = {place: _read(part, study) for place, part in parts.items()}
    results = once(join(list(found.values())))
    results = replace(results, notes=(*results.notes, *overlaps(results, study.metric_name)))
    return results, [sum(len(found[place]) for place in each) for each in held]


def _files(location: Location) -> Iterator[Part]:
    """The parts of a location, one for each file where its reader takes the files of a directory one by one."""
    for part in location.parts:
        listed = getattr(part.reader, "files", None)
        single = listed(part.path) if listed and isinstance(part.path, Path) and part.path.is_dir() else []
        yield from (replace(part, path=file) for file in single) if single else (part,)


@contextmanager
def _no_collection() -> Iterator[None]:
    """No search for garbage meanwhile: a store has millions of values, and would be searched again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


T = TypeVar("T")
_MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@contextmanager
def _one_line(part: Part) -> Iterator[None]:
    """What no reader expects of a value in a damaged or hostile file becomes one line, with what Python said of it."""
    try:
        yield
    except _MALFORMED as error:
        raise SourceError(
            f"{part.path}: holds a value that {part.reader.NAME} never writes ({type(error).__name__}: "
            f"{str(error)[:120]}); `audit --debug` shows where"
        ) from error


def _read(part: Part, study: Study) -> Results:
    def guarded(load: Callable[[], T]) -> Callable[[], T]:
        def guard() -> T:
            with _one_line(part):
                return load()

        return guard

    with _one_line(part):
        results = _read_part(part, study)
    return replace(results, load_layers=guarded(results.load_layers), load_curves=guarded(results.load_curves))


def _read_part(part: Part, study: Study) -> Results:
    if part.source and part.source.experiments and part.reader is not mlflow_store:
        raise SourceError(f"{part.path}: {_NO_EXPERIMENTS}")
    if part.source and part.source.where and part.reader not in (mlflow_store, lm_eval, wandb, tables):
        raise SourceError(f"{part.path}: {_NO_COLUMNS}")
    if isinstance(part.reader, _Named):
        from audit.sources.mapping import with_constants
        from audit.sources.validate import validate

        results = with_constants(part.reader.read(part.path, study), part.source, study)
        return validate(results, study, str(part.path))
    result = part.reader.read(part.path, study, part.source)
    assert isinstance(result, Results)
    return result
