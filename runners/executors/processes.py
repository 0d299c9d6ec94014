"""Tasks in worker processes. One that dies fails its own task alone, and another takes its place."""

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from types import TracebackType
from typing import Any

from pebble import ProcessExpired, ProcessPool

from runners.executors import Failure, Outcome, attempt
from runners.placement import use_alone

POLL = 0.2  # seconds between two looks at which tasks have begun
# Imported once, not once a worker: what torch imports with its first optimizer, and what this process needed to plan.
_ALWAYS = ["runners.execute", "torch._dynamo"]
_WHERE_NEEDED = ["sklearn.datasets", "torchvision", "torch_pruning"]


class ProcessExecutor:
    """Carries out tasks in `workers` processes, which are told nothing but their task and its argument.

    Where there are `gpus`, each worker sees one of them, in turn. The process that workers are forked from is started
    at once, so that it imports while this one does something else.
    """

    def __init__(self, workers: int, gpus: Sequence[str] = ()) -> None:
        self._workers, self._gpus = workers, tuple(gpus)
        methods = multiprocessing.get_all_start_methods()
        self._context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        if "forkserver" in methods:
            needed = [name for name in _WHERE_NEEDED if name in sys.modules]
            self._context.set_forkserver_preload([*_ALWAYS, *needed])
            _start_forkserver()
        self._begun = self._context.Value("i", 0)  # workers, those that took the place of others too
        self._pool = self._new_pool()

    def __enter__(self) -> "ProcessExecutor":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the workers, at once if something went wrong."""
        if kind is None:
            self._pool.close()
        else:
            self._pool.stop()
        self._pool.join()

    def outcomes(
        self, function: Callable[..., Any], tasks: Iterable[Any], argument: Any, started: Callable[[Any], None]
    ) -> Iterator[Outcome]:
        """`function(task, argument)` for every task, yielded as each ends.

        Twice as many tasks as workers are handed over, so that none waits while an outcome is being dealt with.
        """
        queue = iter(tasks)
        waiting: dict[Future, Any] = {}
        announced: set[Future] = set()

        def hand_over() -> None:
            for task in islice(queue, 2 * self._workers - len(waiting)):
                waiting[self._schedule(function, task, argument)] = task

        hand_over()
        while waiting:
            done, pending = wait(waiting, timeout=POLL, return_when=FIRST_COMPLETED)
            for future in [*done, *(future for future in pending if future.running())]:
                if future not in announced:
                    announced.add(future)
                    started(waiting[future])
            announced -= done
            ended = [Outcome(waiting.pop(future), _result(future)) for future in done]
            hand_over()
            yield from ended

    def _schedule(self, function: Callable[..., Any], task: Any, argument: Any) -> Future:
        if not self._pool.active:  # a worker died that had no task: the pool gives up, we do not
            self._pool.stop()
            self._pool.join()
            self._pool = self._new_pool()
        return self._pool.schedule(attempt, args=(function, task, argument))

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(self._workers, initializer=_begin, initargs=(self._begun, self._gpus), context=self._context)


def _start_forkserver() -> None:
    """Start it with Ctrl-C blocked, which is meant for this process."""
    from multiprocessing import forkserver  # which not every system has

    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(begun: Any, gpus: tuple[str, ...]) -> None:
    """Leave Ctrl-C to the parent, which then ends its workers; take the next GPU."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if gpus:
        with begun.get_lock():
            use_alone(gpus[begun.value % len(gpus)])
            begun.value += 1


def _result(future: Future) -> Any:
    try:
        return future.result()
    except ProcessExpired as death:
        return Failure(f"the worker process died: {_cause(death.exitcode)}")
    except BrokenProcessPool:
        return Failure("the worker processes died before they took this task up")


def _cause(exitcode: int) -> str:
    if exitcode >= 0:
        return f"it exited with code {exitcode}"
    try:
        name = signal.Signals(-exitcode).name
    except ValueError:
        name = "unknown"
    hint = "; the system may have run out of memory" if name == "SIGKILL" else ""
    return f"killed by signal {-exitcode} ({name}){hint}"
