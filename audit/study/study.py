"""Study: the whole of `audit.toml`, parsed and validated, each error with its line."""

import pathlib
import re
import stat
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct, field

from audit.study.about import About
from audit.study.architecture import Architecture
from audit.study.claim import Claim, contradictions
from audit.study.comparison import Comparison
from audit.study.convert import Problem, convert, suggest
from audit.study.dataset import Dataset
from audit.study.errors import StudyError
from audit.study.gate import Gate
from audit.study.lines import Path, line_of
from audit.study.method import Method
from audit.study.metric import TOP1, Metric
from audit.study.section import Section
from audit.study.source import Source
from audit.study.waiver import Waiver

NAME = "audit.toml"
_SINGLE: dict[str, type[Section]] = {"study": About, "gate": Gate}
_NAMED: dict[str, type[Section]] = {
    "method": Method,
    "dataset": Dataset,
    "architecture": Architecture,
    "metric": Metric,
}
_LISTED: dict[str, type[Section]] = {"source": Source, "comparison": Comparison, "claim": Claim, "waiver": Waiver}
PROBLEMS_SHOWN = 50
LARGEST = 16 << 20  # bytes of a study file
DEEPEST = 200  # dots in a line of a study file, before it is refused
_FREE = ("run", "rules")
_KEYS = (*_SINGLE, *_NAMED, *_LISTED, *_FREE, "claims")


class Study(Struct, frozen=True):
    """What a person declares. `run` and `rules` are kept as written: the runners and the engine validate them.

    `claims` is None where the file says nothing of claims, and empty where it says `claims = []`.
    """

    path: pathlib.Path | None = None
    home: pathlib.Path | None = None  # where what the file names is looked for, if not beside it
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
    def read(cls, path: pathlib.Path) -> "Study":
        """Read a study file; raises StudyError naming every problem in it."""
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise StudyError([f"{path}: is {_kind(status.st_mode)}; expected a study file"])
            if status.st_size > LARGEST:
                raise StudyError([f"{path}: has over {LARGEST >> 20} MiB; is it a study file?"])
            text = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise StudyError([f"{path}: cannot be read: {error.strerror}"]) from error
        except UnicodeDecodeError as error:
            raise StudyError([f"{path}: is not UTF-8 text (byte {error.start})"]) from error
        return cls.parse(text, path)

    @classmethod
    def parse(cls, text: str, path: pathlib.Path | None = None) -> "Study":
        """Parse the text of a study file; raises StudyError naming every problem in it."""
        name = str(path or NAME)
        if any(line.count(".") > DEEPEST for line in text.splitlines()):
            raise StudyError([f"{name}: a line has over {DEEPEST} dots; expected tables a few levels deep"])
        try:
            document = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # a TOMLDecodeError is a ValueError; so is a number too long
            raise StudyError([_not_toml(name, text, str(error))]) from error
        problems: list[Problem] = [
            ((key,), f"unknown table or key `{key}`{suggest(key, _KEYS)}") for key in document if key not in _KEYS
        ]
        parsed: dict[str, Any] = {}
        for key, kind in _SINGLE.items():
            parsed[key] = convert(document.get(key, {}), kind, (key,), problems)
        for key, kind in _NAMED.items():
            table = _expect(document, key, dict, problems)
            parsed[key] = {each: convert(value, kind, (key, each), problems) for each, value in table.items()}
        for key, kind in _LISTED.items():
            rows = _expect(document, key, list, problems)
            parsed[key] = tuple(convert(value, kind, (key, index), problems) for index, value in enumerate(rows))
        for key in _FREE:
            parsed[key] = _expect(document, key, dict, problems)
        problems += contradictions(parsed["claim"], parsed["metric"])
        if "claims" in document and (document["claims"] != [] or "claim" in document):
            problems.append((("claims",), "`claims` can only be `[]`, and says that there is no `[[claim]]`"))
        if problems:
            raise StudyError(_with_lines(name, text, problems))
        if top1 := parsed["metric"].get("top1"):  # what it leaves out keeps the meaning of a Top-1 accuracy
            given = {key: getattr(top1, key) for key in document["metric"]["top1"]}
            parsed["metric"]["top1"] = msgspec.structs.replace(TOP1, **given)
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

    def error(self, where: Path, message: str) -> StudyError:
        """The error to raise for the key at `where`, for those who validate `[run]` and `[rules]`."""
        return StudyError(_with_lines(str(self.path or NAME), self.text, [(where, message)]))

    def section(self, kind: type[msgspec.Struct], where: Path, value: Any) -> Any:
        """Convert a raw value to a strict record of another package; raises StudyError with the lines."""
        problems: list[Problem] = []
        record = convert(value, kind, where, problems)
        if problems:
            raise StudyError(_with_lines(str(self.path or NAME), self.text, problems))
        return record

    @property
    def metric_name(self) -> str:
        """The metric that the study reports: `top1` where it is declared or nothing is, else the first declared."""
        return "top1" if "top1" in self.metrics else next(iter(self.metrics), "top1")

    @property
    def metric(self) -> Metric:
        """How the study's metric is read."""
        return self.metrics.get(self.metric_name, TOP1)

    def day(self) -> date:
        """The day that the study is judged as of: its own date, else today."""
        return self.about.date or date.today()


def _with_lines(name: str, text: str, problems: Sequence[Problem]) -> list[str]:
    placed = sorted((line_of(text, where), message) for where, message in problems)
    told = [f"{name}:{line}: {message}" for line, message in placed[:PROBLEMS_SHOWN]]
    more = len(placed) - len(told)
    return told + ([f"{name}: and {more} more problems"] if more else [])


def _kind(mode: int) -> str:
    """What a path that is no file is."""
    if stat.S_ISDIR(mode):
        return "a directory"
    return "a pipe" if stat.S_ISFIFO(mode) else "a device or socket"


def _not_toml(name: str, text: str, error: str) -> str:
    place = re.search(r" \(at line (\d+), column (\d+)\)$", error)
    if place:
        return f"{name}:{place[1]}: is not valid TOML: {error[: place.start()]} (column {place[2]})"
    return f"{name}:{max(len(text.splitlines()), 1)}: is not valid TOML: {error}"


def _expect(document: dict, key: str, kind: type, problems: list[Problem]) -> Any:
    value = document.get(key, kind())
    if isinstance(value, kind):
        return value
    wanted = f"tables `[[{key}]]`" if kind is list else f"a table `[{key}]`"
    problems.append(((key,), f"`{key}` must be {wanted}"))
    return kind()
