"""Executors carry out every task, whatever becomes of some of them."""

import os

import pytest

from runners.errors import RunError
from runners.executors import Failure
from runners.executors.processes import ProcessExecutor
from runners.executors.serial import SerialExecutor


def work(task, factor):
    """Multiplies, except that some tasks raise, leave or are killed."""
    if task == 2:
        raise ValueError("two is not allowed")
    if task == 4:
        os.kill(os.getpid(), 9)
    if task == 5:
        os._exit(7)
    return task * factor


@pytest.fixture(scope="module")
def outcomes():
    """What became of eight tasks on two processes, and which of them were announced."""
    announced: list[int] = []
    with ProcessExecutor(2) as executor:
        found = {outcome.task: outcome.result for outcome in executor.outcomes(work, range(8), 10, announced.append)}
    return found, announced


def test_a_worker_that_dies_fails_its_own_task_alone(outcomes):
    """The reason names the signal or the exit code; all other tasks are carried out."""
    found, _ = outcomes
    assert "signal 9 (SIGKILL)" in found[4].reason
    assert "exited with code 7" in found[5].reason
    assert {task: found[task] for task in (0, 1, 3, 6, 7)} == {0: 0, 1: 10, 3: 30, 6: 60, 7: 70}


def test_an_exception_is_a_failure_with_its_traceback(outcomes):
    """The others go on."""
    found, _ = outcomes
    assert found[2].reason == "ValueError: two is not allowed"
    assert "in work" in found[2].traceback


def unwritable(task, path):
    """Finds no space to write."""
    raise RunError(f"{path}: cannot be written: No space left on device")


@pytest.mark.parametrize("executor", [SerialExecutor, lambda: ProcessExecutor(1)], ids=["serial", "processes"])
def test_what_keeps_every_task_from_writing_ends_them_all(executor):
    """A full disk is one error, not a failure of each network."""
    with executor() as ready, pytest.raises(RunError, match="results: cannot be written: No space left on device"):
        list(ready.outcomes(unwritable, range(3), "results", lambda task: None))


def test_every_task_is_announced_once(outcomes):
    """Even those that end before anyone looked."""
    assert sorted(outcomes[1]) == list(range(8))


def test_a_serial_executor_keeps_the_order():
    """One task after another, failures among them."""
    announced: list[int] = []
    with SerialExecutor() as executor:
        found = [outcome.result for outcome in executor.outcomes(work, [3, 2, 1], 10, announced.append)]
    assert announced == [3, 2, 1]
    assert (found[0], found[2]) == (30, 10)
    assert isinstance(found[1], Failure)
