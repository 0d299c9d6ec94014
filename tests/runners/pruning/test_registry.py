"""Methods by name: the project's, the study's, and matched ones."""

import pytest

from audit.study import Study, StudyError
from runners.pruning.registry import NAMED, resolve

HERE = ("run", "methods", 0)


def test_matched_methods_are_made_from_their_name():
    """SCORE_matched_METHOD copies the counts of METHOD."""
    method = resolve("magnitude_matched_layerwise_gradient", Study.parse(""), HERE)
    assert (method.score, method.allocation, method.matched) == (
        "magnitude",
        "matched",
        NAMED["layerwise_gradient"].method,
    )


def test_a_method_can_be_declared_from_known_parts():
    """Its own name, and what it leaves out is the simplest: global, one shot, single weights, trained."""
    method = resolve("mine", Study.parse('[method.mine]\nscore = "magnitude"'), HERE)
    assert (method.allocation, method.schedule, method.granularity, method.starts_from) == (
        "global",
        "one_shot",
        "weight",
        "trained",
    )
    matched = Study.parse('[method.mine]\nscore = "random"\nmatched_to = "global_gradient"')
    assert resolve("mine", matched, HERE).matched == NAMED["global_gradient"].method


def test_a_score_of_the_users_own_is_part_of_the_identity(tiny_study):
    """The digest of its file is recorded."""
    assert len(resolve("mine", tiny_study(), HERE).code) == 64


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("", "global_magnitud", "unknown method `global_magnitud`"),
        ("", "random_matched_nothing", "unknown method `nothing`"),
        ("", "random_matched_random_matched_global_gradient", "is itself matched to `global_gradient`"),
        ('[method.mine]\nscore = "hessian"', "mine", "audit.toml:2: .*can run gradient, magnitude, random"),
        ('[method.mine]\nscore = "nowhere:scores"', "mine", "audit.toml:2: .*cannot be imported"),
        ('[method.mine]\nscore = "random"\nallocation = "erk"', "mine", "audit.toml:3: .*can run global, uniform"),
        ('[method.mine]\nscore = "random"\nallocation = "matched"', "mine", "need each other"),
        ('[method.mine]\nscore = "random"\nschedule = "gradual"', "mine", "audit.toml:3: .*can run one_shot"),
        ('[method.mine]\nscore = "random"\ngranularity = "filter"', "mine", "audit.toml:3: .*can run weight"),
        ('[method.mine]\nscore = "random"\nstarts_from = "init"', "mine", "audit.toml:3: .*can run trained"),
        ('[method.mine]\nprune = "a:b"', "mine", "only methods with a `score` can be run"),
        ('[method.global_magnitude]\nallocation = "uniform"', "global_magnitude", "give yours another name"),
    ],
)
def test_what_cannot_be_run_is_named_with_its_line(text, name, words):
    """The error says what this version can run."""
    with pytest.raises(StudyError, match=words):
        resolve(name, Study.parse(text), HERE)
