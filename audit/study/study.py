"""Study: the whole of `audit.toml`, parsed and validated, each error with its line."""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from audit.study.about import About
from audit.study.architecture import Architecture
from audit.study.claim import Claim
from audit.study.comparison import Comparison
from audit.study.dataset import Dataset
from audit.study.errors import StudyError
from audit.study.gate import Gate
from audit.study.lines import line_of
from audit.study.method import Method
from audit.study.metric import TOP1, Metric
from audit.study.section import Section
from audit.study.source import Source
from audit.study.waiver import Waiver

_SINGLE: dict[str, type[Section]] = {"study": About, "gate": Gate}
_NAMED: dict[str, type[Section]] = {
    "method": Method,
    "dataset": Dataset,
    "architecture": Architecture,
    "metric": Metric,
}
_LISTED: dict[str, type[Section]] = {"source": Source, "comparison": Comparison, "claim": Claim, "waiver": Waiver}
_FREE = ("run", "rules")
_KEYS = (*_SINGLE, *_NAMED, *_LISTED, *_FREE, "claims")


@dataclass(frozen=True)
class Study:
    """What a person declares. `run` and `rules` are kept as written: the runners and the engine validate them.

    `claims` is None where the file says nothing of claims, and empty where it says `claims = []`.
    """

    path: Path | None = None
    text: str = ""
    about: About = field(default_factory=About)
    run: Mapping[str, Any] | None = None
    methods: Mapping[str, Method] = field(default_factory=dict)
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    architectures: Mapping[str, Architecture] = field(default_factory=dict)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    claims: tuple[Claim, ...] | None = None
    waivers: tuple[Waiver, ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)
    gate: Gate = field(default_factory=Gate)

    @classmethod
    def read(cls, path: Path) -> "Study":
        """Read a study file; raises StudyError naming every problem in it."""
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise StudyError([f"{path}: cannot be read: {error.strerror}"]) from error
        except UnicodeDecodeError as error:
            raise StudyError([f"{path}: is not UTF-8 text (byte {error.start})"]) from error
        return cls.parse(text, path)

    @classmethod
    def parse(cls, text: str, path: Path | None = None) -> "Study":
        """Parse the text of a study file; raises StudyError naming every problem in it."""
        try:
            document = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise StudyError([f"{path or 'audit.toml'}: is not valid TOML: {error}"]) from error
        problems: list[tuple[int, str]] = []

        def convert(value: Any, kind: type[Section], *where: str | int) -> Any:
            try:
                return _convert(value, kind, where)
            except _SectionError as problem:
                problems.append((line_of(text, problem.path), problem.message))

        problems.extend(
            (line_of(text, (key,)), f"unknown table or key `{key}`{_suggest(key, _KEYS)}")
            for key in document
            if key not in _KEYS
        )
        parsed: dict[str, Any] = {}
        for key, kind in _SINGLE.items():
            parsed[key] = convert(document.get(key, {}), kind, key)
        for key, kind in _NAMED.items():
            table = _expect(document, key, dict, problems, text)
            parsed[key] = {name: convert(value, kind, key, name) for name, value in table.items()}
        for key, kind in _LISTED.items():
            rows = _expect(document, key, list, problems, text)
            parsed[key] = tuple(convert(value, kind, key, index) for index, value in enumerate(rows))
        for key in _FREE:
            parsed[key] = _expect(document, key, dict, problems, text)
        if document.get("claims", []) != []:
            problems.append((line_of(text, ("claims",)), "`claims` can only be `[]`; a claim is a table `[[claim]]`"))
        if problems:
            name = path or "audit.toml"
            raise StudyError([f"{name}:{line}: {message}" for line, message in sorted(problems)])
        silent = "claim" not in document and "claims" not in document
        return cls(
            path=path,
            text=text,
            about=parsed["study"],
            run=document.get("run"),
            methods=parsed["method"],
            datasets=parsed["dataset"],
            architectures=parsed["architecture"],
            metrics=parsed["metric"],
            sources=parsed["source"],
            comparisons=parsed["comparison"],
            claims=None if silent else parsed["claim"],
            waivers=parsed["waiver"],
            rules=parsed["rules"],
            gate=parsed["gate"],
        )

    def error(self, where: tuple[str | int, ...], message: str) -> StudyError:
        """The error to raise for the key at `where`, for those who validate `[run]` and `[rules]`."""
        return StudyError([f"{self.path or 'audit.toml'}:{line_of(self.text, where)}: {message}"])

    def section(self, kind: type[msgspec.Struct], where: tuple[str | int, ...], value: Any) -> Any:
        """Convert a raw value to a strict record of another package; raises StudyError with the line."""
        try:
            return _convert(value, kind, where)
        except _SectionError as problem:
            raise self.error(problem.path, problem.message) from None

    @property
    def metric_name(self) -> str:
        """The metric that the study reports: the one it declares, else `top1`."""
        return next(iter(self.metrics), "top1")

    @property
    def metric(self) -> Metric:
        """How the study's metric is read. What `[metric.top1]` leaves out keeps the meaning of a Top-1 accuracy."""
        declared = self.metrics.get(self.metric_name)
        if declared is None:
            return TOP1
        if self.metric_name != "top1":
            return declared
        given = {
            key: value for key, value in msgspec.structs.asdict(declared).items() if value != getattr(Metric(), key)
        }
        return msgspec.structs.replace(TOP1, **given)

    def day(self) -> date:
        """The day that the study is judged as of: its own date, else today."""
        return self.about.date or date.today()


class _SectionError(Exception):
    def __init__(self, path: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.path, self.message = path, message


def _convert(value: Any, kind: type[msgspec.Struct], where: tuple[str | int, ...]) -> Any:
    if isinstance(value, dict):
        known = [field.encode_name for field in msgspec.structs.fields(kind)]
        for key in value:
            if key not in known:
                raise _SectionError((*where, key), f"unknown key `{key}` in {_show(where)}{_suggest(key, known)}")
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message, _, inside = str(error).partition(" - at `")
        path = where + tuple(_steps(inside.rstrip("`")))
        found = _lookup(value, path[len(where) :])
        shown = "" if found is _ABSENT or isinstance(found, dict | list) else f", found {found!r}"
        raise _SectionError(path, f"{_show(path)}: {message[0].lower()}{message[1:]}{shown}") from None


_ABSENT = object()


def _lookup(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return _ABSENT
    return value


def _steps(path: str) -> Iterator[str | int]:
    for part in path.removeprefix("$").replace("[", ".[").split("."):
        if part.startswith("["):
            inner = part.strip("[]")
            if inner.isdigit():
                yield int(inner)
        elif part:
            yield part


def _show(path: tuple[str | int, ...]) -> str:
    return "`" + "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".") + "`"


def _suggest(word: str, known: tuple[str, ...] | list[str]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    return f"; did you mean `{close[0]}`?" if close else f"; known are {', '.join(sorted(known))}"


def _expect(document: dict, key: str, kind: type, problems: list[tuple[int, str]], text: str) -> Any:
    value = document.get(key, kind())
    if isinstance(value, kind):
        return value
    wanted = f"tables `[[{key}]]`" if kind is list else f"a table `[{key}]`"
    problems.append((line_of(text, (key,)), f"`{key}` must be {wanted}"))
    return kind()
