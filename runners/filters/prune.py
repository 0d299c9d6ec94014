"""The channels that a method keeps of a network, at a number of parameters or MACs to keep."""

from collections.abc import Callable, Sequence
from pathlib import Path

from torch import Tensor, nn

from runners.filters.channels import Kept, all_kept, counts, rows_kept
from runners.filters.dependencies import Dependencies
from runners.filters.removal import Measure, order, remove, remove_all
from runners.filters.scoring import score_channels
from runners.pruning import scores
from runners.pruning.allocation import Counts
from runners.pruning.method import PruningMethod
from runners.pruning.scores import Batch, Score
from runners.pruning.scoring import untouched
from runners.seeding import globals_seeded, stream

Draw = Callable[[Score], Sequence[Batch]]  # the batches that a score asks for


def find_channels(
    method: PruningMethod,
    model: nn.Module,
    dependencies: Dependencies,
    kept: int,
    draw: Draw,
    seed: int,
    directory: Path,
    left: Kept | None = None,
    final: Counts | None = None,
    score: Score | None = None,
    *,
    measure: Measure | None = None,
    last: bool = True,
) -> dict[str, Tensor]:
    """Score, allocate and choose: the channels with which the network comes nearest to `kept` parameters or MACs.

    What is counted, the `measure` says, by default parameters. `model` has the channels that are `left`, by default
    all, and is left as it was. A matched method keeps as many of each set as its reference does on the same weights, or
    moves towards the `final` counts and has them at the `last`. Random streams, `directory` and `score` are as in
    `find_mask`. Raises ScoreError where a score cannot rank filters.
    """
    channels, shapes, measure = dependencies.channels, dependencies.shapes, measure or dependencies.parameters
    score = score or scores.load(method.score, directory)
    left = left or all_kept(channels)
    if method.matched is not None and final is None:
        reference = find_channels(
            method.matched, model, dependencies, kept, draw, seed, directory, left, measure=measure
        )
        final = counts(reference)
    batches = draw(score)
    with untouched(model), globals_seeded(seed, "score"):
        generator = stream(seed, f"mask/{method.name}")
        ranking = score_channels(score, model, channels, rows_kept(channels, left, shapes), batches, generator)
    leaving = order(method.allocation, ranking, left, final)
    if final is not None and last:
        return remove_all(left, leaving)
    return remove(channels, measure, left, leaving, kept)
