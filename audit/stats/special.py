"""`scipy.special`, imported when one of its functions is first used.

The import takes a third of the time in which a table of a thousand networks is judged, and most tables need none of it.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    from scipy import special

    return getattr(special, name)
