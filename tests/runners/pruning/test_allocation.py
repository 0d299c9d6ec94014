"""Allocations, against sorting by hand."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from runners.pruning.allocation import (
    ALLOCATIONS,
    Candidates,
    erk,
    global_,
    lamp,
    shared,
    toward,
    uniform,
    within_outputs,
)

layers = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=12), min_size=1, max_size=5)


def candidates(values):
    """Weights, which are their own scores: small whole numbers, so that there are many ties."""
    rows = {f"layer{index}": torch.tensor(row, dtype=torch.float32) for index, row in enumerate(values)}
    return Candidates(rows, rows, {name: torch.ones_like(row, dtype=torch.bool) for name, row in rows.items()})


@given(layers, st.floats(0, 1))
def test_every_allocation_keeps_exactly_what_is_asked_for(values, share):
    """The counts add up, and no layer keeps more than it has."""
    total = sum(map(len, values))
    for allocate in ALLOCATIONS.values():
        counts = allocate(candidates(values), round(share * total))
        assert sum(counts.values()) == round(share * total)
        assert all(0 <= counts[f"layer{index}"] <= len(row) for index, row in enumerate(values))


@given(layers, st.floats(0, 1))
def test_global_takes_the_largest_anywhere_and_settles_ties_by_index(values, share):
    """The same as sorting (score, layer, index) by hand."""
    everything = [(-value, layer, index) for layer, row in enumerate(values) for index, value in enumerate(row)]
    kept = round(share * len(everything))
    expected = [layer for _, layer, _ in sorted(everything)[:kept]]
    assert list(global_(candidates(values), kept).values()) == [expected.count(layer) for layer in range(len(values))]


@given(layers, st.floats(0, 1))
def test_uniform_is_within_one_weight_of_the_same_density(values, share):
    """Largest remainders move no layer by a whole weight."""
    total = sum(map(len, values))
    kept = round(share * total)
    for count, row in zip(uniform(candidates(values), kept).values(), values, strict=True):
        assert abs(count - kept * len(row) / total) < 1


def test_uniform_gives_what_is_left_to_the_largest_remainder():
    """Five of 10 + 5 + 5: 2.5, 1.25 and 1.25, so that the first layer gets the weight that is left."""
    assert list(uniform(candidates([[0] * 10, [0] * 5, [0] * 5]), 5).values()) == [3, 1, 1]


@given(layers, st.floats(0, 1), st.floats(0, 1))
def test_what_is_left_is_never_exceeded(values, first, second):
    """Whatever was pruned before, however unevenly."""
    of = candidates(values)
    left = {name: torch.arange(len(row)) < first * len(row) for name, row in of.weights.items()}
    before = Candidates(of.weights, of.scores, left)
    kept = round(second * sum(before.counts.values()))
    for allocate in ALLOCATIONS.values():
        counts = allocate(before, kept)
        assert sum(counts.values()) == kept
        assert all(count <= before.counts[name] for name, count in counts.items())


def of_shapes(**shapes):
    """Layers of these shapes, of random weights."""
    generator = torch.Generator().manual_seed(0)
    weights = {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}
    return Candidates(
        weights, weights, {name: torch.ones_like(each, dtype=torch.bool) for name, each in weights.items()}
    )


def test_erk_is_that_of_rigl():
    """Densities ∝ Σ dims ÷ Π dims, layers above 1 dense and the others rescaled: RigL's loop, by hand.

    Sizes 144, 2,304 and 640; Σ dims 23, 38 and 74. Of 772 weights, 23 ÷ 135 are 131.5 (below 144), 38 ÷ 135 are 217.3
    and 74 ÷ 135 are 423.2. Of 1,500 the first would need 255.6, so that it is dense, and 38 ÷ 112 of the other 1,356
    are 460.1, while 74 ÷ 112 are 895.9, above 640: dense too.
    """
    of = of_shapes(a=(16, 1, 3, 3), b=(16, 16, 3, 3), c=(64, 10))
    assert list(erk(of, 772).values()) == [132, 217, 423]
    assert list(erk(of, 1500).values()) == [144, 716, 640]


def test_lamp_is_that_of_its_paper():
    """The score of a weight is its square over the sum of those that are not smaller, in its layer (equation 1)."""
    of = of_shapes(a=(4, 6), b=(3, 5))
    adapted = []
    for layer, weight in enumerate(of.weights.values()):
        squares = sorted(weight.flatten().double().square().tolist())
        adapted += [(square / sum(squares[place:]), layer) for place, square in enumerate(squares)]
    for kept in (1, 5, 20, 38):
        highest = sorted(adapted, key=lambda pair: (-pair[0], pair[1]))[:kept]
        assert list(lamp(of, kept).values()) == [sum(layer == number for _, layer in highest) for number in (0, 1)]


def test_per_output_takes_the_same_from_every_row():
    """Row by row the largest; a weight more for the first rows where it does not divide."""
    ranking = within_outputs({"a": torch.tensor([[1.0, 9.0, 5.0], [7.0, 8.0, 6.0]])})["a"]
    assert ranking.tolist() == [[-2, 0, -1], [-1, 0, -2]]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=6), st.floats(0, 1))
def test_the_way_to_final_counts_is_straight(pairs, share):
    """Counts lie between what is left and what is kept in the end, within one weight of the same share."""
    final = {str(number): min(pair) for number, pair in enumerate(pairs)}
    left = {str(number): max(pair) for number, pair in enumerate(pairs)}
    surplus = sum(left.values()) - sum(final.values())
    kept = sum(final.values()) + round(share * surplus)
    counts = toward(final, left, kept)
    assert sum(counts.values()) == kept
    for name, count in counts.items():
        expected = final[name] + (round(share * surplus) / surplus if surplus else 0) * (left[name] - final[name])
        assert final[name] <= count <= left[name]
        assert abs(count - expected) < 1


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6).filter(
        lambda pairs: all(capacity == 0 or weight for weight, capacity in pairs)
    ),
    st.floats(0, 1),
)
def test_shares_are_exact_and_within_the_capacities(pairs, share):
    """Whatever is asked for, up to all."""
    weights = {str(number): weight for number, (weight, _) in enumerate(pairs)}
    capacity = {str(number): limit for number, (_, limit) in enumerate(pairs)}
    kept = round(share * sum(capacity.values()))
    counts = shared(weights, capacity, kept)
    assert sum(counts.values()) == kept
    assert all(0 <= counts[name] <= capacity[name] for name in counts)
