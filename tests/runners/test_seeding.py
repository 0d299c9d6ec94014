"""One seed gives many independent streams."""

import random

import numpy as np
import torch

from runners.seeding import seed_globals, stream, stream_seed


def test_a_stream_is_set_by_its_seed_and_its_name():
    """The same seed and name agree; another seed or another name does not."""
    draw = [torch.rand(4, generator=stream(*which)) for which in ((1, "a"), (1, "a"), (2, "a"), (1, "b"))]
    assert torch.equal(draw[0], draw[1])
    assert not torch.equal(draw[0], draw[2])
    assert not torch.equal(draw[0], draw[3])


def test_stream_seeds_never_change():
    """The first 63 bits of SHA-256 of "1/finetune/order", computed with sha256sum."""
    assert stream_seed(1, "finetune/order") == 0x9CE875D0139A6122 >> 1


def test_the_global_generators_follow_the_phase():
    """Python's, NumPy's and torch's generators repeat for the same seed and phase, and differ for another phase."""

    def draws(seed, phase):
        seed_globals(seed, phase)
        return random.random(), np.random.rand(), float(torch.rand(()))

    assert draws(1, "init") == draws(1, "init")
    assert all(a != b for a, b in zip(draws(1, "init"), draws(1, "finetune"), strict=True))
    assert all(a != b for a, b in zip(draws(1, "init"), draws(2, "init"), strict=True))
