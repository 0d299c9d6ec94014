"""What is running, how much is done and how long it will take: on a terminal a bar, elsewhere one line a task."""

from contextlib import AbstractContextManager
from types import TracebackType

import click
from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text


class Bar(AbstractContextManager):
    """A bar on stderr, with the tasks that are running below it."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[failed]}", style="red"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
        )
        self._running: list[str] = []
        self._failed = 0
        self._live = Live(get_renderable=self._render, console=console, transient=True, refresh_per_second=4)

    def __enter__(self) -> "Bar":
        self.phase("preparing", 0)
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def phase(self, name: str, total: int) -> None:
        """A new bar, which takes the place of the last one; without a total it only shows that something happens."""
        self._running, self._failed = [], 0
        for task in self._progress.task_ids:
            self._progress.remove_task(task)
        self._progress.add_task(name, total=total or None, failed="")

    def started(self, label: str) -> None:
        """Show a task as running."""
        self._running.append(label)

    def ended(self, label: str, failure: str | None) -> None:
        """Advance the bar."""
        if label in self._running:
            self._running.remove(label)
        self._failed += failure is not None
        failed = f"{self._failed} failed" if self._failed else ""
        self._progress.update(self._progress.task_ids[-1], advance=1, failed=failed)

    def _render(self) -> Group:
        return Group(self._progress, *(Text(f"  {label}", style="dim") for label in self._running))


class Lines(AbstractContextManager):
    """A line on stderr for each task that ends."""

    def __init__(self) -> None:
        self._total = self._done = 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is to be ended."""

    def phase(self, name: str, total: int) -> None:
        """Count anew."""
        self._total, self._done = total, 0

    def started(self, label: str) -> None:
        """Nothing is said until it ends."""

    def ended(self, label: str, failure: str | None) -> None:
        """One line."""
        self._done += 1
        click.echo(f"[{self._done}/{self._total}] {label}" + (f": failed: {failure}" if failure else ""), err=True)


def progress() -> Bar | Lines:
    """A bar where stderr is a terminal, else lines."""
    console = Console(stderr=True)
    return Bar(console) if console.is_terminal else Lines()
