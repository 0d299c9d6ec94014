"""Training follows its recipe, and masks hold through it."""

import copy

import pytest
import torch
from torch import nn

from runners.augmentation import crop, crop_flip
from runners.datasets import Dataset, Split
from runners.measure import evaluate
from runners.pruning.mask import Masking
from runners.recipe import Recipe
from runners.seeding import stream
from runners.training import batches, learning_rate, make_optimizer, train

SGD = {"batch_size": 16, "optimizer": "sgd", "learning_rate": 0.05}


def recipe(**keys):
    """A recipe with plain gradient descent unless the keys say otherwise."""
    return Recipe(**(SGD | keys))


@pytest.mark.parametrize(
    "keys",
    [
        {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
        {"optimizer": "adam", "weight_decay": 0.1},
        {"optimizer": "adamw", "weight_decay": 0.1},
    ],
)
def test_masks_hold_through_momentum_and_weight_decay(tiny_network, blobs, keys):
    """Pruned weights are zero after every epoch's steps, and kept ones are trained."""
    mask = {"4.weight": torch.rand(16, 8, generator=torch.Generator().manual_seed(0)) < 0.3}
    Masking(tiny_network, mask)()
    before = tiny_network[4].weight.detach().clone()
    train(tiny_network, blobs, recipe(epochs=3, **keys), 1, "finetune", mask)
    assert (tiny_network[4].weight[~mask["4.weight"]] == 0).all()
    assert (tiny_network[4].weight != before)[mask["4.weight"]].all()


def test_training_is_the_bare_loop(tiny_network, blobs):
    """The same weights, bit for bit, as a loop written out by hand with the same order of examples."""
    replica = copy.deepcopy(tiny_network)
    plan = recipe(epochs=2, momentum=0.9)
    train(tiny_network, blobs, plan, 5, "finetune", {})
    order = stream(5, "finetune/order")
    optimizer = torch.optim.SGD(replica.parameters(), 0.05, momentum=0.9)
    for _ in range(2):
        shuffled = torch.randperm(64, generator=order)
        for start in range(0, 64, 16):
            rows = shuffled[start : start + 16]
            optimizer.zero_grad()
            nn.functional.cross_entropy(replica(blobs.train.inputs[rows]), blobs.train.labels[rows]).backward()
            optimizer.step()
    assert all(
        torch.equal(a, b)
        for a, b in zip(tiny_network.state_dict().values(), replica.state_dict().values(), strict=True)
    )


def test_a_seed_and_a_phase_decide_the_order(blobs):
    """The same seed and phase give the same bits; another seed, or another phase, does not."""

    def trained(seed, phase):
        torch.manual_seed(0)
        network = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
        train(network, blobs, recipe(epochs=1), seed, phase, {})
        return network[1].weight

    assert torch.equal(trained(1, "finetune"), trained(1, "finetune"))
    assert not torch.equal(trained(1, "finetune"), trained(2, "finetune"))
    assert not torch.equal(trained(1, "finetune"), trained(1, "pretrain"))


def test_epochs_and_steps_are_counted(tiny_network, blobs):
    """64 examples in batches of 16 are 4 steps an epoch; 6 steps are an epoch and a half."""
    by_epochs = train(tiny_network, blobs, recipe(epochs=3), 1, "finetune", {})
    assert (by_epochs.steps, by_epochs.steps_kept, by_epochs.epochs, by_epochs.epochs_asked) == (12, 12, 3, 3)
    by_steps = train(tiny_network, blobs, recipe(steps=6), 1, "finetune", {})
    assert (by_steps.steps, by_steps.epochs, by_steps.epochs_asked) == (6, 2, 2)
    assert [epoch for epoch, _ in by_steps.curves["validation_top1"]] == [0, 1, 2]
    assert [epoch for epoch, _ in by_steps.curves["train_loss"]] == [1, 2]


def test_patience_keeps_the_best_validation_epoch(tiny_network, blobs):
    """A rate so high that training breaks: it stops early and the best epoch's weights come back."""
    training = train(tiny_network, blobs, recipe(epochs=50, patience=3, learning_rate=3.0), 1, "finetune", {})
    curve = dict(training.curves["validation_top1"])
    best = max(range(1, training.epochs + 1), key=lambda epoch: (curve[epoch], -epoch))
    assert training.epochs == min(best + 3, 50)
    assert (training.steps, training.steps_kept) == (4 * training.epochs, 4 * best)
    assert training.selected_on == "validation"
    assert evaluate(tiny_network, blobs.validation).top1 == curve[best]


def test_patience_needs_a_validation_split(tiny_network, blobs):
    """Stopping on nothing, or on the test split, is refused."""
    nothing = Split(blobs.validation.inputs[:0], blobs.validation.labels[:0])
    dataset = Dataset(blobs.train, nothing, blobs.test, 2)
    with pytest.raises(ValueError, match="needs a validation split"):
        train(tiny_network, dataset, recipe(epochs=1, patience=1), 1, "finetune", {})
    assert "validation_top1" not in train(tiny_network, dataset, recipe(epochs=1), 1, "finetune", {}).curves


def test_batches_are_full_and_hold_no_example_twice(blobs):
    """Of 64 examples, batches of 24 leave 16 out; a batch larger than the split is the split."""
    chosen = torch.cat([inputs for inputs, _ in batches(blobs.train, 24, torch.Generator())])
    assert len(chosen) == len(chosen.unique(dim=0)) == 48
    assert [len(labels) for _, labels in batches(blobs.train, 1000, torch.Generator())] == [64]


@pytest.mark.parametrize(
    ("keys", "scheduler"),
    [
        ({"epochs": 3}, lambda optimizer: torch.optim.lr_scheduler.ConstantLR(optimizer, 1.0)),
        (
            {"epochs": 3, "learning_rate_schedule": "cosine"},
            lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 12),
        ),
        (
            {"epochs": 3, "learning_rate_schedule": "step", "learning_rate_milestones": (1, 2)},
            lambda optimizer: torch.optim.lr_scheduler.MultiStepLR(optimizer, [4, 8]),
        ),
        (
            {"steps": 12, "learning_rate_schedule": "step", "learning_rate_milestones": (5,)},
            lambda optimizer: torch.optim.lr_scheduler.MultiStepLR(optimizer, [5]),
        ),
    ],
)
def test_rates_are_those_of_torchs_schedulers(keys, scheduler):
    """Step by step over 3 epochs of 4 steps."""
    plan = recipe(**keys)
    optimizer = make_optimizer(nn.Linear(1, 1), plan)
    reference = scheduler(optimizer)
    for step in range(12):
        assert learning_rate(plan, step, 12, 4) == pytest.approx(reference.get_last_lr()[0], abs=1e-12)
        optimizer.step()
        reference.step()


def test_crops_shift_each_image_by_at_most_an_eighth():
    """Every 8 × 8 image is found among the nine shifts by one pixel of its padded original."""
    images = torch.rand(256, 3, 8, 8)
    padded = nn.functional.pad(images, (1, 1, 1, 1))
    cropped = crop(images, torch.Generator().manual_seed(0))
    shifts = [padded[:, :, y : y + 8, x : x + 8] for y in range(3) for x in range(3)]
    matches = torch.stack([(cropped == shift).all(dim=(1, 2, 3)) for shift in shifts])
    assert matches.any(dim=0).all()
    assert (matches.sum(dim=1) > 0).all()


def test_flips_mirror_half_of_the_images():
    """A flip comes after the crop, for each image by itself."""
    images = torch.rand(64, 1, 8, 8)
    cropped = crop(images, torch.Generator().manual_seed(0))
    both = crop_flip(images, torch.Generator().manual_seed(0))
    kept = (both == cropped).all(dim=(1, 2, 3))
    mirrored = (both == cropped.flip(-1)).all(dim=(1, 2, 3))
    assert (kept ^ mirrored).all()
    assert 20 < int(kept.sum()) < 44
