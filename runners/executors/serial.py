"""One task after another, in this process."""

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any

from runners.executors import Outcome, attempt


class SerialExecutor:
    """Carries out tasks in the order given."""

    def __enter__(self) -> "SerialExecutor":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is to be ended."""

    def outcomes(
        self, function: Callable[..., Any], tasks: Iterable[Any], argument: Any, started: Callable[[Any], None]
    ) -> Iterator[Outcome]:
        """`function(task, argument)` for every task, yielded as each ends."""
        for task in tasks:
            started(task)
            yield Outcome(task, attempt(function, task, argument))
