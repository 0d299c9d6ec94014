"""What installed packages bring by entry point: rules and readers.

`importlib.metadata` takes a tenth of a short check to answer, nearly always that there is nothing. So the files that it
would read are searched first, and it is asked only where one names the group.
"""

import sys
from os import scandir
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def entry_points(group: str) -> list["EntryPoint"]:
    """The entry points of a group, by name."""
    if not any(_may_name(Path(place), group.encode()) for place in dict.fromkeys(sys.path)):
        return []
    from importlib import metadata

    return sorted(metadata.entry_points(group=group))


def _may_name(place: Path, group: bytes) -> bool:
    """Whether a package in one place of the module path may have entry points of a group.

    Packages in archives and eggs are not looked into: there it may.
    """
    try:
        with scandir(place) as entries:
            names = [entry.name for entry in entries if entry.name.endswith((".dist-info", ".egg-info", ".egg"))]
    except NotADirectoryError:
        return True
    except OSError:
        return False
    return any(name.endswith(".egg") or group in _declared(place / name) for name in names)


def _declared(package: Path) -> bytes:
    try:
        return (package / "entry_points.txt").read_bytes()
    except OSError:
        return b""
