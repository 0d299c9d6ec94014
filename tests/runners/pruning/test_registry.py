"""Methods by name: the project's, the study's, and matched ones."""

import re

import pytest

from audit.references import KNOWN, reference
from audit.study import Study, StudyError
from runners.pruning.named import NAMED
from runners.pruning.registry import baselines, resolve

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
        ("", "global_magnitud", "unknown method `global_magnitud`; did you mean `global_magnitude`\\?"),
        ("", "random_matched_nothing", "unknown method `nothing`"),
        ("", "random_matched_random_matched_global_gradient", "is itself matched to `global_gradient`"),
        ('[method.mine]\nscore = "hessian"', "mine", "audit.toml:2: .*can run activation, gradient, grasp"),
        ('[method.mine]\nscore = "nowhere:scores"', "mine", "audit.toml:2: .*cannot be imported"),
        ('[method.mine]\nscore = "random"\nallocation = "best"', "mine", "audit.toml:3: .*can run global, uniform"),
        ('[method.mine]\nscore = "random"\nallocation = "matched"', "mine", "need each other"),
        ('[method.mine]\nscore = "random"\nschedule = "daily"', "mine", "audit.toml:3: .*can run one_shot"),
        ('[method.mine]\nscore = "random"\ngranularity = "block"', "mine", "audit.toml:3: .*can run weight"),
        (
            '[method.mine]\nscore = "random"\nstarts_from = "init"\nschedule = "iterative"',
            "mine",
            "audit.toml:3: .*`iterative` starts from `trained`, not `init`",
        ),
        ('[method.mine]\nscore = "random"\npattern = "4:2"', "mine", "audit.toml:3: .*0 < N < M, such as 2:4"),
        ('[method.mine]\nscore = "random"\ngranularity = "n_m"', "mine", "`pattern` need each other"),
        ("", "magnitude_4_2", "0 < N < M"),
        ("", "snip_iterative", "unknown method `snip_iterative`"),
        ('[method.mine]\nprune = "a:b"', "mine", "`method.mine.prune`: `a` cannot be imported"),
        ('[method.global_magnitude]\nallocation = "uniform"', "global_magnitude", "give yours another name"),
    ],
)
def test_what_cannot_be_run_is_named_with_its_line(text, name, words):
    """The error says what this version can run."""
    with pytest.raises(StudyError, match=words):
        resolve(name, Study.parse(text), HERE)


def test_a_method_is_carried_out_by_another_schedule_by_its_name():
    """Its starting weights are those of the schedule; the study's own methods can be as well."""
    rewound = resolve("layerwise_gradient_weight_rewinding", Study.parse(""), HERE)
    assert (rewound.score, rewound.allocation, rewound.schedule) == ("gradient", "uniform", "weight_rewinding")
    assert rewound.starts_from == "rewind"
    mine = resolve("mine_at_initialisation", Study.parse('[method.mine]\nscore = "magnitude"'), HERE)
    assert (mine.schedule, mine.starts_from) == ("at_initialisation", "init")


def test_starting_weights_name_the_simplest_schedule():
    """Initial weights are trained after they are pruned."""
    method = resolve("mine", Study.parse('[method.mine]\nscore = "random"\nstarts_from = "init"'), HERE)
    assert method.schedule == "at_initialisation"


def test_matched_methods_share_all_but_the_score():
    """Granularity, schedule and starting weights are those of the reference."""
    method = resolve("random_matched_snip", Study.parse(""), HERE)
    assert (method.schedule, method.starts_from, method.allocation) == ("at_initialisation", "init", "matched")
    pattern = resolve("random_matched_magnitude_2_4", Study.parse(""), HERE)
    assert (pattern.granularity, pattern.pattern) == ("n_m", "2:4")


def test_the_baselines_of_a_method_are_of_its_kind():
    """Appendix B's, at its schedule; all matched where a pattern leaves no choice of layers."""
    assert baselines(NAMED["global_gradient"].method) == (
        "global_magnitude",
        "global_random",
        "random_erk",
        "random_matched_global_gradient",
        "magnitude_matched_global_gradient",
    )
    of_snip = baselines(NAMED["snip"].method)
    assert of_snip[:2] == ("global_magnitude_at_initialisation", "global_random_at_initialisation")
    assert all(resolve(name, Study.parse(""), HERE).starts_from == "init" for name in of_snip)
    assert baselines(NAMED["magnitude_2_4"].method) == (
        "random_matched_magnitude_2_4",
        "magnitude_matched_magnitude_2_4",
    )


@pytest.mark.parametrize("citation", sorted({named.citation for named in NAMED.values()}))
def test_what_methods_are_taken_from_is_in_the_bibliography(citation: str):
    """Whole, not made from the words, with the same title and year, or the next year, when proceedings were printed."""
    entry = reference(citation)
    assert entry in KNOWN
    year, title = re.fullmatch(r".*? (\d{4}), (.*)", citation).groups()
    assert title.lower() == entry.fields["title"].lower()
    assert int(year) - int(entry.fields["year"]) in (0, 1)
    assert all(named.year == int(year) for named in NAMED.values() if named.citation == citation)
