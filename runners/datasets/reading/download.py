"""Torchvision's own downloads, which it checks against digests of its own."""

import os
import socket
from pathlib import Path

from runners.datasets.reading import DatasetError

PATIENCE = 30.0  # seconds without a byte


def cache() -> Path:
    """Where data sets are downloaded to if no `root` says otherwise: `prune-audit` in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "prune-audit"


def download(name: str, kind: str, root: Path, missing: str) -> None:
    """Let torchvision's class `kind` put its files into `root`.

    `missing` says what was looked for. Raises DatasetError where that fails, for instance without a network.
    """
    from torchvision import datasets  # seconds to import

    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        getattr(datasets, kind)(str(root), download=True)
    except Exception as error:  # whatever a network, a server or a disk brings about
        said = " ".join(str(error).split()) or type(error).__name__
        raise DatasetError(
            f"{missing}, and it cannot be downloaded ({said}); put it there, or say where it is: "
            f'[dataset.{name}] root = "…"'
        ) from error
    finally:
        socket.setdefaulttimeout(before)
