"""N:M patterns: of every M weights that follow each other along a layer's input, N are kept (Mishra et al. 2021)."""

from collections.abc import Mapping

import torch
from torch import Tensor

from runners.pruning.allocation import Scores
from runners.pruning.mask import Mask


def parse(pattern: str) -> tuple[int, int]:
    """(N, M) of a text such as `2:4`; raises ValueError unless 0 < N < M."""
    n, colon, m = pattern.partition(":")
    if not (colon and n.isdecimal() and m.isdecimal() and 0 < int(n) < int(m)):
        raise ValueError(f"a pattern is N:M with 0 < N < M, such as 2:4, not {pattern!r}")
    return int(n), int(m)


def fits(shape: torch.Size, m: int) -> bool:
    """Whether the inputs of a layer, its second dimension, are whole groups of `m`; else it stays dense."""
    return shape[1] % m == 0


def kept_by(shapes: Mapping[str, torch.Size], pattern: str) -> int:
    """How many weights of layers of these shapes a pattern keeps."""
    n, m = parse(pattern)
    return sum(shape.numel() * n // m if fits(shape, m) else shape.numel() for shape in shapes.values())


def keep_pattern(scores: Scores, pattern: str) -> Mask:
    """Keep the N largest of every M scores along the inputs; ties go to the lower index."""
    n, m = parse(pattern)
    return {name: _within(score, n, m) if fits(score.shape, m) else _all(score) for name, score in scores.items()}


def _within(score: Tensor, n: int, m: int) -> Tensor:
    """(outputs, inputs, *kernel) → the same shape: groups run along the inputs, at each output and kernel place."""
    last = score.movedim(1, -1)
    groups = last.reshape(-1, m)
    largest = groups.sort(dim=1, descending=True, stable=True).indices[:, :n]
    kept = torch.zeros_like(groups, dtype=torch.bool).scatter_(1, largest, True)
    return kept.reshape(last.shape).movedim(-1, 1).contiguous()


def _all(score: Tensor) -> Tensor:
    return torch.ones_like(score, dtype=torch.bool)
