"""Trains a network by a recipe, with or without a mask."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from runners.augmentation import AUGMENTATIONS
from runners.examples import Dataset, Split
from runners.look_ahead import one_ahead
from runners.measure import evaluate
from runners.pruning.mask import Mask, Masking
from runners.recipe import Recipe
from runners.seeding import seed_globals, stream

Curves = Mapping[str, list[tuple[int, float]]]
Remask = Mapping[int, Callable[[int], Mask]]  # by the step before which a new mask is found


@dataclass(frozen=True)
class Training:
    """What was spent and seen: optimiser steps in all and behind the weights kept, epochs, and curves by epoch.

    `curves` has (epoch, value) pairs under the schema's names; epoch 0 is before the first step. `train_*` are means
    over the batches of an epoch, as they were trained on.
    """

    steps: int
    steps_kept: int
    epochs: int
    epochs_asked: int
    selected_on: str
    curves: Curves


def train(
    model: nn.Module,
    dataset: Dataset,
    recipe: Recipe,
    seed: int,
    phase: str,
    mask: Mask,
    *,
    start: int = 0,
    stop: int | None = None,
    remask: Remask | None = None,
) -> Training:
    """Train `model` in place; pruned weights stay zero throughout, whatever momentum and weight decay would do.

    Of the recipe's steps those from `start` up to `stop` are taken, with their learning rates; by default all. Before
    each step that `remask` names, and at the end for the last, the mask becomes the one that it returns.

    The random streams are those of `seed` and `phase`. With `patience`, the weights of the best validation epoch are
    put back at the end (ties go to the earlier one); without, the last ones stay. Epochs before the last mask do not
    count. Raises ValueError where `patience` is asked for and there is no validation split.
    """
    if recipe.patience is not None and not len(dataset.validation):
        raise ValueError("early stopping (`patience`) needs a validation split, and the data set has none")
    seed_globals(seed, phase)
    order, augmentation = stream(seed, f"{phase}/order"), stream(seed, f"{phase}/augmentation")
    augment = AUGMENTATIONS[recipe.augmentation]

    def augmented(split: Split, rows: Tensor) -> Tensor:
        return augment(split, rows, augmentation)

    optimizer, masking = make_optimizer(model, recipe), Masking(model, mask)
    per_epoch, total = steps_per_epoch(recipe, dataset), total_steps(recipe, dataset)
    end, remask = stop or total, remask or {}
    curves: dict[str, list[tuple[int, float]]] = defaultdict(list)
    best = Best()
    step, epoch = start, start // per_epoch
    first, final_mask = epoch, max(remask, default=start)
    _validate(model, dataset.validation, epoch, curves)
    while step < end:
        epoch += 1
        model.train()
        losses, correct, seen = [], [], 0
        for inputs, labels in batches(dataset.train, recipe.batch_size, order, augmented):
            if step in remask:
                masking = Masking(model, remask[step](step))
            set_rate(optimizer, learning_rate(recipe, step, total, per_epoch))
            logits = model(inputs)
            loss = functional.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            masking()
            losses.append(loss.detach())
            correct.append((logits.detach().argmax(dim=1) == labels).sum())
            seen += len(labels)
            step += 1
            if step == end:
                break
        curves["train_loss"].append((epoch, float(torch.stack(losses).mean())))
        curves["train_top1"].append((epoch, int(torch.stack(correct).sum()) / seen))
        _validate(model, dataset.validation, epoch, curves)
        if recipe.patience is not None and step > final_mask:
            best.offer(curves["validation_top1"][-1][1], epoch, step, model)
            if epoch - best.epoch >= recipe.patience:
                break
    if end in remask:
        remask[end](end)
    if best.weights:
        model.load_state_dict(best.weights)
    return Training(
        steps=step - start,
        steps_kept=(best.step if best.weights else step) - start,
        epochs=epoch - first,
        epochs_asked=math.ceil(end / per_epoch) - first,
        selected_on="none" if recipe.patience is None else "validation",
        curves=dict(curves),
    )


def steps_per_epoch(recipe: Recipe, dataset: Dataset) -> int:
    """Optimiser steps in one pass over the training examples, in full batches; one at least."""
    return max(1, len(dataset.train) // recipe.batch_size)


def total_steps(recipe: Recipe, dataset: Dataset) -> int:
    """Optimiser steps of the whole recipe."""
    return recipe.steps or steps_until(recipe.epochs or 0, recipe, dataset)


def steps_until(moment: int, recipe: Recipe, dataset: Dataset) -> int:
    """Optimiser steps up to a moment that is counted as the recipe's length is, in steps or in epochs."""
    return moment if recipe.steps else moment * steps_per_epoch(recipe, dataset)


class Best:
    """The epoch with the highest validation Top-1 so far, the steps up to it, and its weights."""

    def __init__(self) -> None:
        self.top1, self.epoch, self.step = -1.0, 0, 0
        self.weights: dict[str, Tensor] = {}

    def offer(self, top1: float, epoch: int, step: int, model: nn.Module) -> None:
        """Keep this epoch if it is strictly better than all before."""
        if top1 > self.top1:
            self.top1, self.epoch, self.step = top1, epoch, step
            self.weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}


def batches(
    split: Split, size: int, order: torch.Generator, inputs: Callable[[Split, Tensor], Tensor] = Split.fed
) -> Iterator[tuple[Tensor, Tensor]]:
    """The examples in a fresh random order, in full batches: the remainder, which changes every epoch, is left out.

    `inputs` makes the inputs of the examples at the rows that it is given. Images that have to be decoded are so while
    the batch before is being trained on; since every random number is drawn in the same order, the bits are the same.
    """
    shuffled = torch.randperm(len(split), generator=order)
    rows = (shuffled[start : start + size] for start in range(0, max(1, len(split) - size + 1), size))
    drawn = ((inputs(split, chosen), split.labels[chosen]) for chosen in rows)
    return drawn if split.in_memory else one_ahead(drawn)


def learning_rate(recipe: Recipe, step: int, total: int, per_epoch: int) -> float:
    """The rate of step `step` (from 0) of `total`; milestones count in the unit of the recipe's length."""
    match recipe.learning_rate_schedule:
        case "cosine":
            return recipe.learning_rate * (1 + math.cos(math.pi * step / total)) / 2
        case "step":
            done = step if recipe.steps else step // per_epoch
            passed = sum(done >= milestone for milestone in recipe.learning_rate_milestones)
            return recipe.learning_rate * recipe.learning_rate_factor**passed
        case _:
            return recipe.learning_rate


def make_optimizer(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """The recipe's optimiser over all parameters of the model."""
    parameters, rate, decay = model.parameters(), recipe.learning_rate, recipe.weight_decay
    match recipe.optimizer:
        case "sgd":
            return torch.optim.SGD(
                parameters, rate, momentum=recipe.momentum, nesterov=recipe.nesterov, weight_decay=decay
            )
        case "adam":
            return torch.optim.Adam(parameters, rate, weight_decay=decay)
        case "adamw":
            return torch.optim.AdamW(parameters, rate, weight_decay=decay)


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Use `rate` for all parameters from the next step on."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def _validate(model: nn.Module, split: Split, epoch: int, curves: dict[str, list[tuple[int, float]]]) -> None:
    if len(split):
        result = evaluate(model, split)
        curves["validation_loss"].append((epoch, result.loss))
        curves["validation_top1"].append((epoch, result.top1))
