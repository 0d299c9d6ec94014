"""One run from start to end, as the field's algorithm reads (Blalock et al. 2020, algorithm 1)."""

import time
from datetime import UTC, datetime

import torch
from torch import nn

from runners import digest
from runners.datasets import Dataset
from runners.measure import EVAL_BATCH_SIZE, DenseSize, Evaluation, dense_size, evaluate
from runners.plan import Run
from runners.pretraining import Pretrained, load_pretrained
from runners.provenance import environment, numerics
from runners.pruning.mask import Mask, Masking, kept_counts
from runners.pruning.method import PruningMethod
from runners.pruning.prunable import kept_weights, prunable_parameters
from runners.pruning.prune import examples_scored, find_mask
from runners.pruning.schedule import SCHEDULES
from runners.pruning.scores import Batch
from runners.record import LayerCounts, Record, Value, identity, recipe
from runners.seeding import stream
from runners.training import Training, batches, train
from runners.workplace import Workplace


def execute(run: Run, workplace: Workplace) -> Record:
    """Load the pretrained weights; prune, measure and fine-tune in each round of the schedule; measure and record."""
    started, clock = datetime.now(UTC), time.monotonic()
    numerics()
    dataset = workplace.dataset(run.pretraining.dataset)
    pretrained = load_pretrained(run.pretraining, workplace)
    model, seed = pretrained.model, run.pretraining.seed
    size = _size(run, model, dataset)
    initial_weights = digest.of_tensors(model.state_dict())
    dense = evaluate(model, dataset.test)
    trainings: list[Training] = []
    for kept in _rounds(run, size):
        mask = _mask(run, model, dataset, kept, workplace)
        Masking(model, mask)()
        before = evaluate(model, dataset.test)
        trainings.append(train(model, dataset, run.finetune, seed, "finetune", mask))
    after = evaluate(model, dataset.test)
    columns = {
        **identity(run),
        **recipe(run),
        **size.columns(kept_counts(mask)),
        **_quality(after, before, dense, trainings[-1], dataset),
        **_budget(run, pretrained, trainings),
        "initial_weights": initial_weights,
        "mask": digest.of_tensors(mask),
        "predictions": after.predictions,
        "dataset_digest": dataset.digest,
        "classes": dataset.classes,
        "n_train": len(dataset.train),
        "n_validation": len(dataset.validation),
        "resolution": dataset.resolution,
        **environment(),
        "started": started.isoformat(timespec="seconds"),
        "duration": time.monotonic() - clock,
    }
    return Record(columns, _layers(size, mask), trainings[-1].curves)


def _size(run: Run, model: nn.Module, dataset: Dataset) -> DenseSize:
    classifier = run.pretraining.architecture.classifier
    return dense_size(model, dataset.input_shape, classifier, include_classifier=run.prune_classifier)


def _rounds(run: Run, size: DenseSize) -> tuple[int, ...]:
    """How many weights each round leaves; the dense control is one round that removes none."""
    if not isinstance(run.method, PruningMethod):
        return (size.prunable,)
    return SCHEDULES[run.method.schedule](size.prunable, kept_weights(size.parameters, size.prunable, run.ratio))


def _mask(run: Run, model: nn.Module, dataset: Dataset, kept: int, workplace: Workplace) -> Mask:
    prunable = prunable_parameters(
        model, run.pretraining.architecture.classifier, include_classifier=run.prune_classifier
    )
    if not isinstance(run.method, PruningMethod):
        return {name: torch.ones_like(weight, dtype=torch.bool) for name, weight in prunable.items()}
    seed = run.pretraining.seed
    return find_mask(run.method, model, prunable, kept, _minibatch(run, dataset), seed, workplace.study)


def _minibatch(run: Run, dataset: Dataset) -> Batch:
    """One minibatch of training examples, the same for every method at one seed (Blalock et al. 2020, appendix C.1)."""
    return next(batches(dataset.train, run.finetune.batch_size, stream(run.pretraining.seed, "minibatch")))


def _quality(
    after: Evaluation, before: Evaluation, dense: Evaluation, training: Training, dataset: Dataset
) -> dict[str, Value]:
    columns: dict[str, Value] = {
        "top1": after.top1,
        "loss": after.loss,
        "n_test": after.n,
        "n_correct": after.n_correct,
        "eval_batch_size": EVAL_BATCH_SIZE,
        "split": "test",
        "selected_on": training.selected_on,
        "dense_top1": dense.top1,
        "before_finetuning_top1": before.top1,
    }
    return columns | ({"top5": after.top5} if dataset.classes > 5 else {})


def _budget(run: Run, pretrained: Pretrained, trainings: list[Training]) -> dict[str, Value]:
    return {
        "steps_pretraining": pretrained.steps_kept,
        "steps_final_weights": pretrained.steps_kept + sum(training.steps_kept for training in trainings),
        "steps_total": pretrained.steps + sum(training.steps for training in trainings),
        "score_examples": (
            examples_scored(run.method, run.finetune.batch_size) if isinstance(run.method, PruningMethod) else 0
        ),
        "epochs": sum(training.epochs_asked for training in trainings),
        "epochs_completed": sum(training.epochs for training in trainings),
    }


def _layers(size: DenseSize, mask: Mask) -> tuple[LayerCounts, ...]:
    kept = kept_counts(mask)
    return tuple(LayerCounts(layer.name, layer.parameters, kept[layer.name], layer.macs) for layer in size.layers)
