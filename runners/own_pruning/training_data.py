"""The examples that a method of the user's own may look at, counted as they are handed out."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from runners.augmentation import AUGMENTATIONS
from runners.examples import Dataset, Split
from runners.measure import EVAL_BATCH_SIZE
from runners.pruning.scores import Batch
from runners.recipe import Recipe
from runners.seeding import stream
from runners.training import batches


class TrainingData:
    """Training and validation examples; the test split is not among them. Its length is that of the training split.

    `examples` counts what was handed out: an example that comes again counts again.
    """

    def __init__(self, dataset: Dataset, recipe: Recipe, seed: int, minibatch: Callable[[int | None], Batch]) -> None:
        self.classes, self.input_shape = dataset.classes, dataset.input_shape
        self.examples = 0
        self._train, self._validation, self._recipe, self._minibatch = (
            dataset.train,
            dataset.validation,
            recipe,
            minibatch,
        )
        self._order, self._augmentation = stream(seed, "prune/order"), stream(seed, "prune/augmentation")

    def __len__(self) -> int:
        return len(self._train)

    def batches(self) -> Iterator[Batch]:
        """One epoch, in a fresh random order: full batches of the recipe's size, augmented as it says."""
        augment = AUGMENTATIONS[self._recipe.augmentation]

        def augmented(split: Split, rows: Tensor) -> Tensor:
            return augment(split, rows, self._augmentation)

        return map(self._counted, batches(self._train, self._recipe.batch_size, self._order, augmented))

    def minibatch(self, per_class: int | None = None) -> Batch:
        """The minibatch that scores are computed on at this seed, or so many training examples of each class."""
        return self._counted(self._minibatch(per_class))

    def validation(self) -> Iterator[Batch]:
        """Copies of the validation examples, once, in their order; nothing where there are none."""
        split = self._validation
        rows = torch.arange(len(split)).split(EVAL_BATCH_SIZE) if len(split) else ()
        return (self._counted((split.fed(chosen), split.labels[chosen])) for chosen in rows)

    def _counted(self, batch: Batch) -> Batch:
        self.examples += len(batch[1])
        return batch
