"""N of every M, along the inputs."""

import pytest
import torch

from runners.pruning.pattern import keep_pattern, kept_by, parse


def test_two_of_four_along_the_inputs():
    """The largest two of each four inputs, at every output and place of the kernel; ties go to the lower index."""
    scores = {
        "linear": torch.tensor([[1.0, 2, 3, 4, 9, 9, 9, 9]]),
        "convolution": torch.randn(3, 8, 3, 3, generator=torch.Generator().manual_seed(0)),
        "first": torch.randn(3, 1, 3, 3),
    }
    mask = keep_pattern(scores, "2:4")
    assert mask["linear"].tolist() == [[False, False, True, True, True, True, False, False]]
    for half, score in zip(mask["convolution"].split(4, dim=1), scores["convolution"].split(4, dim=1), strict=True):
        assert (half.sum(dim=1) == 2).all()
        least = score.masked_fill(~half, torch.inf).amin(dim=1)
        assert (least >= score.masked_fill(half, -torch.inf).amax(dim=1)).all()
    assert mask["first"].all()  # one input is no group of four
    shapes = {name: score.shape for name, score in scores.items()}
    assert kept_by(shapes, "2:4") == sum(int(each.sum()) for each in mask.values()) == 4 + 108 + 27


@pytest.mark.parametrize("text", ["", "2", "2:", "4:2", "0:4", "2:2", "a:b", "-1:4", "2:4:8"])
def test_what_is_no_pattern(text):
    """N and M are whole, and N is less."""
    with pytest.raises(ValueError, match="0 < N < M"):
        parse(text)
