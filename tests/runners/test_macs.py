"""Multiply–accumulates go to the weight that they read, wherever the operation is called."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from runners.macs import count_macs

TOKENS, WIDTH = 5, 8


def matrices(model: nn.Module) -> list[str]:
    """The names of the parameters that are no biases."""
    return [name for name, parameter in model.named_parameters() if parameter.dim() > 1]


class Attending(nn.Module):
    """Self-attention over 5 tokens, then a linear layer; `separate` gives keys and values a width of their own."""

    def __init__(self, *, separate: bool) -> None:
        super().__init__()
        other = {"kdim": 4, "vdim": 4} if separate else {}
        self.attention = nn.MultiheadAttention(WIDTH, 2, batch_first=True, **other)
        self.head = nn.Linear(WIDTH, 3)
        self.other = 4 if separate else WIDTH

    def forward(self, tokens):
        """(examples, tokens, width) → (examples, tokens, 3)."""
        memory = tokens[..., : self.other]
        return self.head(self.attention(tokens, memory, memory, need_weights=False)[0])


@pytest.mark.parametrize(
    ("separate", "projections"),
    [
        (False, {"attention.in_proj_weight": TOKENS * WIDTH * 3 * WIDTH}),
        (
            True,
            {
                "attention.q_proj_weight": TOKENS * WIDTH * WIDTH,
                "attention.k_proj_weight": TOKENS * 4 * WIDTH,
                "attention.v_proj_weight": TOKENS * 4 * WIDTH,
            },
        ),
    ],
)
def test_attention_is_counted_by_hand(separate, projections):
    """Projections in and out by their weights; scores and their sums, 2 × tokens² × width, in the total alone."""
    model = Attending(separate=separate)
    expected = projections | {
        "attention.out_proj.weight": TOKENS * WIDTH * WIDTH,
        "head.weight": TOKENS * WIDTH * 3,
    }
    counted = count_macs(model, (TOKENS, WIDTH), matrices(model))
    assert counted.by_weight == expected
    assert counted.total == sum(expected.values()) + 2 * TOKENS * TOKENS * WIDTH


def test_a_weight_that_is_handed_to_a_function_or_derived_keeps_its_count():
    """Slices are known by what they are slices of, a standardised weight by the layer that standardises it."""

    class Standardised(nn.Linear):
        def forward(self, inputs):
            return functional.linear(inputs, self.weight - self.weight.mean(), self.bias)

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.handed, self.derived = nn.Linear(6, 4), Standardised(4, 3)

        def forward(self, inputs):
            halves = (inputs @ part.t() for part in self.handed.weight.chunk(2))
            return self.derived(torch.cat([*halves], dim=1))

    counted = count_macs(Model(), (6,), ("handed.weight", "derived.weight"))
    assert counted.by_weight == {"handed.weight": 24, "derived.weight": 12}
    assert counted.total == 36


def test_a_shared_weight_is_counted_at_each_use_and_an_unused_one_is_absent():
    """Tied layers are one weight."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two, self.unused = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)
            self.two.weight = self.one.weight

        def forward(self, inputs):
            return self.two(self.one(inputs))

    model = Model()
    assert count_macs(model, (4,), matrices(model)).by_weight == {"one.weight": 32}


def test_no_number_is_copied_and_the_model_is_left_alone():
    """Not even its mode; and a model without numbers counts as one that has them."""
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    counted = count_macs(model, (3, 6, 6), ("0.weight",))
    assert model.training
    assert not model[0]._forward_hooks
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert count_macs(model.to("meta"), (3, 6, 6), ("0.weight",)) == counted
    assert counted.by_weight == {"0.weight": 4 * 4 * 4 * 27}
