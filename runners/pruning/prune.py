"""The mask of a method on a network, at a number of weights to keep."""

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor, nn

from audit.study import own_code
from runners.pruning import scores
from runners.pruning.allocation import ALLOCATIONS
from runners.pruning.mask import Mask, keep_largest, kept_counts
from runners.pruning.method import PruningMethod
from runners.pruning.scores import Batch
from runners.pruning.scoring import score_weights
from runners.seeding import seed_globals, stream


def find_mask(
    method: PruningMethod,
    model: nn.Module,
    prunable: Mapping[str, Tensor],
    kept: int,
    batch: Batch,
    seed: int,
    directory: Path,
) -> Mask:
    """Score, allocate and mask: exactly `kept` of the `prunable` weights are true. The model is left as it was.

    Each method has a random stream of its own, named after it, so that random baselines of one seed are independent of
    each other and of what they are matched to. Torch's global generator is seeded alike for every method.
    `directory` is where the user's own scores are looked for. Raises ScoreError where a score cannot rank the weights.
    """
    function = own_code.load(method.score, directory) if ":" in method.score else scores.load(method.score)
    seed_globals(seed, "score")  # for each method, so that a reference scores as it does by itself
    ranking = score_weights(function, model, prunable, batch, stream(seed, f"mask/{method.name}"))
    if method.matched is not None:
        counts = kept_counts(find_mask(method.matched, model, prunable, kept, batch, seed, directory))
    else:
        counts = ALLOCATIONS[method.allocation](ranking, kept)
    mask = keep_largest(ranking, counts)
    if sum(kept_counts(mask).values()) != kept:
        raise AssertionError(f"{method.name} keeps {sum(kept_counts(mask).values())} weights where {kept} are due")
    return mask


def examples_scored(method: PruningMethod, batch_size: int) -> int:
    """On how many examples the mask depends; a score of the user's own is taken to read the whole batch."""
    reads = ":" in method.score or scores.reads_data(method.score)
    if method.matched is not None:
        return max(batch_size * reads, examples_scored(method.matched, batch_size))
    return batch_size * reads
