"""`[tool.prune-audit]` in pyproject.toml of the working directory: how a project calls `audit check` and `audit gate`.

Its keys are the commands' own arguments and options; what stands on the command line counts instead.
"""

import tomllib
from pathlib import Path
from typing import Any, Literal

from audit.study import Section, Study, StudyError

FILE = "pyproject.toml"
TABLE = ("tool", "prune-audit")


class Project(Section, frozen=True, rename="kebab"):
    """Settings for CI; paths are relative to pyproject.toml.

    `locations` are audited where a call names none. `select`, `ignore`, `fail-on` and `strict` are of `audit check`
    alone: the gate goes by `[gate]` of the study file. `formats` are as `--format` takes them.
    """

    locations: tuple[str, ...] = ()
    config: str | None = None
    source: str | None = None
    experiments: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Literal["error", "warning", "note", "never"] | None = None
    strict: bool = False
    trust: bool = False
    formats: tuple[str, ...] = ()


_OF_BOTH = ("locations", "config", "source", "experiments", "trust", "formats")


def defaults(command: str, directory: Path = Path()) -> dict[str, Any]:
    """What a command's arguments are where a call leaves them out; raises StudyError, with the line, for wrong ones."""
    path = directory / FILE
    if not path.is_file():
        return {}
    try:
        text = path.read_bytes().decode("utf-8")
        document: Any = tomllib.loads(text)
    except OSError as error:
        raise StudyError([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise StudyError([f"{path}: is not UTF-8 text (byte {error.start})"]) from error
    except (ValueError, RecursionError) as error:
        raise StudyError([f"{path}: is not valid TOML: {error}"]) from error
    for key in TABLE:
        document = document.get(key, {}) if isinstance(document, dict) else {}
    if document == {}:
        return {}
    project = Study(path=path, text=text).section(Project, TABLE, document)
    names = _OF_BOTH if command == "gate" else Project.__struct_fields__
    given = {name: getattr(project, name) for name in names}
    return {name: value for name, value in given.items() if value not in (None, (), False)}
