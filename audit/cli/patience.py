"""A bar on stderr while results are read, on a terminal, once it has taken more than a second."""

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from audit.sources.address import is_address, place_of

AFTER_SECONDS = 1.0


@contextmanager
def patience(locations: Sequence[str]) -> Iterator[None]:
    """Show for as long as the block takes that something happens; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    shown: list[Any] = []
    first = str(place_of(locations[0])) if is_address(locations[0]) else locations[0]
    more = f" and {len(locations) - 1} more" if len(locations) > 1 else ""
    timer = threading.Timer(AFTER_SECONDS, lambda: shown.append(_bar(f"reading {first}{more}")))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        for bar in shown:
            bar.stop()


def _bar(what: str) -> Any:
    from rich.console import Console  # only where there is something to wait for
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=4)
    bar.add_task(escape(what), total=None)
    bar.start()
    return bar
