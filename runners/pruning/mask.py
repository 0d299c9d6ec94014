"""Masks: which weights are kept, as booleans by parameter name, in the processor's memory."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

Mask = dict[str, Tensor]


def keep_largest(scores: Mapping[str, Tensor], counts: Mapping[str, int]) -> Mask:
    """A mask that keeps, in each layer, the `counts` weights with the largest scores; ties go to the lower index.

    Raises ValueError where a layer is asked to keep more weights than it has.
    """
    mask = {}
    for name, score in scores.items():
        if counts[name] > score.numel():
            raise ValueError(f"{name} has {score.numel()} weights, of which {counts[name]} cannot be kept")
        ranked = torch.sort(score.flatten(), descending=True, stable=True).indices
        kept = torch.zeros_like(score, dtype=torch.bool).flatten()
        kept[ranked[: counts[name]]] = True
        mask[name] = kept.reshape(score.shape)
    return mask


def kept_counts(mask: Mask) -> dict[str, int]:
    """How many weights each layer keeps."""
    return {name: int(kept.sum()) for name, kept in mask.items()}


class Masking:
    """Holds a mask on a model: called after every optimiser step, it sets the pruned weights to zero again.

    Momentum and weight decay move a pruned weight between two calls, never across one; what is kept is not touched.
    """

    def __init__(self, model: nn.Module, mask: Mask) -> None:
        parameters = dict(model.named_parameters())
        self._weights: list[Tensor] = [parameters[name] for name in mask]
        self._factors = [kept.to(parameters[name]) for name, kept in mask.items()]

    @torch.no_grad()
    def __call__(self) -> None:
        """Set the pruned weights to zero, in place."""
        if self._weights:
            torch._foreach_mul_(self._weights, self._factors)  # one call for all layers
