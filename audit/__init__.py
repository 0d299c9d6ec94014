"""prune-audit: decides whether a neural-network-pruning result would stand.

`audit.check(path)` returns a `Report`. It is imported on first use, so that `import audit` stays light.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audit.pipeline import check as check

__version__ = "0.1.0"
__all__ = ["__version__", "check"]


def __getattr__(name: str) -> Any:
    if name == "check":
        from audit.pipeline import check

        return check
    raise AttributeError(f"module `audit` has no attribute {name!r}")
