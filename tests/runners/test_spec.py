"""The `[run]` table is validated whole, and every error names its line."""

import pytest

from audit.study import Study, StudyError
from runners.spec import read_spec

SOUND = """[run]
datasets = ["digits"]
architectures = ["resnet8"]
methods = ["global_magnitude"]
ratios = [1, 2.5]
seeds = [1, 2]
pretrain = { preset = "he2016", steps = 10 }
finetune = { preset = "cifar10" }
"""


def test_presets_are_written_out_and_keys_beside_them_win():
    """A preset stands for its keys, and a length of one's own replaces the preset's."""
    spec = read_spec(Study.parse(SOUND))
    assert (spec.pretrain.steps, spec.pretrain.batch_size, spec.pretrain.augmentation) == (10, 128, "crop_flip")
    assert spec.ratios == (1.0, 2.5)
    short = read_spec(Study.parse(SOUND.replace('preset = "cifar10"', 'preset = "cifar10", steps = 5')))
    assert (short.finetune.epochs, short.finetune.steps) == (None, 5)


def test_the_presets_are_those_of_appendix_c2():
    """Batch size, epochs, optimiser, rate and schedule of Blalock et al. 2020, appendix C.2."""
    cifar10 = read_spec(Study.parse(SOUND)).finetune
    assert (cifar10.batch_size, cifar10.epochs, cifar10.optimizer) == (64, 30, "adam")
    assert (cifar10.learning_rate, cifar10.learning_rate_schedule) == (3e-4, "fixed")
    imagenet = read_spec(Study.parse(SOUND.replace("cifar10", "imagenet"))).finetune
    assert (imagenet.batch_size, imagenet.epochs, imagenet.optimizer) == (256, 20, "sgd")
    assert (imagenet.momentum, imagenet.nesterov, imagenet.learning_rate) == (0.9, True, 1e-3)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("seeds = [1, 2]", "seeds = []", 6, "length >= 1"),
        ("seeds = [1, 2]", "seeds = [1, 1]", 6, "names 1 twice"),
        ("seeds = [1, 2]", "seeds = [-1]", 6, ">= 0"),
        ("seeds = [1, 2]", 'seeds = ["one"]', 6, "`run.seeds[1]`"),
        ("ratios = [1, 2.5]", "ratios = [0.5]", 5, ">= 1"),
        ("seeds = [1, 2]", "seed = [1]", 6, "did you mean `seeds`"),
        ('preset = "cifar10"', 'preset = "cifar"', 8, "known are cifar10, he2016, imagenet"),
        ('preset = "cifar10"', "epochs = 1", 8, "missing required field"),
        ('preset = "cifar10"', 'preset = "cifar10", steps = 1, epochs = 1', 8, "either `epochs` or `steps`"),
        ('preset = "cifar10"', 'preset = "cifar10", learning_rate_schedule = "step"', 8, "need each other"),
        ('preset = "cifar10"', 'preset = "cifar10", momentum = 0.9', 8, "belong to `sgd`"),
        ('preset = "cifar10"', 'preset = "imagenet", momentum = 0.0', 8, "`nesterov` needs"),
        ('finetune = { preset = "cifar10" }', "finetune = 3", 8, "`run.finetune`"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old, new, line, words):
    """Each fault is one StudyError with file, line, what was found and what was expected."""
    assert old in SOUND
    with pytest.raises(StudyError) as raised:
        read_spec(Study.parse(SOUND.replace(old, new)))
    assert str(raised.value).startswith(f"audit.toml:{line}: ")
    assert words in str(raised.value)


def test_a_study_without_a_run_table_cannot_be_run():
    """There is nothing to run."""
    with pytest.raises(StudyError, match=r"no table \[run\]"):
        read_spec(Study.parse("claims = []"))
