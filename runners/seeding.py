"""One seed, many independent random streams, each with a name.

A stream depends on the seed and on its name alone, so that adding one changes no other, and so that methods compared
at one seed share their minibatch and their order of examples. Each draws a random ranking of its own, so that the
baselines of one seed are independent.
"""

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


def stream_seed(seed: int, name: str) -> int:
    """The seed of the stream `name`, in [0, 2**63): the first bits of SHA-256 of both."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:8], "big") >> 1


def stream(seed: int, name: str) -> torch.Generator:
    """A generator for the stream `name`, e.g. `finetune/order`."""
    return torch.Generator().manual_seed(stream_seed(seed, name))


def seed_globals(seed: int, phase: str) -> None:
    """Seed Python's, NumPy's and torch's global generators for a phase, for code that takes no generator."""
    value = stream_seed(seed, f"{phase}/global")
    random.seed(value)
    np.random.seed(value % 2**32)  # the legacy generator, since it is the global one
    torch.manual_seed(value)


@contextmanager
def globals_seeded(seed: int, phase: str) -> Iterator[None]:
    """`seed_globals` for a block; after it, the generators go on from where they were."""
    before = random.getstate(), np.random.get_state(), torch.get_rng_state()
    of_gpus = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    seed_globals(seed, phase)
    try:
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])
        torch.set_rng_state(before[2])
        if of_gpus:
            torch.cuda.set_rng_state_all(of_gpus)
