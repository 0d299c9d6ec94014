"""prune-audit: decides whether a neural-network-pruning result would stand.

`audit.check(path)` returns a `Report`. Both are imported on first use, so that `import audit` stays light.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audit.library import Report as Report
    from audit.library import check as check

__version__ = "0.1.0"
__all__ = ["Report", "__version__", "check"]


def __getattr__(name: str) -> Any:
    if name in ("Report", "check"):
        from audit import library

        return getattr(library, name)
    raise AttributeError(f"module `audit` has no attribute {name!r}")
