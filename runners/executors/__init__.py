"""Executors: where tasks are carried out. Outcomes are the same bits whichever is used; only their order may differ."""

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol

from runners.errors import RunError


@dataclass(frozen=True)
class Failure:
    """Why a task failed: one line for a person, and the traceback where there is one."""

    reason: str
    traceback: str = ""


@dataclass(frozen=True)
class Outcome:
    """A task, and what its function returned or why it failed."""

    task: Any
    result: Any


class Executor(Protocol):
    """Carries out tasks; a context manager, so that workers end with the block."""

    def __enter__(self) -> "Executor": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def outcomes(
        self, function: Callable[..., Any], tasks: Iterable[Any], argument: Any, started: Callable[[Any], None]
    ) -> Iterator[Outcome]:
        """`function(task, argument)` for every task, yielded as each ends; `started` is told when one begins."""
        ...


def attempt(function: Callable[..., Any], task: Any, argument: Any) -> Any:
    """What `function(task, argument)` returns, or the Failure that says what it raised.

    A RunError is let through: what keeps one task from writing its results keeps them all.
    """
    try:
        return function(task, argument)
    except RunError:
        raise
    except (Exception, SystemExit, GeneratorExit) as error:  # code of the user's own may raise anything
        said = " ".join(str(error).split())  # a reason is one line
        return Failure(f"{type(error).__name__}: {said}", traceback.format_exc())
