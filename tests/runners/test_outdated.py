"""Which networks that are recorded may stand beside what a study asks for now."""

import pytest

from audit.study import Study
from runners.outdated import outdated, refusal
from runners.plan import plan
from runners.record import written_identity
from runners.spec import read_spec
from runners.store import Network, Recorded

EDITS = {'"global_gradient"': '"mine", "random_matched_mine"'}


def planned(study: Study):
    """The runs of a study."""
    return plan(read_spec(study), study)


def held(runs) -> Recorded:
    """A store in which every run is finished."""
    return Recorded(tuple(Network(run.label, run.digest, True, written_identity(run)) for run in runs))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("seeds = [1, 2]", "seeds = [1, 2, 3]"),
        ("seeds = [1, 2]", "seeds = [7]"),
        ("ratios = [1, 2]", "ratios = [1, 1.5, 2, 3]"),
        ("ratios = [1, 2]", "ratios = [3]"),
        ('"mine", "random_matched_mine"', '"mine", "random_matched_mine", "global_random"'),
        ('"mine", "random_matched_mine"', '"random_matched_mine"'),
    ],
)
def test_asking_for_more_or_for_less_makes_nothing_outdated(tiny_study, old, new):
    """Seeds, ratios and methods, whole or broken."""
    before = held(planned(tiny_study(edit=EDITS)))
    assert outdated(planned(tiny_study(edit={**EDITS, old: new})), before) == {}


@pytest.mark.parametrize(
    ("old", "new", "methods"),
    [
        (":sound", ":unruly", {"mine", "random_matched_mine"}),
        ("learning_rate = 0.01", "learning_rate = 0.02", {"dense", "global_magnitude", "mine", "random_matched_mine"}),
        ("learning_rate = 0.05", "learning_rate = 0.02", {"dense", "global_magnitude", "mine", "random_matched_mine"}),
        (':sound"', ':sound"\nallocation = "uniform"', {"mine", "random_matched_mine"}),
    ],
)
def test_other_code_or_settings_make_a_method_outdated(tiny_study, old, new, methods):
    """And a baseline that is matched to it; each network goes with the one that has its name."""
    runs = planned(tiny_study(edit={**EDITS, old: new}))
    found = outdated(runs, held(planned(tiny_study(edit=EDITS))))
    assert {network.identity[2] for networks in found.values() for network in networks} == methods
    labels = {run.digest: run.label for run in runs}
    assert all([labels[digest]] == [network.run for network in networks] for digest, networks in found.items())


def test_a_seed_that_is_not_asked_for_is_outdated_all_the_same(tiny_study):
    """Seeds 1 and 2 of one score and seed 3 of another would be one cell."""
    before = held(planned(tiny_study(edit=EDITS)))
    runs = planned(tiny_study(edit={**EDITS, "seeds = [1, 2]": "seeds = [3]", ":sound": ":unruly"}))
    found = outdated(runs, before)
    successors = {run.digest: run for run in runs}
    assert [successors[digest].label.split(" ·")[0] for digest in found] == [
        "2x seed 3 mine",
        "2x seed 3 random_matched_mine",
    ]
    assert [len(networks) for networks in found.values()] == [2, 2]


def test_what_is_unfinished_or_was_never_named_is_not_looked_at(tiny_study):
    """Such attempts are superseded in any case."""
    nothing = Recorded(
        (Network("a", "0", False, written_identity(planned(tiny_study())[0])), Network("b", "1", True, None))
    )
    assert outdated(planned(tiny_study()), nothing) == {}


def test_a_refusal_counts_and_names(tmp_path):
    """One network is not many, and no more than five methods are named."""
    networks = [Network(str(n), str(n), True, ("d", "a", f"m{n}", "1", "2")) for n in range(7)]
    assert "1 network of `m0` was made" in refusal(tmp_path, {"x": networks[:1]})
    assert "7 networks of `m0`, `m1`, `m2`, `m3`, `m4` and 2 more were made" in refusal(tmp_path, {"x": networks})
