"""Laws that every method of the project obeys, each on a small network with real gradients."""

from pathlib import Path

import pytest
import torch

from audit.study import Study
from runners import laws
from runners.pruning import scores
from runners.pruning.mask import kept_counts
from runners.pruning.named import NAMED
from runners.pruning.prune import examples_scored, find_mask
from runners.pruning.registry import resolve

COMPOSED = (
    *(
        f"{score}_matched_{of}"
        for score in ("random", "magnitude", "synflow", "wanda")
        for of in ("global_gradient", "lamp")
    ),
    "random_matched_magnitude_2_4",
    "random_2_4",
    "wanda_2_4",
    "magnitude_1_4",
    "optimal_brain_damage_at_initialisation",
    "layerwise_random_iterative",
)
OF_WEIGHTS = [name for name, named in NAMED.items() if named.method.granularity != "filter"]
METHODS = [resolve(name, Study.parse(""), ()) for name in (*OF_WEIGHTS, *COMPOSED)]
pytestmark = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)


@pytest.fixture
def subject(method):
    """The method on the small network."""
    return laws.Subject(method, laws.small_network(), "classifier", lambda per_class: laws.small_batch())


@pytest.mark.parametrize("law", laws.LAWS, ids=lambda law: law.__name__)
def test_laws(subject, law):
    """Those that a score of a user's own is held against as well."""
    law(subject)


def test_the_seed_decides(method, subject):
    """Another seed disagrees where the method is random, and nowhere else."""
    one, other = subject.mask(seed=1), subject.mask(seed=2)
    differs = any(not torch.equal(one[name], other[name]) for name in one)
    assert differs == ("random" in (method.score, method.matched.score if method.matched else ""))


def test_a_matched_method_has_the_very_counts_of_its_reference(method, subject):
    """Layer by layer, at the same seed."""
    if method.matched is not None:
        reference = laws.Subject(method.matched, subject.model, subject.classifier, subject.draw)
        assert kept_counts(subject.mask()) == kept_counts(reference.mask())


def test_what_is_left_before_bounds_what_is_kept(method, subject):
    """A mask found among the weights of another one lies within it, and keeps exactly what is asked for."""
    if method.pattern is not None:
        return
    total = sum(weight.numel() for weight in subject.prunable.values())
    first = subject.mask(total // 2)

    second = find_mask(method, subject.model, subject.prunable, total // 5, subject.draw, 1, Path.cwd(), first)
    assert all(not (second[name] & ~first[name]).any() for name in first)
    assert sum(kept_counts(second).values()) == total // 5


def test_the_examples_behind_a_mask_are_counted(method, tmp_path):
    """A minibatch or several, or ten of each class, where data rank the weights or give the counts; else none."""
    parts = [part for part in (method, method.matched) if part is not None]
    read = [scores.load(part.score, tmp_path) for part in parts]
    expected = max(
        score.reads_data * (score.per_class * 3 if score.per_class else 16 * score.batches) for score in read
    )
    assert examples_scored(method, 16, 3, tmp_path) == expected
