"""Paths as other programs resolve them: relative to where the command runs, which in CI is the repository."""

import re
from pathlib import Path
from urllib.parse import quote

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def relative(path: str) -> str:
    """A path below the working directory from there, with forward slashes; another one, or an address, as it is."""
    if _ADDRESS.match(path):
        return path
    try:
        return Path(path).resolve().relative_to(Path.cwd()).as_posix()
    except (OSError, ValueError):
        return path


def uri(path: str) -> str:
    """A path as a URI reference: relative where `relative` is, else with its scheme."""
    shown = relative(path)
    if _ADDRESS.match(shown):
        return quote(shown, safe="/:?#[]@!$&'()*+,;=%")
    return Path(shown).as_uri() if Path(shown).is_absolute() else quote(shown)
