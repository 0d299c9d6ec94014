"""The plan of a study: which networks there are, and what identifies each."""

from pathlib import Path

import msgspec
import pytest

from audit.schema import SCHEMA_VERSION
from audit.study import Study, StudyError
from runners.plan import Run, plan
from runners.spec import read_spec

STUDY = """[run]
datasets = ["digits"]
architectures = ["resnet8"]
methods = ["global_gradient"]
ratios = [2, 4]
seeds = [1, 2]
pretrain = { preset = "he2016" }
finetune = { preset = "cifar10" }
[method.global_gradient]
proposed = true
"""


def planned(text: str = STUDY):
    """The runs of a study file."""
    study = Study.parse(text)
    return plan(read_spec(study), study)


def test_every_seed_has_a_dense_control_whether_or_not_it_is_asked_for():
    """Ratio 1 is no pruning, so it is one network and not one for each method."""
    with_one = planned(STUDY.replace("[2, 4]", "[1, 2, 4]"))
    assert [(run.method.name, run.ratio, run.pretraining.seed) for run in planned()] == [
        ("dense", 1, 1),
        ("global_gradient", 2, 1),
        ("global_gradient", 4, 1),
        ("dense", 1, 2),
        ("global_gradient", 2, 2),
        ("global_gradient", 4, 2),
    ]
    assert with_one == planned()


def test_the_baselines_of_the_checklist_are_added_and_nothing_twice():
    """Global magnitude and random, random ERK, and both scores with the proposed method's layerwise counts."""
    text = STUDY.replace('methods = ["global_gradient"]', 'methods = ["global_gradient", "global_random"]')
    text = text.replace("seeds = [1, 2]", 'seeds = [1]\nbaselines = "checklist"')
    names = [run.method.name for run in planned(text) if run.ratio != 4]
    assert names == [
        "dense",
        "global_gradient",
        "global_random",
        "global_magnitude",
        "random_erk",
        "random_matched_global_gradient",
        "magnitude_matched_global_gradient",
    ]


def test_baselines_need_a_proposed_method():
    """The checklist speaks of the technique that is proposed."""
    text = STUDY.replace("proposed = true", "").replace("seeds = [1, 2]", 'seeds = [1]\nbaselines = "checklist"')
    with pytest.raises(StudyError, match=r"audit.toml:7: .*`proposed = true`"):
        planned(text)


def test_a_ratio_out_of_reach_names_the_largest_one():
    """The classifier, biases and normalisation of ResNet-8 are 1,130 of 75,002 parameters."""
    with pytest.raises(StudyError, match=r"audit.toml:5: .*ratio 80 cannot be reached.* the largest ratio is 66\.37"):
        planned(STUDY.replace("[2, 4]", "[2, 80]"))


def test_the_identity_of_a_run_never_changes():
    """Golden digests: a study that was recorded by an earlier version is not run again by this one."""
    runs = planned()
    assert [run.digest[:16] for run in runs[:2]] == ["8adfab7fa30b8110", "927964713ea3e535"]
    assert runs[0].pretraining.digest[:16] == "4d646dcd917420ec"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[2, 4]", "[3, 4]"),
        ("[1, 2]", "[3, 4]"),
        ('preset = "he2016"', 'preset = "he2016", nesterov = true'),
        ('preset = "cifar10"', 'preset = "cifar10", weight_decay = 1e-4'),
        ('preset = "cifar10"', 'preset = "cifar10", patience = 3'),
        ('["resnet8"]', '["resnet20"]'),
        ('["global_gradient"]', '["layerwise_gradient"]'),
        ("seeds = [1, 2]", "prune_classifier = true\nseeds = [1, 2]"),
    ],
)
def test_whatever_changes_the_outcome_changes_the_identity(old, new):
    """No run of the changed study is one of the first."""
    assert old in STUDY
    changed = planned(STUDY.replace(old, new))
    first = {run.digest for run in planned() if run.ratio == 2}
    assert not first & {run.digest for run in changed}


def test_names_and_citations_do_not_change_the_identity():
    """What a person says about a study is no part of what is run."""
    described = STUDY + 'citation = "someone"\nlabel = "Gradient"\n[study]\ntitle = "other"\n'
    assert [run.digest for run in planned(described)] == [run.digest for run in planned()]


def test_a_change_in_the_users_own_file_changes_the_identity(tiny_study, tiny_module):
    """The content of the file counts, for what the study takes from it."""
    study = tiny_study(run="", edit={'"global_magnitude", "global_gradient"': '"mine"'})
    before = plan(read_spec(study), study)
    text = tiny_module.read_text()
    tiny_module.write_text(text + "\n# changed\n")
    try:
        after = plan(read_spec(study), study)
    finally:
        tiny_module.write_text(text)
    assert not {run.digest for run in before} & {run.digest for run in after}


def test_every_field_of_a_run_is_in_its_identity():
    """The digest is taken over all that a record needs to be made again, nested records included."""
    for run in planned():
        assert msgspec.json.decode(msgspec.json.encode(run), type=Run) == run
        assert msgspec.json.decode(msgspec.json.encode(run))["schema_version"] == SCHEMA_VERSION


def test_the_demo_is_a_study_file_like_any_other():
    """3 seeds of a dense control and of 7 methods at 6 ratios."""
    study = Study.read(Path(__file__).parents[2] / "runners" / "demo.toml")
    runs = plan(read_spec(study), study)
    assert len(runs) == 3 * (1 + 7 * 6)
    assert len({run.digest for run in runs}) == len(runs)
