"""A network on its way to fewer channels: after each removal it is a smaller network, which is then trained on."""

from collections.abc import Callable, Sequence
from itertools import islice

from runners.examples import Dataset
from runners.filters.channels import all_kept, counts, masks, put_back, rows_kept, taken
from runners.filters.dependencies import Dependencies
from runners.filters.prune import find_channels
from runners.filters.removal import Measure
from runners.kept import Remains
from runners.latency import latencies
from runners.macs import count_macs
from runners.network import Network
from runners.plan import Run
from runners.pretraining import rewind_point
from runners.pruning.mask import Mask
from runners.pruning.prunable import kept_macs, kept_parameters
from runners.pruning.scores import Batch, Score
from runners.seeding import stream
from runners.training import batches
from runners.workplace import Workplace


class FilterNetwork(Network):
    """What a schedule drives where filters go. Its size is counted in all parameters, not in prunable weights.

    Where a speedup is asked for, it is counted in MACs, from the first round of a schedule to the last.

    `mask` has the shapes of the dense network, and holds what the smaller one has of it. `like` tells what is left of
    the network that this one is matched to.
    """

    def __init__(self, run: Run, dataset: Dataset, workplace: Workplace, like: Callable[[], Remains]) -> None:
        super().__init__(run, dataset, workplace, dict)
        architecture = run.pretraining.architecture
        self._dependencies = Dependencies(self.model, dataset.input_shape, architecture.classifier)
        self._left = all_kept(self._dependencies.channels)
        self._remains_of_other = like

    @property
    def prunable(self) -> int:
        """All parameters, since biases and normalisation go with their filters; or all MACs."""
        return self.size.macs if self.run.by_speedup else self.size.parameters

    @property
    def held(self) -> Mask:
        """Nothing has to be held at zero."""
        return {}

    @property
    def remains(self) -> Remains:
        """The channels that are left, and the steps that were spent."""
        return Remains(channels=counts(self._left), steps=self.steps_spent)

    @property
    def score_examples(self) -> int:
        """On how many examples the choice of channels depends; a pass over the training split gives no more."""
        size = self.run.finetune.batch_size
        return min(super().score_examples, max(1, len(self.dataset.train) // size) * size)

    def kept_at(self, ratio: float) -> int:
        """How many parameters a compression ratio keeps, or MACs a speedup.

        Raises ValueError where so few cannot be reached.
        """
        kept = kept_macs if self.run.by_speedup else kept_parameters
        return kept(self.prunable, self._dependencies.fewest(self._measure), ratio)

    def prune(self, kept: int) -> None:
        """Remove channels until the network is as near to `kept` parameters, or MACs, as it gets."""
        method = self._method
        final = self._remains_of_other().channels if method.matched is not None and method.follows_training else None
        before = rows_kept(self._dependencies.channels, self._left, self._dependencies.shapes)
        self._left = find_channels(
            method,
            self.model,
            self._dependencies,
            kept,
            self._batches,
            self.run.seed,
            self.workplace.study,
            self._left,
            final,
            measure=self._measure,
            last=kept == self.kept_at(self.run.ratio),
        )
        state = put_back(self.model.state_dict(), before, self._dependencies.shapes)
        self.model = self._dependencies.without(self._left, state).to(self.workplace.device)
        self.mask = self._mask()

    def rewind(self) -> None:
        """Put the weights that are left back to those of the step to rewind to."""
        state = rewind_point(self.run.pretraining, self._rewind_step, self.workplace)
        self.model.load_state_dict(taken(state, self._rows))
        self.steps = self._rewind_step

    def costs(self) -> dict[str, float]:
        """Sizes and costs of the smaller network, counted and timed on itself."""
        left = sum(weight.numel() for weight in self.model.parameters())
        macs = count_macs(self.model, self.dataset.input_shape, ()).total
        return {
            **self.size.columns({layer.name: layer.parameters for layer in self.size.layers}),
            "compression_ratio": self.size.parameters / left,
            "parameters_nonzero": left,
            "macs_nonzero": macs,
            "theoretical_speedup": self.size.macs / macs,
            **latencies(self.pretrained.model, self.model, self.dataset.test),
        }

    @property
    def _measure(self) -> Measure:
        return self._dependencies.macs if self.run.by_speedup else self._dependencies.parameters

    @property
    def _rows(self) -> dict:
        return rows_kept(self._dependencies.channels, self._left, self._dependencies.shapes)

    def _mask(self) -> Mask:
        return masks(self.weights, self._rows)

    def _batches(self, score: Score) -> Sequence[Batch]:
        """The minibatch that every method has at one seed, and the next ones of the same order where more are asked."""
        if score.batches == 1:
            return [self._minibatch(score.per_class)]
        generator = stream(self.run.seed, "minibatch")
        return list(islice(batches(self.dataset.train, self.run.finetune.batch_size, generator), score.batches))
