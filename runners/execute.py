"""One run from start to end, as the field's algorithm reads (Blalock et al. 2020, algorithm 1)."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from msgspec.structs import replace

from runners import digest
from runners.examples import Dataset
from runners.filter_network import FilterNetwork
from runners.filters.dependencies import Dependencies, NotRemovableError
from runners.filters.left import channels_left
from runners.kept import Remains, keep, keep_counts, keep_remains, kept_before, remains_before
from runners.measure import EVAL_BATCH_SIZE, Evaluation, evaluate
from runners.network import Network
from runners.own_pruning.errors import PruneError
from runners.placement import numerics
from runners.plan import Run
from runners.pretraining import fresh
from runners.provenance import environment
from runners.pruning.allocation import Counts
from runners.pruning.method import DenseControl, PruningMethod, ScratchControl
from runners.pruning.schedule import PRETRAINS, SCHEDULES
from runners.record import LayerCounts, Record, Value, identity, recipe
from runners.scratch_network import ScratchNetwork
from runners.workplace import Workplace


def execute(run: Run, workplace: Workplace) -> Record:
    """Load the starting weights; prune and train as the schedule says; measure, keep and record."""
    started, clock = datetime.now(UTC), time.monotonic()
    numerics(deterministic=workplace.deterministic)
    dataset = workplace.dataset(run.pretraining.dataset)
    network = _network(run, dataset, workplace)
    dense = evaluate(network.pretrained.model, dataset.test)  # before it is pruned
    _carry_out(run, network)
    after = evaluate(network.model, dataset.test)
    counts = network.counts
    keep(run, network.model, network.mask, workplace)
    if isinstance(run.method, PruningMethod) and run.method.matched is None:
        if isinstance(network, FilterNetwork):
            keep_remains(run, network.remains, workplace)
        elif run.method.granularity == "filter":
            keep_remains(run, _own_remains(run, network, dataset, workplace), workplace)
        elif run.method.follows_training:
            keep_counts(run, counts, workplace)
    columns = {
        **identity(run),
        **recipe(run),
        **network.costs(),
        **_quality(network, after),
        **_origin(network, dense),
        **_budget(network),
        "initial_weights": network.initial_weights,
        "predictions": after.predictions,
        "dataset_digest": dataset.digest,
        "classes": dataset.classes,
        "n_train": len(dataset.train),
        "n_validation": 0 if run.pretraining.dataset.official_splits else len(dataset.validation),
        "resolution": dataset.resolution,
        **environment(workplace.device),
        "started": started.isoformat(timespec="seconds"),
        "duration": time.monotonic() - clock,
    }
    layers = tuple(
        LayerCounts(layer.name, layer.parameters, counts[layer.name], layer.macs) for layer in network.size.layers
    )
    return Record(columns, layers, _curves(network))


def _network(run: Run, dataset: Dataset, workplace: Workplace) -> Network:
    match run.method:
        case ScratchControl(like=method):
            return ScratchNetwork(run, dataset, workplace, partial(_remains, replace(run, method=method), workplace))
        case PruningMethod(removes_channels=True, matched=method):
            return FilterNetwork(run, dataset, workplace, partial(_remains, replace(run, method=method), workplace))
        case _:
            return Network(run, dataset, workplace, partial(_final_counts, run, workplace))


def _remains(reference: Run, workplace: Workplace) -> Remains:
    """What is left of the network that another is matched to; it is run if need be.

    Raises PruneError where code of the user's own left what has no channels to match.
    """
    if remains_before(reference, workplace) is None:
        execute(reference, workplace)
    remains = remains_before(reference, workplace)
    assert remains is not None
    if remains.unmatched:
        raise PruneError(f"the network that `{reference.method.name}` left cannot be matched: {remains.unmatched}")
    return remains


def _own_remains(run: Run, network: Network, dataset: Dataset, workplace: Workplace) -> Remains:
    """What is left of a network whose filters were removed by code of the user's own."""
    try:
        dense = fresh(run.pretraining, workplace)
        dependencies = Dependencies(dense, dataset.input_shape, run.pretraining.architecture.classifier)
        channels = channels_left(dependencies, network.model, network.mask)
    except NotRemovableError as error:
        return Remains(channels={}, steps=network.steps_spent, unmatched=str(error))
    return Remains(channels=channels, steps=network.steps_spent)


def _carry_out(run: Run, network: Network) -> None:
    """The dense control is trained on as trained networks are; from its initial weights it has been trained before."""
    if isinstance(network, ScratchNetwork):
        network.train_as_long()
    elif isinstance(run.method, PruningMethod):
        SCHEDULES[run.method.schedule](network, network.kept_at(run.ratio))
    elif isinstance(run.method, DenseControl) and run.method.starts_from == "trained":
        train = network.replay if run.method.schedule in PRETRAINS else network.finetune
        for _ in range(run.method.rounds):
            train()


def _final_counts(run: Run, workplace: Workplace) -> Counts:
    """What each layer of the method that this run's is matched to keeps at its seed and ratio; run if need be."""
    assert isinstance(run.method, PruningMethod) and run.method.matched is not None
    reference = replace(run, method=run.method.matched)
    counts = kept_before(reference, workplace)
    if counts is None:
        counts = {layer.name: layer.nonzero for layer in execute(reference, workplace).layers}
    return counts


def _origin(network: Network, dense: Evaluation) -> dict[str, Value]:
    """What it was pruned from, and what was kept of that; the small dense control is pruned from nothing."""
    if isinstance(network, ScratchNetwork):
        return {}
    return {"dense_top1": dense.top1, "mask": digest.of_tensors(network.mask)}


def _curves(network: Network) -> Mapping[str, list[tuple[int, float]]]:
    """The curves of the last training; those of the test split are called so, where it is the validation split too."""
    curves = network.trainings[-1].curves if network.trainings else {}
    if not network.run.pretraining.dataset.official_splits:
        return curves
    return {name.replace("validation_", "test_"): curve for name, curve in curves.items()}


def _quality(network: Network, after: Evaluation) -> dict[str, Value]:
    trainings = network.trainings
    patience = network.run.pretraining.recipe.patience is not None
    chosen = trainings[-1].selected_on if trainings else "validation" if patience else "none"
    official = network.run.pretraining.dataset.official_splits
    columns: dict[str, Value] = {
        "top1": after.top1,
        "loss": after.loss,
        "n_test": after.n,
        "n_correct": after.n_correct,
        "eval_batch_size": EVAL_BATCH_SIZE,
        "split": "test",
        "selected_on": "test" if chosen == "validation" and official else chosen,
    }
    if network.before is not None:
        columns["before_finetuning_top1"] = network.before.top1
    return columns | ({"top5": after.top5} if network.dataset.classes > 5 else {})


def _budget(network: Network) -> dict[str, Value]:
    known = network.run.pretraining.architecture.weights is None  # how many steps are behind weights from elsewhere?
    return {
        **({"steps_pretraining": network.steps_before} if known else {}),
        "steps_final_weights": network.steps,
        "steps_total": network.steps_spent,
        "score_examples": network.score_examples,
        "epochs": network.epochs_taken + sum(training.epochs_asked for training in network.trainings),
        "epochs_completed": network.epochs_taken + sum(training.epochs for training in network.trainings),
    }
