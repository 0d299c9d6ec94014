"""A method that trains by itself: sparse from the first step, with weights that move on the way (Evci et al. 2020).

The layers' densities are those of Erdős–Rényi–Kernel, the first mask is random. Every `EVERY` steps the smallest of the
weights that are left make room for those with the largest gradients among the pruned, which start again at zero; how
many, falls along a cosine to none. After three quarters of the steps the mask stays, and the runner trains on with it.
"""

import math

import torch
from torch.nn.functional import cross_entropy

from runners.pruning.allocation import Candidates, erk
from runners.pruning.mask import Masking, keep_largest

SHARE, EVERY, UNTIL = 0.3, 20, 0.75  # of a layer's weights left, at first; steps; of all steps


def prune(model, data, budget, generator):
    """Masks that keep `budget.kept` weights; the model is left trained with them for `UNTIL` of the steps."""
    weights = {name: weight for name, weight in model.named_parameters() if name in budget.layers}
    everything = {name: torch.ones_like(weight, dtype=torch.bool) for name, weight in weights.items()}
    counts = erk(Candidates(weights, {}, everything), budget.kept)
    ranking = {name: torch.rand(weight.shape, generator=generator).to(weight) for name, weight in weights.items()}
    masks = keep_largest(ranking, counts)
    Masking(model, masks)()

    optimizer, end = budget.optimizer(model), int(UNTIL * budget.steps)
    step = grown_at = 0
    model.train()
    while step < end:
        for inputs, labels in data.batches():
            optimizer.zero_grad()
            cross_entropy(model(inputs), labels).backward()
            if step - grown_at == EVERY:
                regrow(weights, masks, SHARE * (1 + math.cos(math.pi * step / end)) / 2)
                grown_at = step
            else:  # a batch that shows where to grow is not trained on
                for name, weight in weights.items():
                    weight.grad.mul_(masks[name])
                for group in optimizer.param_groups:
                    group["lr"] = budget.learning_rate(step)
                optimizer.step()
                step += 1
            Masking(model, masks)()
            if step == end:
                break
    return masks


def regrow(weights, masks, share):
    """Let a share of each layer's weights move: the smallest ones go, those with the largest gradients come."""
    for name, weight in weights.items():
        mask = masks[name]
        left = int(mask.sum())
        moving = min(int(share * left), mask.numel() - left)
        magnitude = weight.detach().abs().masked_fill(~mask, -1.0)
        stays = keep_largest({name: magnitude}, {name: left - moving})[name]
        gradient = weight.grad.abs().masked_fill(mask, -1.0)
        masks[name] = stays | keep_largest({name: gradient}, {name: moving})[name]
        with torch.no_grad():
            weight.mul_(stays)
