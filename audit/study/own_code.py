"""Code of the user's own that a study file names: modules, and functions as `module:function`."""

import importlib
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from audit.study.study import Study


class OwnCodeError(Exception):
    """A module or `module:function` that cannot be found or imported, and why."""


def load_module(name: str, directory: Path) -> ModuleType:
    """The module of that name, looked for in `directory`, the working directory, then `sys.path`.

    Raises OwnCodeError where it is not there or cannot be imported.
    """
    _search(directory)
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise OwnCodeError(f"`{name}` cannot be imported: {type(error).__name__}: {error}") from error


def load(name: str, directory: Path) -> Callable[..., Any]:
    """The function that `module:function` names, looked for in `directory`, the working directory, then `sys.path`.

    Raises OwnCodeError where it is not there, cannot be imported or cannot be called.
    """
    module, _, function = name.partition(":")
    found = getattr(load_module(module, directory), function, None)
    if not callable(found):
        raise OwnCodeError(f"`{name}`: module `{module}` has no function `{function}`")
    return found


def content_digest(name: str, directory: Path) -> str:
    """SHA-256 of the source file of `module:function`; what that file itself imports is not looked at.

    Raises OwnCodeError where there is no such file.
    """
    module, _, _ = name.partition(":")
    _search(directory)
    try:
        spec = find_spec(module)
    except (Exception, SystemExit) as error:
        raise OwnCodeError(f"`{name}` cannot be imported: {type(error).__name__}: {error}") from error
    if spec is None or spec.origin is None or not Path(spec.origin).is_file():
        raise OwnCodeError(f"`{name}`: no module `{module}` in {directory}, {Path.cwd()} or the Python path")
    import hashlib  # OpenSSL, for few

    return hashlib.sha256(Path(spec.origin).read_bytes()).hexdigest()


def study_directory(study: Study) -> Path:
    """The directory that a study's own names are looked for in: its home, else the study file's."""
    if study.home is not None:
        return study.home
    return study.path.parent.resolve() if study.path else Path.cwd()


def _search(directory: Path) -> None:
    for place in (str(Path.cwd()), str(directory.resolve())):
        if place not in sys.path:
            sys.path.insert(0, place)
    importlib.invalidate_caches()
