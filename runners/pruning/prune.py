"""The mask of a method on a network, at a number of weights to keep."""

from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from runners.pruning import scores
from runners.pruning.allocation import ALLOCATIONS, Candidates, Counts, ranked, toward, within_outputs
from runners.pruning.mask import Mask, Masking, keep_largest, kept_counts
from runners.pruning.method import PruningMethod
from runners.pruning.pattern import keep_pattern
from runners.pruning.scores import Batch, Score
from runners.pruning.scoring import score_weights, untouched
from runners.seeding import globals_seeded, stream

Draw = Callable[[int | None], Batch]  # a minibatch, or so many examples of each class


def find_mask(
    method: PruningMethod,
    model: nn.Module,
    prunable: Mapping[str, Tensor],
    kept: int,
    draw: Draw,
    seed: int,
    directory: Path,
    left: Mask | None = None,
    counts: Counts | None = None,
    score: Score | None = None,
) -> Mask:
    """Score, allocate and mask: exactly `kept` of the `prunable` weights are true. The model is left as it was.

    `prunable` is in forward order. Only weights that are true in `left` may be kept, by default all. A matched method
    takes its layers' `counts` as given, or finds the mask of its reference on the same weights. Each method has a
    random stream of its own, named after it, so that random baselines of one seed are independent of each other and of
    what they are matched to; global generators are seeded alike for every method, and put back. `directory` is where
    the user's own scores are looked for; `score` stands in for what would be found. Raises ScoreError where a score
    cannot rank the weights.
    """
    score = score or scores.load(method.score, directory)
    generator = stream(seed, f"mask/{method.name}")
    mask = left or {name: torch.ones(weight.shape, dtype=torch.bool) for name, weight in prunable.items()}
    if method.matched is not None and counts is None and method.pattern is None:
        counts = kept_counts(find_mask(method.matched, model, prunable, kept, draw, seed, directory, left))
    batch = draw(score.per_class)
    with untouched(model), globals_seeded(seed, "score"):

        def choose(remaining: int, given: Counts | None) -> Mask:
            ranking = score_weights(score.function, model, prunable, batch, generator)
            return _choose(method, Candidates(prunable, ranking, mask), remaining, given)

        if score.in_order:
            counts = kept_counts(choose(kept, counts))
            mask = _in_order(model, mask, lambda: choose(kept, counts))
        else:
            for remaining in _steps(sum(kept_counts(mask).values()), kept, score.rounds):
                Masking(model, mask)()
                mask = choose(remaining, counts and toward(counts, kept_counts(mask), remaining))
    if sum(kept_counts(mask).values()) != kept:
        raise AssertionError(f"{method.name} keeps {sum(kept_counts(mask).values())} weights where {kept} are due")
    return mask


def examples_scored(method: PruningMethod, batch_size: int, classes: int, directory: Path) -> int:
    """On how many examples the mask depends; a score of the user's own is taken to read the whole batch.

    What a `prune` of the user's own reads is counted as it reads it, and not known here.
    """
    if method.prune is not None:
        return 0
    own = _examples(scores.load(method.score, directory), batch_size, classes)
    matched = examples_scored(method.matched, batch_size, classes, directory) if method.matched else 0
    return max(own, matched)


def _examples(score: Score, batch_size: int, classes: int) -> int:
    examples = score.per_class * classes if score.per_class else batch_size * score.batches
    return examples * score.reads_data


def _choose(method: PruningMethod, of: Candidates, kept: int, counts: Counts | None) -> Mask:
    """The mask that a method makes of scores."""
    ranking = ranked(of.scores, of.left)
    if method.pattern is not None:
        return keep_pattern(ranking, method.pattern)
    if counts is None:
        counts = ALLOCATIONS[method.allocation](of, kept)
    return keep_largest(within_outputs(ranking) if method.allocation == "per_output" else ranking, counts)


def _steps(before: int, kept: int, rounds: int) -> list[int]:
    """How many weights each of `rounds` steps leaves: the same fraction of what is there, `kept` after the last."""
    density = kept / before if before else 0.0
    return [round(before * density ** (step / rounds)) for step in range(1, rounds)] + [kept]


def _in_order(model: nn.Module, mask: Mask, choose: Callable[[], Mask]) -> Mask:
    """A mask found layer after layer, each chosen on inputs from layers that are pruned already."""
    found: Mask = {}
    for name in mask:
        Masking(model, {**mask, **found})()
        found[name] = choose()[name]
    return found
