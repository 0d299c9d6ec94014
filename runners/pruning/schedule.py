"""Schedules: in which rounds the weights are removed. After each round the network is fine-tuned."""

from collections.abc import Callable, Mapping


def one_shot(prunable: int, kept: int) -> tuple[int, ...]:
    """All at once: a single round that leaves `kept` of `prunable` weights."""
    return (kept,)


SCHEDULES: Mapping[str, Callable[[int, int], tuple[int, ...]]] = {"one_shot": one_shot}
