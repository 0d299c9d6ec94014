"""Scores of channels, from scores of the weights of their filters."""

from collections.abc import Mapping, Sequence

import torch
from torch import Generator, Tensor, nn

from runners.filters.channels import Channels
from runners.pruning.scores import Batch, Score
from runners.pruning.scoring import score_weights


def score_channels(
    score: Score,
    model: nn.Module,
    channels: Sequence[Channels],
    rows: Mapping[str, Sequence[Tensor]],
    batches: Sequence[Batch],
    generator: Generator,
) -> dict[str, Tensor]:
    """Scores (channels,) of each set, in the numbers of the dense network; 0 where a channel is gone.

    `model` has lost all but the `rows` that are kept of its tensors. Of each batch the scores of single weights are
    added up over the filters that make a channel; what becomes of these sums, the score says. The model is left as it
    is. Raises ScoreError as `score_weights` does.
    """
    weights = dict(model.named_parameters())
    filters = {name: weights[name] for each in channels for name in each.filters}
    sums: dict[str, list[Tensor]] = {each.name: [] for each in channels}
    for batch in batches:
        scored = score_weights(score.function, model, filters, batch, generator)
        for each in channels:
            sums[each.name].append(sum_over_filters(each, scored, rows))
    return {
        each.name: score.of_filters(
            torch.stack(sums[each.name]), sum(weights[name][0].numel() for name in each.filters)
        )
        for each in channels
    }


def sum_over_filters(channels: Channels, scored: Mapping[str, Tensor], rows: Mapping[str, Sequence[Tensor]]) -> Tensor:
    """(channels,) the scores of all weights of the filters that make each channel, added up in double precision."""
    total = torch.zeros(channels.count, dtype=torch.float64)
    for slot in channels.slots:
        if slot.tensor in channels.filters and slot.axis == 0:
            by_filter = scored[slot.tensor].double().flatten(1).sum(dim=1).cpu()
            of_dense = torch.zeros(channels.count, dtype=torch.float64)
            of_dense[rows[slot.tensor][0] if slot.tensor in rows else ...] = by_filter
            total += of_dense[slot.places[:, 0]]
    return total
