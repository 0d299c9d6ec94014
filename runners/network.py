"""A network on its way from its starting weights to its ratio: the model, its mask, and what was spent on them."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from audit.study import own_code
from runners import digest
from runners.examples import Dataset
from runners.measure import Evaluation, dense_size, evaluate
from runners.own_pruning import Budget, TrainingData
from runners.own_pruning.carry_out import carry_out
from runners.own_pruning.returned import Asked, shapes
from runners.plan import Run
from runners.pretraining import fresh, load_pretrained, rewind_point
from runners.pruning.allocation import Counts, toward
from runners.pruning.mask import Mask, Masking, kept_counts
from runners.pruning.method import PruningMethod
from runners.pruning.prunable import kept_weights
from runners.pruning.prune import examples_scored, find_mask
from runners.pruning.schedule import Settings
from runners.pruning.scores import Batch
from runners.recipe import Recipe
from runners.seeding import stream
from runners.training import Remask, Training, batches, steps_per_epoch, steps_until, total_steps, train
from runners.workplace import Workplace


class Network:
    """What a schedule drives. `before` is its evaluation after the last removal, before it was trained further.

    `steps_before` counts the optimiser steps before anything is pruned, `steps` those behind the weights as they are,
    `steps_spent` all that were taken. `initial_weights` is the digest of the weights that training starts from.
    `final_counts` tells what each layer of the method that this one is matched to keeps in the end. `steps_taken` of
    the training were taken by code of the user's own that pruned, on `examples_taken` examples; `smaller` holds the
    sizes of the model that it made, in the schema's names, where it removed more than a mask says.
    """

    def __init__(self, run: Run, dataset: Dataset, workplace: Workplace, final_counts: Callable[[], Counts]) -> None:
        self.run, self.dataset, self.workplace = run, dataset, workplace
        self.pretrained = load_pretrained(run.pretraining, workplace)
        self.model = self.pretrained.model
        self.steps_before, self.steps_spent = self.pretrained.steps_kept, self.pretrained.steps
        if run.method.starts_from == "init" and isinstance(run.method, PruningMethod):
            self.model, self.steps_before, self.steps_spent = fresh(run.pretraining, workplace), 0, 0
        self.steps = self.steps_before
        self.initial_weights = digest.of_tensors(self._starting_weights())
        classifier = run.pretraining.architecture.classifier
        self.size = dense_size(self.model, dataset.input_shape, classifier, include_classifier=run.prune_classifier)
        weights = dict(self.model.named_parameters())
        self.weights = {layer.name: weights[layer.name] for layer in self.size.layers}
        self.mask: Mask = {name: torch.ones(weight.shape, dtype=torch.bool) for name, weight in self.weights.items()}
        self.trainings: list[Training] = []
        self.before: Evaluation | None = None
        self.steps_taken, self.examples_taken = 0, 0
        self.smaller: Mapping[str, float] = {}
        self._final_counts = final_counts

    @property
    def settings(self) -> Settings:
        """The numbers of the method's schedule."""
        return self.run.method.settings or Settings()

    @property
    def prunable(self) -> int:
        """Weights in the prunable layers."""
        return self.size.prunable

    @property
    def held(self) -> Mask:
        """The mask that is held while the network is trained."""
        return self.mask

    @property
    def score_examples(self) -> int:
        """On how many examples the mask depends, or that code of the user's own was handed."""
        method, classes = self.run.method, self.dataset.classes
        if not isinstance(method, PruningMethod):
            return 0
        return self.examples_taken + examples_scored(
            method, self.run.finetune.batch_size, classes, self.workplace.study
        )

    def kept_at(self, ratio: float) -> int:
        """How many prunable weights a compression ratio keeps; raises ValueError where that cannot be reached."""
        return kept_weights(self.size.parameters, self.size.prunable, ratio)

    def costs(self) -> dict[str, float]:
        """Sizes and costs, in the schema's names."""
        return {**self.size.columns(self.counts), **self.smaller}

    def prune(self, kept: int) -> None:
        """Find the mask that leaves `kept` weights, among those that are left, and apply it."""
        method, seed = self._method, self.run.seed
        if method.prune is not None:
            self._prune_by_own_code(method.prune, kept)
            return
        counts = None
        if method.matched is not None and method.pattern is None and method.follows_training:
            counts = toward(self._final_counts(), kept_counts(self.mask), kept)
        self.mask = find_mask(
            method, self.model, self.weights, kept, self._minibatch, seed, self.workplace.study, self.mask, counts
        )
        Masking(self.model, self.mask)()

    def finetune(self) -> None:
        """Train by the recipe of the fine-tuning."""
        self._train(self.run.finetune, "finetune", self.steps_taken)

    def finetune_pruning(self, plan: Callable[[int], Mapping[int, int]]) -> None:
        """Fine-tune and prune on the way: `plan` of the steps says how many weights are kept from which step on."""
        planned = plan(total_steps(self.run.finetune, self.dataset))

        def remask(step: int) -> Mask:
            self.prune(planned[step])
            return self.mask

        self._train(self.run.finetune, "finetune", remask=dict.fromkeys(planned, remask))
        self.before = None

    def pretrain(self) -> None:
        """Train by the recipe of the pretraining, from its first step."""
        self._train(self.run.pretraining.recipe, "pretrain", self.steps_taken)

    def rewind(self) -> None:
        """Put the weights back to those of the step to rewind to; the mask stays."""
        self.model.load_state_dict(rewind_point(self.run.pretraining, self._rewind_step, self.workplace))
        Masking(self.model, self.mask)()
        self.steps = self._rewind_step

    def replay(self) -> None:
        """Train by the recipe of the pretraining, from the step to rewind to."""
        self._train(self.run.pretraining.recipe, "replay", self._rewind_step)

    @property
    def counts(self) -> Counts:
        """How many weights each layer keeps; none where it is gone."""
        return dict.fromkeys((layer.name for layer in self.size.layers), 0) | kept_counts(self.mask)

    @property
    def epochs_taken(self) -> int:
        """Whole epochs in the steps that code of the user's own took to prune."""
        return self.steps_taken // steps_per_epoch(self.run.recipe, self.dataset)

    def _prune_by_own_code(self, name: str, kept: int) -> None:
        """Let the user's `prune` find a network of that size; its steps are the first of the training that follows."""
        run, recipe = self.run, self.run.recipe
        seed, classifier, dataset = run.seed, run.pretraining.architecture.classifier, self.dataset
        budget = Budget(
            ratio=run.ratio,
            parameters=self.size.parameters - self.size.prunable + kept,
            kept=kept,
            layers={layer: weight.shape for layer, weight in self.weights.items()},
            classifier=classifier,
            steps=total_steps(recipe, dataset),
            steps_per_epoch=steps_per_epoch(recipe, dataset),
            recipe=recipe,
        )
        asked = Asked(
            budget,
            shapes(self.model),
            filters=self._method.granularity == "filter",
            include_classifier=run.prune_classifier,
            input_shape=dataset.input_shape,
            classes=dataset.classes,
            rebuild=lambda: fresh(run.pretraining, self.workplace),
        )
        prune = own_code.load(name, self.workplace.study)
        data = TrainingData(dataset, recipe, seed, self._minibatch)
        generator = stream(seed, f"mask/{run.method.name}")
        pruned = carry_out(prune, self.model, self.size, data, asked, generator, seed)
        self.model, self.mask, self.smaller = pruned.model, pruned.mask, pruned.columns
        self.steps_taken, self.examples_taken = pruned.steps, pruned.examples
        self.steps += pruned.steps
        self.steps_spent += pruned.steps
        Masking(self.model, self.mask)()

    @property
    def _method(self) -> PruningMethod:
        assert isinstance(self.run.method, PruningMethod)
        return self.run.method

    @property
    def _rewind_step(self) -> int:
        assert self.settings.rewind is not None
        return steps_until(self.settings.rewind, self.run.pretraining.recipe, self.dataset)

    def _starting_weights(self) -> Mapping[str, Tensor]:
        """The weights and buffers that training starts from, whatever they are scored at."""
        match self.run.method.starts_from:
            case "init" if self.model is self.pretrained.model:  # the dense control, which has had its training
                return fresh(self.run.pretraining, self.workplace).state_dict()
            case "rewind":
                return rewind_point(self.run.pretraining, self._rewind_step, self.workplace)
            case _:
                return self.model.state_dict()

    def _train(self, recipe: Recipe, phase: str, start: int = 0, remask: Remask | None = None) -> None:
        """Train in the random streams of `phase`; a phase that comes again has streams of its own."""
        number = len(self.trainings) + 1
        phase = phase if number == 1 else f"{phase}/{number}"
        self.before = evaluate(self.model, self.dataset.test)
        if start == total_steps(recipe, self.dataset):
            return
        seed = self.run.seed
        training = train(self.model, self.dataset, recipe, seed, phase, self.held, start=start, remask=remask)
        self.trainings.append(training)
        self.steps += training.steps_kept
        self.steps_spent += training.steps

    def _minibatch(self, per_class: int | None) -> Batch:
        """One minibatch of training examples, the same for every method at one seed (Blalock et al. 2020, C.1)."""
        generator, train_split = stream(self.run.seed, "minibatch"), self.dataset.train
        if per_class is None:
            return next(batches(train_split, self.run.finetune.batch_size, generator))
        order = torch.randperm(len(train_split), generator=generator)
        labels = train_split.labels.cpu()[order]
        chosen = torch.cat([order[labels == label][:per_class] for label in range(self.dataset.classes)])
        return train_split.fed(chosen), train_split.labels[chosen]
