"""Allocations, against sorting by hand."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from runners.pruning.allocation import ALLOCATIONS, global_, uniform

layers = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=12), min_size=1, max_size=5)


def scores(values):
    """Named tensors of small whole numbers, so that there are many ties."""
    return {f"layer{index}": torch.tensor(row, dtype=torch.float32) for index, row in enumerate(values)}


@given(layers, st.floats(0, 1))
def test_every_allocation_keeps_exactly_what_is_asked_for(values, share):
    """The counts add up, and no layer keeps more than it has."""
    total = sum(map(len, values))
    for allocate in ALLOCATIONS.values():
        counts = allocate(scores(values), round(share * total))
        assert sum(counts.values()) == round(share * total)
        assert all(0 <= counts[f"layer{index}"] <= len(row) for index, row in enumerate(values))


@given(layers, st.floats(0, 1))
def test_global_takes_the_largest_anywhere_and_settles_ties_by_index(values, share):
    """The same as sorting (score, layer, index) by hand."""
    everything = [(-value, layer, index) for layer, row in enumerate(values) for index, value in enumerate(row)]
    kept = round(share * len(everything))
    expected = [layer for _, layer, _ in sorted(everything)[:kept]]
    assert list(global_(scores(values), kept).values()) == [expected.count(layer) for layer in range(len(values))]


@given(layers, st.floats(0, 1))
def test_uniform_is_within_one_weight_of_the_same_density(values, share):
    """Largest remainders move no layer by a whole weight."""
    total = sum(map(len, values))
    kept = round(share * total)
    for count, row in zip(uniform(scores(values), kept).values(), values, strict=True):
        assert abs(count - kept * len(row) / total) < 1


def test_uniform_gives_what_is_left_to_the_largest_remainder():
    """Five of 10 + 5 + 5: 2.5, 1.25 and 1.25, so that the first layer gets the weight that is left."""
    assert list(uniform(scores([[0] * 10, [0] * 5, [0] * 5]), 5).values()) == [3, 1, 1]
