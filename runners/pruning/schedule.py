"""Schedules: when weights are removed, and how the network is trained after it.

Each drives a network to `kept` weights in the prunable layers, as its paper's algorithm reads, and names the weights
that it starts from: `trained` ones, `init`ial ones, or trained ones that are rewound (`rewind`).
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec import Struct


class Settings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The numbers of a schedule; None where it has no use for them.

    `fraction` of the remaining weights is removed in each round; `rewind` is the moment of the pretraining that is gone
    back to, in steps or epochs as its length is given; gradual pruning begins and ends after the fractions `begin` and
    `end` of the fine-tuning, and prunes every `interval` steps in between.
    """

    fraction: float | None = None
    rewind: int | None = None
    begin: float | None = None
    end: float | None = None
    interval: int | None = None

    def __str__(self) -> str:
        stated = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return ", ".join(f"{name} {value:g}" for name, value in stated if value is not None)


class Network(Protocol):
    """What a schedule can do with a network."""

    @property
    def settings(self) -> Settings:
        """The numbers of the method's schedule."""

    @property
    def prunable(self) -> int:
        """Weights in the prunable layers."""

    def prune(self, kept: int) -> None:
        """Find the mask that leaves `kept` weights, among those that are left, and apply it."""

    def finetune(self) -> None:
        """Train by the recipe of the fine-tuning."""

    def finetune_pruning(self, plan: Callable[[int], Mapping[int, int]]) -> None:
        """Fine-tune and prune on the way: `plan` of the steps says how many weights are kept from which step on."""

    def pretrain(self) -> None:
        """Train by the recipe of the pretraining, from its first step."""

    def rewind(self) -> None:
        """Put the weights back to those of the step to rewind to; the mask stays."""

    def replay(self) -> None:
        """Train by the recipe of the pretraining, from the step to rewind to."""


def one_shot(network: Network, kept: int) -> None:
    """All at once; then the network is fine-tuned."""
    network.prune(kept)
    network.finetune()


def iterative(network: Network, kept: int) -> None:
    """A fraction of the remaining weights in each round, 20 % unless set, fine-tuned after each (Han et al. 2015).

    The last round is trimmed to the ratio.
    """
    for left in _rounds(network, kept):
        network.prune(left)
        network.finetune()


def weight_rewinding(network: Network, kept: int) -> None:
    """In rounds as `iterative`; after each, the weights left go back to those of an early step of the pretraining.

    The pretraining is then replayed from there, with its learning rates (Frankle et al. 2020; at step 0 it would be the
    lottery ticket procedure of Frankle and Carbin 2019).
    """
    for left in _rounds(network, kept):
        network.prune(left)
        network.rewind()
        network.replay()


def learning_rate_rewinding(network: Network, kept: int) -> None:
    """In rounds as `iterative`; after each, the last part of the pretraining is replayed on the weights as they are.

    Its learning rates go back to those of an early step, the weights do not (Renda et al. 2020).
    """
    for left in _rounds(network, kept):
        network.prune(left)
        network.replay()


def gradual(network: Network, kept: int) -> None:
    """While the network is fine-tuned, along the cubic s_t = s (1 − (1 − t)³) of Zhu and Gupta 2017.

    t runs from 0 at `begin` to 1 at `end`, and the mask is found anew every `interval` steps among the weights left.
    """

    def plan(steps: int) -> dict[int, int]:
        begin, end = (round((share or 0) * steps) for share in (network.settings.begin, network.settings.end))
        moments = [*range(begin, end, network.settings.interval or 1), end]
        return {step: _cubic(network.prunable, kept, (step - begin) / max(1, end - begin)) for step in moments[1:]}

    network.finetune_pruning(plan)


def at_initialisation(network: Network, kept: int) -> None:
    """All at once, from the initial weights; then the network is trained by the recipe of the pretraining."""
    network.prune(kept)
    network.pretrain()


Schedule = Callable[[Network, int], None]
SCHEDULES: Mapping[str, Schedule] = {
    "one_shot": one_shot,
    "iterative": iterative,
    "gradual": gradual,
    "weight_rewinding": weight_rewinding,
    "learning_rate_rewinding": learning_rate_rewinding,
    "at_initialisation": at_initialisation,
}
STARTS: Mapping[str, str] = dict.fromkeys(SCHEDULES, "trained") | {
    "weight_rewinding": "rewind",
    "at_initialisation": "init",
}
USES: Mapping[str, tuple[str, ...]] = {
    "one_shot": (),
    "iterative": ("fraction",),
    "gradual": ("begin", "end", "interval"),
    "weight_rewinding": ("fraction", "rewind"),
    "learning_rate_rewinding": ("fraction", "rewind"),
    "at_initialisation": (),
}
# Those that train by the recipe of the pretraining at last.
PRETRAINS: frozenset[str | None] = frozenset({"weight_rewinding", "learning_rate_rewinding", "at_initialisation"})
AT_ONCE = frozenset({"one_shot", "at_initialisation"})
# Those whose every round trains on the weights of the last, and what their rounds are called in names.
LENGTHENING: Mapping[str, str] = {"iterative": "rounds", "learning_rate_rewinding": "replays"}


def rounds(prunable: int, kept: int, fraction: float) -> list[int]:
    """How many weights each round leaves, where it removes a fraction of those left; one round at least."""
    left = prunable
    found: list[int] = []
    while not found or left > kept:
        left = max(kept, min(left - 1, round(left * (1 - fraction))))
        found.append(left)
    return found


def _rounds(network: Network, kept: int) -> list[int]:
    return rounds(network.prunable, kept, network.settings.fraction or 0)


def _cubic(prunable: int, kept: int, done: float) -> int:
    return prunable - round((prunable - kept) * (1 - (1 - done) ** 3))
